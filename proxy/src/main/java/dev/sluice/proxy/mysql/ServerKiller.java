package dev.sluice.proxy.mysql;

/**
 * Ends what a vanished client left running. The server would go on with it, since it looks at its client only when it
 * has something to send.
 */
public interface ServerKiller {

    /**
     * Kills a connection of an upstream's. Does not block.
     *
     * @param done run when it is over, well or not; the connection is kept open until then, so that its number cannot
     *     have become somebody else's
     */
    void kill(String upstream, long connectionId, Runnable done);

    /** Kills nothing: for gateways that have no role of their own. */
    static ServerKiller none() {
        return (upstream, connectionId, done) -> done.run();
    }
}
