package dev.sluice.proxy.session;

/**
 * Hears of the traffic that one listener relays, and may delay what writes many rows. Called on event loops, for every
 * request: implementations must neither block nor allocate, and are thread-safe.
 */
public interface TrafficListener {

    /** Hears nothing and delays nothing. */
    TrafficListener NONE = new TrafficListener() {};

    /**
     * The server has answered a client's request completely.
     *
     * @param startedNanos {@link System#nanoTime} when its first byte was forwarded
     * @param endedNanos likewise, when ReadyForQuery or the final packet came
     */
    default void answered(long startedNanos, long endedNanos) {}

    /**
     * Asks whether a message that may write many rows may be forwarded now; asked again once the delay is over. Never
     * asked in the middle of a transaction block.
     *
     * @param user the session's user
     * @param application the session's application name
     * @param waitedNanos how long this message has been waiting already
     * @return 0 to forward it, otherwise how long to wait before asking again
     */
    default long delayBulkWriteNanos(String user, String application, long waitedNanos) {
        return 0;
    }

    /** The server has told how many rows such a message wrote. */
    default void bulkWritten(long rows) {}
}
