package dev.sluice.proxy.postgres;

import dev.sluice.policies.sql.Interest;
import dev.sluice.policies.sql.WriteText;
import dev.sluice.protocol.postgres.FrontendMessage;
import dev.sluice.protocol.postgres.FrontendType;
import dev.sluice.protocol.postgres.InFlight;
import dev.sluice.proxy.session.BulkPacing;
import dev.sluice.proxy.session.BulkWrite;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where a session's own backfill waits: before the first message of a transaction, or within a COPY that is one by itself.
 * What waits stays in the client's half of the relay, which stops reading; a task on the event loop asks again. On the
 * event loop, but for {@link #isHoldingBack}.
 *
 * <p>In the extended protocol the first message is the Parse or the Bind: once the server has one of them it holds locks.
 */
final class BulkGate {
    private final Session session;
    private @Nullable BulkPacing pacing;

    /** The name under which the client has prepared the begin of a transaction block. */
    private @Nullable String begin;

    private long sinceNanos;
    private boolean delaying;
    private boolean awaitingAnswers;
    private BulkWrite heldWrite = BulkWrite.ORDINARY;
    private boolean cancelled;
    private boolean running;
    private volatile boolean holdingBack;

    BulkGate(Session session) {
        this.session = session;
    }

    private BulkPacing pacing() {
        BulkPacing known = pacing;
        if (known == null) {
            known = session.relay.traffic().pacing(session.picture()::info);
            pacing = known;
        }
        return known;
    }

    // ---- what a text is ------------------------------------------------------------------------------------------

    /** @param text the message whose interest was just told */
    BulkWrite look(Interest interest, TextInterest text) {
        boolean bulk = interest == Interest.BULK_WRITE
                || (WriteText.isPossible(text.bytes(), text.length()) && pacing().looksAtOrdinaryWrites());
        return bulk ? pacing().look(text.bytes(), text.length(), session.settings.rules()) : BulkWrite.ORDINARY;
    }

    /** Whether a message that begins a transaction block should wait because of the one before. */
    boolean isBeginOwing(TextInterest text) {
        return owes() && text.beginsTransaction();
    }

    /** Whether the begin of a transaction block is prepared. */
    boolean hasBegin() {
        return begin != null;
    }

    /** A statement of no further interest is prepared. @param begins whether it begins a transaction block */
    void prepared(String name, boolean begins) {
        if (begins) {
            begin = name;
        } else if (name.equals(begin)) {
            begin = null;
        }
    }

    private boolean owes() {
        BulkPacing known = pacing;
        return known != null && known.owesForBlock();
    }

    // ---- whether it may go on ------------------------------------------------------------------------------------

    /** Whether what may begin a transaction may go to the server now; otherwise it is asked again. */
    boolean mayBegin(BulkWrite write) {
        if (session.isInBlock() || session.inFlight.isUnsynced()) {
            // A transaction that has begun is never held up.
            go();
            return true;
        }
        if (cancelled) {
            return false;
        }
        if (!session.inFlight.isEmpty()) {
            // What is on its way may open a block, and its rows are not known yet.
            awaitingAnswers = true;
            delaying = true;
            holdingBack = true;
            return false;
        }
        awaitingAnswers = false;
        return !waits(pacing().delayNanos(write, now(), waitedNanos()));
    }

    private long now() {
        long nowNanos = System.nanoTime();
        if (sinceNanos == 0) {
            sinceNanos = nowNanos;
        }
        return nowNanos;
    }

    private long waitedNanos() {
        return System.nanoTime() - sinceNanos;
    }

    private boolean waits(long delayNanos) {
        if (delayNanos <= 0) {
            go();
            return false;
        }
        delaying = true;
        holdingBack = !running;
        session.client.eventLoop().schedule(this::askAgain, delayNanos, TimeUnit.NANOSECONDS);
        return true;
    }

    private void go() {
        if (delaying) {
            pacing().waited();
        }
        delaying = false;
        holdingBack = false;
        awaitingAnswers = false;
        sinceNanos = 0;
    }

    private void askAgain() {
        if (!session.end().isEnding()) {
            session.resumeClient();
        }
    }

    /** A Bind, where the session owes for its last block: of the statement that begins the next? */
    boolean isBeginOwing(ByteBuf in, int at, int end) {
        if (begin == null || !owes()) {
            return false;
        }
        FrontendMessage.BindNames names = FrontendMessage.bindNames(in, at, end);
        return names != null && names.statement().equals(begin);
    }

    /** Whether a piece of COPY may go to the server now. */
    boolean mayCopy(int length) {
        if (!running || !session.inFlight.isCopyIn()) {
            go();
            return true;
        }
        boolean asks = delaying || pacing().owesForCopy();
        if (asks && !session.isInBlock() && waits(pacing().copyDelayNanos(now(), delaying ? waitedNanos() : 0))) {
            return false;
        }
        pacing().copied(length + 1L);
        return true;
    }

    /** Whether the next pieces of COPY go to the server without being asked about. */
    boolean isCopyFree() {
        return session.inFlight.isCopyIn()
                && session.backend.isRequestRunning()
                && (!running || (!delaying && !pacing().owesForCopy()));
    }

    /** Pieces of COPY that did not ask go to the server. */
    void copied(int bytes) {
        if (running && bytes > 0) {
            pacing().copied(bytes);
        }
    }

    // ---- what happens to it --------------------------------------------------------------------------------------

    /** A statement is to be judged, which is this besides. */
    void held(BulkWrite write) {
        heldWrite = write;
    }

    BulkWrite takeHeld() {
        BulkWrite write = heldWrite;
        heldWrite = BulkWrite.ORDINARY;
        return write;
    }

    /** What was judged goes to the server after all. @return as what its answer is waited for */
    byte forwarded(byte type) {
        BulkWrite write = takeHeld();
        if (!write.paced()) {
            return type;
        }
        sent(write);
        return switch (type) {
            case FrontendType.QUERY -> InFlight.BULK_QUERY;
            case FrontendType.EXECUTE -> InFlight.BULK_EXECUTE;
            default -> type;
        };
    }

    /** A paced statement goes to the server. */
    void sent(BulkWrite write) {
        running = true;
        pacing().began(write, System.nanoTime());
    }

    /** Whether the request that the server works at, or one before it that is unanswered too, is paced. */
    boolean isRunning() {
        return running;
    }

    /** Whether what the session asks is part of a backfill. */
    boolean isAtIt(long nowNanos) {
        BulkPacing known = pacing;
        return running || (known != null && known.isAtIt(nowNanos));
    }

    void wrote(long rows) {
        if (running) {
            pacing().wrote(rows);
        }
    }

    /** Every request has been answered. */
    void answered(long startedNanos, long endedNanos) {
        if (running) {
            running = false;
            pacing().answered(startedNanos, endedNanos, session.isInBlock());
        }
        if (awaitingAnswers) {
            session.client.eventLoop().execute(this::askAgain);
        }
    }

    boolean isDelaying() {
        return delaying;
    }

    /** Whether a statement waits here of which the server knows nothing. May be asked on any thread. */
    boolean isHoldingBack() {
        return holdingBack;
    }

    /** The client wants to cancel. @return whether what it means waits here */
    boolean cancel() {
        if (!holdingBack) {
            return false;
        }
        cancelled = true;
        // A Bind may not be there as a whole yet: the rest is read now.
        pacing().waited();
        delaying = false;
        askAgain();
        return true;
    }

    /** Whether the message that waited was cancelled; it will not be asked for again. */
    boolean takeCancelled() {
        boolean was = cancelled;
        if (was) {
            cancelled = false;
            go();
        }
        return was;
    }

    boolean isCancelled() {
        return cancelled;
    }

    void closed() {
        if (pacing != null) {
            go();
            pacing.closed();
        }
    }
}
