package dev.sluice.proxy.mysql;

import dev.sluice.policies.sql.Interest;
import dev.sluice.policies.sql.WriteText;
import dev.sluice.protocol.mysql.ServerStatus;
import dev.sluice.proxy.session.BulkPacing;
import dev.sluice.proxy.session.BulkWrite;
import dev.sluice.proxy.session.TransactionStatus;
import org.jspecify.annotations.Nullable;

/**
 * Where a session's own backfill waits: before a command that begins a transaction, or within a LOAD DATA LOCAL that is
 * one by itself. What waits stays in the client's half; a task on the event loop asks again. On the event loop, but for
 * {@link #isHoldingBack}.
 */
final class BulkGate {

    private final MySqlSession session;
    private @Nullable BulkPacing pacing;
    private long sinceNanos;
    private boolean delaying;
    private boolean cancelled;
    private volatile boolean holdingBack;

    BulkGate(MySqlSession session) {
        this.session = session;
    }

    private BulkPacing pacing() {
        BulkPacing known = pacing;
        if (known == null) {
            known = session.relay().traffic().pacing(() -> session.snapshot().info());
            pacing = known;
        }
        return known;
    }

    BulkWrite look(Interest interest, TextBuffer text) {
        boolean bulk = interest == Interest.BULK_WRITE
                || (WriteText.isPossible(text.bytes(), text.length()) && pacing().looksAtOrdinaryWrites());
        return bulk
                ? pacing().look(text.bytes(), text.length(), session.readings().plain())
                : BulkWrite.ORDINARY;
    }

    /** Whether a text that begins a transaction should wait because of the one before. */
    boolean isBeginOwing(TextBuffer text) {
        return owes() && (isImplicit() || WriteText.beginsTransaction(text.bytes(), text.length()));
    }

    /** Whether any prepared statement begins a transaction that should wait. */
    boolean isImplicitBeginOwing() {
        return owes() && isImplicit();
    }

    /** Without autocommit every statement outside a transaction begins one. */
    private boolean isImplicit() {
        return (session.serverFlow().status() & ServerStatus.AUTOCOMMIT) == 0;
    }

    private boolean owes() {
        BulkPacing known = pacing;
        return known != null && known.owesForBlock();
    }

    private boolean isInTransaction() {
        return session.transaction() == TransactionStatus.IN_TRANSACTION;
    }

    // --- whether it may go on

    /** What becomes of a command. */
    enum Answer {
        GO,
        /** It stays where it is; {@link ClientFlow#released} asks again. */
        WAIT,
        /** The client has cancelled it. */
        CANCELLED
    }

    Answer begin(BulkWrite write) {
        if (cancelled) {
            cancelled = false;
            go();
            return Answer.CANCELLED;
        }
        if (!session.serverFlow().idle()) {
            // What is on its way may begin a transaction, and its rows are not known yet.
            holdBack();
            session.serverFlow().whenDrained(() -> session.later(session.clientFlow()::released));
            return Answer.WAIT;
        }
        if (isInTransaction()) {
            go();
            return Answer.GO;
        }
        long delay = pacing().delayNanos(write, now(), System.nanoTime() - sinceNanos);
        if (delay <= 0) {
            go();
            return Answer.GO;
        }
        holdBack();
        session.later(session.clientFlow()::released, delay);
        return Answer.WAIT;
    }

    private void holdBack() {
        delaying = true;
        holdingBack = true;
    }

    private long now() {
        long nowNanos = System.nanoTime();
        if (sinceNanos == 0) {
            sinceNanos = nowNanos;
        }
        return nowNanos;
    }

    private void go() {
        if (delaying) {
            pacing().waited();
        }
        delaying = false;
        holdingBack = false;
        sinceNanos = 0;
    }

    /** Whether a piece of a local file may go to the server now. */
    boolean mayLoad(int length) {
        BulkPacing known = pacing;
        if (known == null || !session.serverFlow().isBulk()) {
            return true;
        }
        boolean asks = (delaying || known.owesForCopy()) && !isInTransaction();
        long delay = asks ? known.copyDelayNanos(now(), delaying ? System.nanoTime() - sinceNanos : 0) : 0;
        if (delay > 0) {
            delaying = true;
            session.later(session.clientFlow()::resume, delay);
            return false;
        }
        go();
        known.copied(length);
        return true;
    }

    // --- what happens to it

    void sent(BulkWrite write) {
        pacing().began(write, System.nanoTime());
    }

    void wrote(long rows) {
        pacing().wrote(rows);
    }

    /** Whether what the session asks is part of a backfill. */
    boolean isAtIt() {
        BulkPacing known = pacing;
        return known != null && known.isAtIt(System.nanoTime());
    }

    void answered(long startedNanos) {
        pacing().answered(startedNanos, System.nanoTime(), isInTransaction());
    }

    /** Whether a command waits here of which the server knows nothing. May be asked on any thread. */
    boolean isHoldingBack() {
        return holdingBack;
    }

    /** Somebody kills what waits here. */
    void cancel() {
        if (holdingBack) {
            cancelled = true;
            session.clientFlow().released();
        }
    }

    void closed() {
        BulkPacing known = pacing;
        if (known != null) {
            go();
            known.closed();
        }
    }
}
