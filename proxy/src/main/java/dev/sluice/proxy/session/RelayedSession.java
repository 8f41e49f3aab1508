package dev.sluice.proxy.session;

/** A client's session as its listener deals with it, whatever the protocol. Thread-safe. */
public interface RelayedSession {

    /** The gateway's own number of the session. */
    long id();

    /** May be a moment old. */
    SessionSnapshot snapshot();

    /** Ends the session when its transaction is over. */
    void drain();

    /** Ends the session now, with an error that says why. */
    void shutDown();
}
