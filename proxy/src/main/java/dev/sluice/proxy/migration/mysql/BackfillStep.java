package dev.sluice.proxy.migration.mysql;

import dev.sluice.policies.plan.Step;
import dev.sluice.proxy.backfill.BackfillCursor;
import dev.sluice.proxy.catalog.ControlDatabase;
import dev.sluice.proxy.ledger.BackfillRanges;
import dev.sluice.proxy.ledger.Progress;
import dev.sluice.proxy.migration.LaneCount;
import dev.sluice.proxy.migration.Outcome;
import dev.sluice.proxy.migration.Rate;
import dev.sluice.proxy.migration.Run;
import dev.sluice.proxy.migration.RunnerSettings;
import dev.sluice.proxy.migration.mysql.Lane.Did;
import dev.sluice.proxy.migration.mysql.RangeBook.Range;
import dev.sluice.proxy.throttle.Pacer;
import dev.sluice.proxy.throttle.Pacer.Turn;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Does a backfill's batches, and rests where the throttle says so. The key is filled in ranges, each batch in one transaction
 * with the cursor of its range. Usually that is one range on one connection; on a server that nobody else uses several
 * connections fill a range each, and stop at their next batch as soon as that is over.
 */
final class BackfillStep implements AutoCloseable {

    /** How often the migration's own row says how far it has come; more often than the lease is prolonged otherwise. */
    private static final Duration TELL = Duration.ofMillis(200);

    /** How long the own lane waits for a range while others have them all. */
    private static final Duration SHORT_OF_RANGES = Duration.ofMillis(20);

    private final WorkConnection work;
    private final RunnerSettings settings;
    private final Pacer pacer;
    private final Lane own;
    private final SideLanes sides;
    private final Rate rate = new Rate();
    private Optional<RangeBook> book = Optional.empty();
    private LaneCount laneCount = LaneCount.APART;
    /** Whether nobody else wrote when a batch looked last. */
    private boolean free;

    private long toldAt = System.nanoTime() - TELL.toNanos();
    private long turnedAt;

    BackfillStep(WorkConnection work, ControlDatabase database, RunnerSettings settings, Pacer pacer) {
        this.work = work;
        this.own = new Lane(work::inTransaction);
        this.sides = new SideLanes(database);
        this.settings = settings;
        this.pacer = pacer;
    }

    /** Does a batch; or, while others are at work beside it, one after the other. All have ended when this returns. */
    Outcome run(Step.Backfill step, Run run) throws SQLException {
        if (step.keyColumns().isEmpty()) {
            return new Outcome.Failed("HY000", "the table has no unique key to walk by");
        }
        try {
            Outcome outcome = turn(step, run);
            while (outcome instanceof Outcome.Advanced
                    && sides.working()
                    && !run.signals().interrupted()) {
                outcome = turn(step, run);
            }
            sides.end();
            if (outcome instanceof Outcome.Done) {
                pacer.leave(run.work(step.table().toString()));
                forget();
            }
            return outcome;
        } catch (SQLException | RuntimeException e) {
            endAfter(e);
            throw e;
        }
    }

    private void forget() {
        book.ifPresent(own::putBack);
        book = Optional.empty();
    }

    /** What has committed is to be read again. */
    private void endAfter(Exception failed) {
        try {
            sides.end();
        } catch (SQLException | RuntimeException e) {
            if (e != failed) {
                failed.addSuppressed(e);
            }
        }
        laneCount = laneCount.afterFailure();
        forget();
    }

    private Outcome turn(Step.Backfill step, Run run) throws SQLException {
        Pacer.Work worker = run.work(step.table().toString());
        return switch (pacer.before(worker, run.signals().maxRowsPerSecond())) {
            case Turn.Rest rest -> {
                tellWhileResting(run, rest.reason());
                yield new Outcome.Wait(rest.pause(), !rest.reason().isEmpty(), rest.reason());
            }
            case Turn.Go go -> turn(step, run, worker, go);
        };
    }

    private Outcome turn(Step.Backfill step, Run run, Pacer.Work worker, Turn.Go go) throws SQLException {
        if (book.isEmpty()) {
            book = Optional.of(read(run));
        }
        RangeBook ranges = book.get();
        Lane.Job job = new Lane.Job(step, run, ranges, this::connections);
        Optional<Range> edge = ranges.edge();
        if (ranges.walked() && run.position().cursor().isEmpty() && Verification.follows(step, run)) {
            done(run, ranges);
            return new Outcome.Done();
        }
        sides.allow(edge.isEmpty() && go.alone() && free ? laneCount.count() - 1 : 0, job, go);
        Optional<Did> did = edge.isPresent()
                ? Optional.of(own.batch(job, edge.get(), go, (open, filled) -> atEdge(open, filled, run, ranges, go)))
                : own.batch(job, go, (open, filled) -> tell(open, filled, run, ranges, go));
        if (did.isEmpty()) {
            await(ranges);
            return new Outcome.Advanced();
        }
        return settle(did.get(), worker, go);
    }

    private RangeBook read(Run run) throws SQLException {
        BackfillCursor first = BackfillCursor.read(
                run.position().cursor(),
                run.progress().rowsDone(),
                run.progress().rowsTotal());
        BackfillRanges stored = new BackfillRanges(run.entry().id(), run.position());
        return work.transaction(run, open -> {
            run.mustHold(open);
            return RangeBook.open(open, stored, first);
        });
    }

    /** May be asked on any thread. */
    private Set<Long> connections() {
        Set<Long> all = new HashSet<>(sides.connections());
        all.add(work.id());
        return Set.copyOf(all);
    }

    /** Before the ranges are known, and after the last of them. */
    private void atEdge(Connection open, Lane.Filled filled, Run run, RangeBook ranges, Turn.Go go)
            throws SQLException {
        if (filled.batch().finished()) {
            end(open, run, ranges, ranges.done() + filled.batch().rows());
        } else {
            tell(open, filled, run, ranges, go);
        }
    }

    private void done(Run run, RangeBook ranges) throws SQLException {
        work.inTransaction(run, open -> {
            end(open, run, ranges, ranges.done());
            return true;
        });
    }

    private void end(Connection open, Run run, RangeBook ranges, long done) throws SQLException {
        ranges.clear(open);
        run.advance(open, run.next(), new Progress(done, done, rate.rowsPerSecond(), false, ""));
    }

    /** A batch is written down with its range; now and then the migration is told how far all of them have come. */
    private void tell(Connection open, Lane.Filled filled, Run run, RangeBook ranges, Turn.Go go) throws SQLException {
        ranges.record(open, filled.move());
        if (System.nanoTime() - toldAt < TELL.toNanos()
                && run.progress().reason().equals(go.reason())) {
            run.mustHold(open);
            return;
        }
        long done = ranges.done() + filled.batch().rows();
        long total = Math.max(ranges.total(), filled.move().near().cursor().total());
        run.advance(open, run.position(), progress(done, total, go.reason()));
        toldAt = System.nanoTime();
    }

    private Progress progress(long done, long total, String reason) {
        return new Progress(done, Math.max(done, total), rate.rowsPerSecond(), !reason.isEmpty(), reason);
    }

    /** The last batches before a rest may have been too quick to be told of, and the rest may be long. */
    private void tellWhileResting(Run run, String reason) throws SQLException {
        if (book.isEmpty() || System.nanoTime() - toldAt < TELL.toNanos()) {
            return;
        }
        long done = book.get().done();
        if (done != run.progress().rowsDone()) {
            run.advance(run.position(), progress(done, book.get().total(), reason));
        }
        toldAt = System.nanoTime();
    }

    private void await(RangeBook ranges) throws SQLException {
        try {
            ranges.await(SHORT_OF_RANGES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("interrupted", "57014", e);
        }
    }

    private Outcome settle(Did did, Pacer.Work worker, Turn.Go go) {
        long rows = did.rows() + sides.collect();
        long now = System.nanoTime();
        Duration since = turnedAt == 0 ? did.took() : Duration.ofNanos(now - turnedAt);
        turnedAt = now;
        rate.did(rows, did.took());
        free = did.free();
        if (did.equals(Did.NOTHING)) {
            laneCount = laneCount.afterFailure();
            return new Outcome.Advanced();
        }
        if (go.alone()) {
            laneCount = laneCount.after(sides.allowed() + 1, rows, since, go.batchTime());
        }
        pacer.after(new Pacer.Batch(worker, rows, did.took()));
        if (did.finished()) {
            return new Outcome.Done();
        }
        return did.blocked()
                ? new Outcome.Wait(settings.lockRetry(), false, "rows are locked by another session")
                : new Outcome.Advanced();
    }

    @Override
    public void close() {
        sides.close();
    }
}
