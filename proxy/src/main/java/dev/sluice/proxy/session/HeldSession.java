package dev.sluice.proxy.session;

/**
 * A session whose client's message is being held: what the control plane may do meanwhile. Called from one virtual
 * thread at a time; every method but {@link #info} and {@link #transaction} may block.
 */
public interface HeldSession {

    SessionInfo info();

    TransactionStatus transaction();

    /**
     * Runs a statement on the client's own upstream connection, in its transaction and under its role; the client sees
     * nothing of it. Results are bounded: more than 4 MiB of them is an error.
     *
     * <p>On PostgreSQL a failing statement fails the client's transaction as its own would, so what is injected into a
     * transaction must not fail.
     */
    QueryResult query(String sql) throws ServerErrorException;

    /** Sends a notice to the client at once. MySQL has no notices: there it is dropped. */
    void notice(Notice notice);

    /** Whether the client has gone or has asked to cancel what is held. */
    boolean abandoned();

    /** @param severity NOTICE or WARNING; detail and hint may be empty */
    record Notice(String severity, String sqlState, String message, String detail, String hint) {}
}
