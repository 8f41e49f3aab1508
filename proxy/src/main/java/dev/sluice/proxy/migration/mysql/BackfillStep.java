package dev.sluice.proxy.migration.mysql;

import dev.sluice.policies.plan.Step;
import dev.sluice.proxy.backfill.BackfillCursor;
import dev.sluice.proxy.backfill.MySqlBackfill;
import dev.sluice.proxy.ledger.Progress;
import dev.sluice.proxy.migration.Outcome;
import dev.sluice.proxy.migration.Run;
import dev.sluice.proxy.migration.RunnerSettings;
import dev.sluice.proxy.throttle.BatchSizer;
import dev.sluice.proxy.throttle.Pacer;
import dev.sluice.proxy.throttle.Pacer.Rest;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Does a backfill's batches, each in a transaction with its cursor, sizes them, and rests where the throttle says so. */
final class BackfillStep {

    private static final double RATE_WEIGHT = 0.2;
    /** Replicas apply a batch as one transaction, row by row. */
    private static final int MOST_ROWS = 10_000;

    private final WorkConnection work;
    private final RunnerSettings settings;
    private final Pacer pacer;
    private @Nullable MySqlBackfill backfill;
    private Step.@Nullable Backfill of;
    private double rate;
    private long restedNanos;

    BackfillStep(WorkConnection work, RunnerSettings settings, Pacer pacer) {
        this.work = work;
        this.settings = settings;
        this.pacer = pacer;
    }

    Outcome run(Step.Backfill step, Run run) throws SQLException {
        if (step.keyColumns().isEmpty()) {
            return new Outcome.Failed("HY000", "the table has no unique key to walk by");
        }
        Pacer.Work worker = new Pacer.Work(
                run.database().upstream().name(),
                run.database().name(),
                run.entry().id());
        Rest first = pacer.before(worker);
        if (first.throttled()) {
            return new Outcome.Wait(first.pause(), true, first.reason());
        }
        BackfillCursor stored = BackfillCursor.read(run.position().cursor());
        BackfillCursor cursor =
                stored.sized(within(stored.batchRows(), run.signals().maxRowsPerSecond()));
        long begin = System.nanoTime();
        MySqlBackfill.Batch batch = work.inTransaction(run, connection -> {
            MySqlBackfill.Batch next = backfill(step).next(connection, cursor);
            record(connection, run, next, cursor.batchRows(), System.nanoTime() - begin);
            return next;
        });
        if (batch.finished()) {
            return new Outcome.Done();
        }
        if (batch.blocked()) {
            return new Outcome.Wait(settings.lockRetry(), false, "rows are locked by another session");
        }
        return rest(run, worker, batch, Duration.ofNanos(System.nanoTime() - begin));
    }

    private static int within(int rows, long maxRowsPerSecond) {
        int most = maxRowsPerSecond > 0
                ? (int) Math.clamp(maxRowsPerSecond / 2, BatchSizer.MIN_ROWS, MOST_ROWS)
                : MOST_ROWS;
        return Math.clamp(rows, BatchSizer.MIN_ROWS, most);
    }

    private MySqlBackfill backfill(Step.Backfill step) {
        MySqlBackfill present = backfill;
        if (present == null || of != step) {
            present = new MySqlBackfill(step);
            backfill = present;
            of = step;
        }
        return present;
    }

    /** Within the batch's transaction: the cursor behind it, and how fast it goes. */
    private void record(Connection connection, Run run, MySqlBackfill.Batch batch, int asked, long tookNanos)
            throws SQLException {
        BackfillCursor cursor = batch.cursor();
        int size = batch.rows() < asked / 2
                ? asked
                : new BatchSizer(asked, settings.batchTime().toNanos())
                        .after(tookNanos)
                        .rows();
        if (batch.rows() > 0) {
            double now = batch.rows() * 1e9 / Math.max(1, tookNanos + restedNanos);
            rate = rate == 0 ? now : rate + RATE_WEIGHT * (now - rate);
        }
        if (batch.finished()) {
            run.advance(connection, run.next(), new Progress(cursor.done(), cursor.done(), rate, false, ""));
            return;
        }
        Progress before = run.progress();
        run.advance(
                connection,
                run.position().at(cursor.sized(size).write()),
                new Progress(
                        cursor.done(),
                        Math.max(cursor.done(), cursor.total()),
                        rate,
                        before.throttled(),
                        before.throttled() ? before.reason() : ""));
    }

    private Outcome rest(Run run, Pacer.Work worker, MySqlBackfill.Batch batch, Duration took) throws SQLException {
        Rest rest = pacer.after(
                new Pacer.Batch(worker, batch.rows(), took, run.signals().maxRowsPerSecond()));
        restedNanos = rest.pause().toNanos();
        if (rest.throttled()) {
            return new Outcome.Wait(rest.pause(), true, rest.reason());
        }
        if (run.progress().throttled()) {
            run.note(false, "");
        }
        return new Outcome.Advanced();
    }
}
