package dev.sluice.proxy.bulk;

import dev.sluice.policies.policy.BackfillRule;
import dev.sluice.policies.policy.Backfills;
import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.WriteShape;
import dev.sluice.policies.sql.WriteText;
import dev.sluice.proxy.session.BulkPacing;
import dev.sluice.proxy.session.BulkWrite;
import dev.sluice.proxy.session.SessionInfo;
import dev.sluice.proxy.throttle.Pacer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Paces one session by two token buckets, for rows and for bytes. They fill at the rate that the session has when nothing
 * holds it back, times the share of the time that the throttle grants it; at a full share whatever was owed is forgotten.
 * What a statement wrote is debited when the server tells it, and the next one waits until the debt is paid.
 *
 * <p>A session may write {@value #FREE_ROWS} rows before it is held up at all, so that a statement over a small table is
 * nobody's concern. On the session's event loop, but for {@link #picture}.
 */
final class SessionPacing implements BulkPacing {

    static final int FREE_ROWS = 1_000;
    private static final int FREE_BYTES = 4 << 20;
    private static final double ASSUMED_ROWS_PER_SECOND = 20_000;
    private static final double ASSUMED_BYTES_PER_SECOND = 20 << 20;

    /** Pressure changes: nobody waits longer than this before it is looked at again. */
    private static final long LOOK_NANOS = Duration.ofMillis(250).toNanos();

    private static final long LEAST_WAIT_NANOS = Duration.ofMillis(1).toNanos();

    /** Between the pieces of a backfill there are questions of its own. */
    private static final long AT_IT_NANOS = Duration.ofSeconds(10).toNanos();

    /** A COPY that went on for each few kilobytes would cost the gateway many times what its bytes do. */
    private static final long LEAST_COPY_WAIT_NANOS = Duration.ofMillis(20).toNanos();

    private final ApplicationBackfills all;
    private final Supplier<SessionInfo> session;
    private final TokenBucket rows;
    private final TokenBucket bytes;
    private final LearntRate rowRate = new LearntRate(ASSUMED_ROWS_PER_SECOND, 100);
    private final LearntRate byteRate = new LearntRate(ASSUMED_BYTES_PER_SECOND, FREE_BYTES);
    private final SessionCounts counts = new SessionCounts();

    private @Nullable Policy policy;
    private List<BackfillRule> candidates = List.of();
    private boolean ordinary;
    private long rulesUntilNanos;
    private long atItUntilNanos;

    private Pacer.@Nullable Work work;
    private BulkWrite current = BulkWrite.ORDINARY;
    private long requestRows;
    private long requestBytes;
    private long copyBytes;
    private long copySinceNanos;
    private boolean owesForBlock;

    SessionPacing(ApplicationBackfills all, Supplier<SessionInfo> session, long nowNanos) {
        this.all = all;
        this.session = session;
        this.rows = new TokenBucket(FREE_ROWS, nowNanos);
        this.bytes = new TokenBucket(FREE_BYTES, nowNanos);
        this.rulesUntilNanos = nowNanos;
        this.atItUntilNanos = nowNanos;
    }

    // ---- recognition ---------------------------------------------------------------------------------------------

    @Override
    public boolean looksAtOrdinaryWrites() {
        rules();
        return ordinary;
    }

    @Override
    public BulkWrite look(byte[] text, int length, LexicalRules lexical) {
        Policy now = rules();
        WriteText written = WriteText.read(text, length, lexical);
        boolean judged = written.shapes().contains(WriteShape.UNBOUNDED) && now.restricts(ApplicationBackfills.RULE);
        Optional<BackfillRule> rule = Backfills.match(candidates, written);
        if (rule.isEmpty()) {
            return judged ? new BulkWrite("", 0, 0, Duration.ZERO, true) : BulkWrite.ORDINARY;
        }
        BackfillRule found = rule.get();
        return new BulkWrite(
                found.name(), found.maxRowsPerSecond(), found.maxBytesPerSecond(), found.maxDelay(), judged);
    }

    /** The rules that concern this session; who it is and what time it is change, but not with every statement. */
    private Policy rules() {
        Policy now = all.policy();
        long nanos = System.nanoTime();
        if (now != policy || nanos - rulesUntilNanos >= 0) {
            policy = now;
            rulesUntilNanos = nanos + Duration.ofSeconds(1).toNanos();
            candidates = now.backfills().of(all.context(session.get()));
            ordinary = candidates.stream().anyMatch(BackfillRule::looksAtOrdinaryWrites);
        }
        return now;
    }

    // ---- pace ----------------------------------------------------------------------------------------------------

    @Override
    public long delayNanos(BulkWrite write, long nowNanos, long waitedNanos) {
        BulkWrite by = write.paced() ? write : current;
        return delay(by, nowNanos, waitedNanos, LEAST_WAIT_NANOS);
    }

    @Override
    public boolean owesForCopy() {
        return !bytes.isSolvent();
    }

    @Override
    public long copyDelayNanos(long nowNanos, long waitedNanos) {
        if (bytes.isSolvent()) {
            return 0;
        }
        if (waitedNanos == 0) {
            byteRate.did(copyBytes, nowNanos - copySinceNanos);
            counts.wrote(0, copyBytes);
            copyBytes = 0;
        }
        if (waitedNanos == 0 && goesUnseen(nowNanos)) {
            return 0;
        }
        long delay = delay(current, nowNanos, waitedNanos, LEAST_COPY_WAIT_NANOS);
        if (delay == 0) {
            copySinceNanos = nowNanos;
        }
        return delay;
    }

    /** A COPY that is over at once. What it owes is forgotten, as it is at a full share. */
    private boolean goesUnseen(long nowNanos) {
        boolean limited = current.maxBytesPerSecond() > 0 || current.maxRowsPerSecond() > 0;
        if (limited || !rows.isSolvent() || all.pacer().isAttended(work())) {
            return false;
        }
        if (!all.briefLoads(work().upstream()).cover(nowNanos - copySinceNanos, nowNanos)) {
            return false;
        }
        copySinceNanos = nowNanos;
        bytes.fill(Double.POSITIVE_INFINITY, nowNanos);
        return true;
    }

    private long delay(BulkWrite by, long nowNanos, long waitedNanos, long leastNanos) {
        if (isSolvent()) {
            return 0;
        }
        Pacer.Share share = fill(by, nowNanos);
        long wait = Math.max(
                rows.nanosUntilSolvent(rowRate.at(share.part(), by.maxRowsPerSecond())),
                bytes.nanosUntilSolvent(byteRate.at(share.part(), by.maxBytesPerSecond())));
        if (wait == 0 || waitedNanos >= by.maxDelay().toNanos()) {
            return 0;
        }
        counts.waits(nowNanos - waitedNanos, reason(share, by));
        return Math.clamp(wait, leastNanos, LOOK_NANOS);
    }

    private Pacer.Share fill(BulkWrite by, long nowNanos) {
        Pacer.Share share = all.pacer().share(work());
        rows.fill(rowRate.at(share.part(), by.maxRowsPerSecond()), nowNanos);
        bytes.fill(byteRate.at(share.part(), by.maxBytesPerSecond()), nowNanos);
        return share;
    }

    private String reason(Pacer.Share share, BulkWrite by) {
        if (share.part() < 1 && !share.reason().isEmpty()) {
            return share.reason();
        }
        return rows.isSolvent()
                ? "limit of " + by.maxBytesPerSecond() + " bytes/s by rule " + by.rule()
                : "limit of " + by.maxRowsPerSecond() + " rows/s by rule " + by.rule();
    }

    @Override
    public boolean owesForBlock() {
        return owesForBlock;
    }

    @Override
    public void began(BulkWrite write, long nowNanos) {
        current = write;
        copySinceNanos = nowNanos;
        counts.began(write.rule());
        all.follow(this);
        if (isSolvent()) {
            // What is saved up while nothing is written must not count; and whoever owes nothing is no backfill at
            // work.
            rows.rest(nowNanos);
            bytes.rest(nowNanos);
        } else {
            // In a transaction block nobody asked before.
            fill(write, nowNanos);
        }
    }

    private boolean isSolvent() {
        return rows.isSolvent() && bytes.isSolvent();
    }

    @Override
    public void copied(long length) {
        bytes.take(length);
        copyBytes += length;
        requestBytes += length;
    }

    @Override
    public void wrote(long written) {
        requestRows += written;
    }

    @Override
    public void answered(long startedNanos, long endedNanos, boolean inBlock) {
        if (requestBytes == 0) {
            rowRate.did(requestRows, endedNanos - startedNanos);
            rows.take(requestRows);
        } else if (current.maxRowsPerSecond() > 0) {
            rows.take(requestRows);
        }
        counts.wrote(requestRows, copyBytes);
        all.wrote(work().upstream(), requestRows);
        boolean much = !isSolvent() || requestBytes > FREE_BYTES;
        boolean owes = !isSolvent() && !(requestBytes > 0 && goesUnseen(endedNanos));
        requestRows = 0;
        requestBytes = 0;
        copyBytes = 0;
        owesForBlock = owes && (inBlock || owesForBlock);
        if (much) {
            atItUntilNanos = endedNanos + AT_IT_NANOS;
        }
        if (owes) {
            // The signals are read from now on: the next statement will be asked about.
            all.pacer().share(work());
        }
    }

    @Override
    public boolean isAtIt(long nowNanos) {
        return nowNanos - atItUntilNanos < 0;
    }

    @Override
    public void waited() {
        owesForBlock = false;
        all.waited(work().upstream(), counts.goesOn(System.nanoTime()));
    }

    @Override
    public void closed() {
        all.forget(this);
    }

    private Pacer.Work work() {
        Pacer.Work known = work;
        if (known == null) {
            SessionInfo info = session.get();
            // A MySQL server has one set of signals, whichever database a session is in.
            boolean mysql = info.lexicalRules().dialect().isMySqlFamily();
            known = Pacer.Work.ofSession(info.upstream(), mysql ? "" : info.database(), info.id());
            work = known;
        }
        return known;
    }

    /** May be asked on any thread. */
    PacedSession picture(long nowNanos) {
        Pacer.Work who = work;
        return counts.picture(who == null ? 0 : -who.migration(), who == null ? "" : who.upstream(), nowNanos);
    }
}
