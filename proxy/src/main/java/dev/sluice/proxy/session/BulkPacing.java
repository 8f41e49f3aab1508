package dev.sluice.proxy.session;

import dev.sluice.policies.sql.LexicalRules;

/**
 * Follows what one session writes in bulk, and tells when it may go on. Used on the session's event loop alone; never
 * blocks. A session is only ever held up between transactions, or within a COPY or LOAD DATA that is a transaction by
 * itself.
 */
public interface BulkPacing {

    /** Follows nothing. */
    BulkPacing NONE = new BulkPacing() {};

    /** Whether statements must be looked at that look like ordinary writes. */
    default boolean looksAtOrdinaryWrites() {
        return false;
    }

    /**
     * What a message that writes is.
     *
     * @param text the message in UTF-8, up to {@code length}
     */
    default BulkWrite look(byte[] text, int length, LexicalRules rules) {
        return BulkWrite.ORDINARY;
    }

    /**
     * How long what is about to begin a transaction must wait; asked again when that is over.
     *
     * @param write {@link BulkWrite#ORDINARY} for the begin of a block
     * @param waitedNanos how long it has waited already
     * @return 0 to go on
     */
    default long delayNanos(BulkWrite write, long nowNanos, long waitedNanos) {
        return 0;
    }

    /** Whether it wrote so much in its last transaction block that the next one should begin later. */
    default boolean owesForBlock() {
        return false;
    }

    /** Whether the next piece of COPY or LOAD DATA may have to wait; it is asked for each of them, and needs no clock. */
    default boolean owesForCopy() {
        return false;
    }

    /** How long the next piece of COPY or LOAD DATA must wait; asked again when that is over. */
    default long copyDelayNanos(long nowNanos, long waitedNanos) {
        return 0;
    }

    /** A paced statement goes to the server. */
    default void began(BulkWrite write, long nowNanos) {}

    /** A piece of COPY or LOAD DATA goes to the server. */
    default void copied(long bytes) {}

    /** The server has told how many rows such a statement wrote. */
    default void wrote(long rows) {}

    /**
     * The server has answered a request with such statements.
     *
     * @param inBlock whether a transaction block is open now
     */
    default void answered(long startedNanos, long endedNanos, boolean inBlock) {}

    /** Whether it has written much in bulk a moment ago: what it asks then is part of a backfill, and no foreground. */
    default boolean isAtIt(long nowNanos) {
        return false;
    }

    /** It no longer waits: it goes on, was cancelled, or is gone. */
    default void waited() {}

    /** The session has ended. */
    default void closed() {}
}
