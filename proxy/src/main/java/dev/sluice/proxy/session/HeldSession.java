package dev.sluice.proxy.session;

import java.time.Duration;
import java.util.Optional;

/**
 * A session whose client's message is being held: what the control plane may do meanwhile. Called from one virtual
 * thread at a time; every method but {@link #info} and {@link #transaction} may block.
 */
public interface HeldSession {

    SessionInfo info();

    TransactionStatus transaction();

    /**
     * Whether nothing else is part of the held message's transaction, neither before it nor behind it: it may be kept
     * waiting without holding up others, and taken back without leaving half of something.
     */
    default boolean isAlone() {
        return transaction() == TransactionStatus.IDLE;
    }

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

    /**
     * MySQL: sends one statement of the message by itself and relays its answer at once. The statements before must have
     * been answered, and what is left is the ruling's.
     *
     * @param start first character in the message's text
     * @param end the character behind the last one
     * @param last whether no answer to the message follows behind this one
     * @return the server's error, behind which nothing more of the message is answered
     */
    default Optional<ServerError> relayPart(int start, int end, boolean last) throws InterruptedException {
        throw new IllegalStateException("this protocol answers a message as a whole");
    }

    /**
     * MySQL, which has no notices: for a moment the server's list of sessions shows what this one waits for. Blocks as
     * long.
     *
     * @return false where nothing is shown, and no time has passed
     */
    default boolean waitsInSight(String what, Duration moment) {
        return false;
    }

    /** MySQL: takes in what the message's own statements have changed of the session's modes and database. */
    default void refresh() throws ServerErrorException {}

    /** MySQL: answers one statement of the message at once, with more answers to follow. */
    default void answerPart(QueryResult result) {
        throw new IllegalStateException("this protocol answers a message as a whole");
    }

    /** MySQL: whether the client counts rows that an UPDATE found, and not only those that it changed. */
    default boolean countsMatchedRows() {
        return false;
    }

    /** Whether the client has gone or has asked to cancel what is held. */
    boolean abandoned();

    /** @param severity NOTICE or WARNING; detail and hint may be empty */
    record Notice(String severity, String sqlState, String message, String detail, String hint) {}
}
