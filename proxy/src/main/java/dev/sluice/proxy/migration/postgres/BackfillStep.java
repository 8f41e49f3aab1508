package dev.sluice.proxy.migration.postgres;

import dev.sluice.policies.plan.Step;
import dev.sluice.proxy.backfill.BackfillCursor;
import dev.sluice.proxy.backfill.PostgresBackfill;
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

    private final WorkConnection work;
    private final RunnerSettings settings;
    private final Pacer pacer;
    private @Nullable PostgresBackfill backfill;
    private Step.@Nullable Backfill of;
    private boolean conflict;
    private double rate;
    private long restedNanos;
    private long begin;

    BackfillStep(WorkConnection work, RunnerSettings settings, Pacer pacer) {
        this.work = work;
        this.settings = settings;
        this.pacer = pacer;
    }

    Outcome run(Step.Backfill step, Run run) throws SQLException {
        Pacer.Work worker = new Pacer.Work(
                run.database().upstream().name(),
                run.database().name(),
                run.entry().id());
        Rest first = pacer.before(worker);
        if (first.throttled()) {
            return new Outcome.Wait(first.pause(), true, first.reason());
        }
        BackfillCursor stored = BackfillCursor.read(
                run.position().cursor(),
                run.progress().rowsDone(),
                run.progress().rowsTotal());
        BackfillCursor cursor =
                stored.sized(within(stored.batchRows(), run.signals().maxRowsPerSecond()));
        PostgresBackfill.Batch batch;
        try {
            batch = work.inTransaction(run, (connection, scope) -> {
                begin = System.nanoTime();
                scope.prepare(transactionSettings(step));
                var next = backfill(step).next(connection, scope, cursor, conflict);
                record(connection, run, next, Duration.ofNanos(System.nanoTime() - begin), step);
                return next;
            });
        } catch (SQLException e) {
            if (!conflict && ("55P03".equals(e.getSQLState()) || "40P01".equals(e.getSQLState()))) {
                // A row of the batch is locked: the same range again, without waiting.
                conflict = true;
                return new Outcome.Advanced();
            }
            throw e;
        }
        conflict = false;
        if (batch.finished()) {
            return new Outcome.Done();
        }
        return batch.blocked()
                ? blocked(run, batch)
                : rest(run, worker, batch, Duration.ofNanos(System.nanoTime() - begin));
    }

    private PostgresBackfill backfill(Step.Backfill step) {
        PostgresBackfill present = backfill;
        if (present == null || of != step) {
            present = new PostgresBackfill(step, work.version());
            backfill = present;
            of = step;
        }
        return present;
    }

    /**
     * A batch and its cursor are lost together or not at all, so nobody needs to wait for the disk; what ends the step
     * commits synchronously, and all that went before with it.
     */
    private String transactionSettings(Step.Backfill step) {
        String replica = step.suppressTriggers() && work.maySuppressTriggers()
                ? "SET LOCAL session_replication_role = replica; "
                : "";
        return "SET LOCAL row_security = off; SET LOCAL synchronous_commit = off; SET LOCAL lock_timeout = "
                + settings.lockTimeout().toMillis() + "; " + replica;
    }

    /** Within the batch's transaction: the cursor behind it, and how fast it goes. */
    private void record(Connection connection, Run run, PostgresBackfill.Batch batch, Duration took, Step.Backfill step)
            throws SQLException {
        BackfillCursor cursor = batch.cursor();
        int size = size(batch, took);
        if (batch.rows() > 0) {
            double now = batch.rows() * 1e9 / Math.max(1, took.toNanos() + restedNanos);
            rate = rate == 0 ? now : rate + RATE_WEIGHT * (now - rate);
        }
        String reason = step.suppressTriggers() && !work.maySuppressTriggers()
                ? "user triggers fire: the gateway's role may not set session_replication_role"
                : "";
        Progress before = run.progress();
        Progress progress = new Progress(
                cursor.done(),
                Math.max(cursor.done(), cursor.total()),
                rate,
                before.throttled(),
                before.throttled() ? before.reason() : reason);
        if (batch.finished()) {
            run.advance(connection, run.next(), new Progress(cursor.done(), cursor.done(), rate, false, ""));
        } else {
            run.advance(connection, run.position().at(cursor.sized(size).write()), progress);
        }
    }

    /** A limit is kept by batches that last about a second at most. */
    private static int within(int rows, long maxRowsPerSecond) {
        return maxRowsPerSecond <= 0 ? rows : Math.clamp(maxRowsPerSecond, 1, rows);
    }

    private int size(PostgresBackfill.Batch batch, Duration took) {
        int given = batch.cursor().batchRows();
        BatchSizer sizer = new BatchSizer(
                Math.clamp(given, BatchSizer.MIN_ROWS, BatchSizer.MAX_ROWS),
                settings.batchTime().toNanos());
        if (conflict) {
            return sizer.afterFailure().rows();
        }
        // One that had little to do says nothing about a full one.
        return batch.rows() < given / 2 ? given : sizer.after(took.toNanos()).rows();
    }

    private Outcome blocked(Run run, PostgresBackfill.Batch batch) throws SQLException {
        String why;
        try (Connection other = run.database().connection()) {
            why = Blockers.on(other, backfill(ofStep()).leaf(batch.cursor()), work.pid())
                    .orElse("rows are locked by another session");
        }
        return new Outcome.Wait(settings.lockRetry(), false, why);
    }

    private Step.Backfill ofStep() {
        Step.Backfill step = of;
        if (step == null) {
            throw new IllegalStateException("no backfill has begun");
        }
        return step;
    }

    private Outcome rest(Run run, Pacer.Work worker, PostgresBackfill.Batch batch, Duration took) throws SQLException {
        Rest rest = pacer.after(
                new Pacer.Batch(worker, batch.rows(), took, run.signals().maxRowsPerSecond()));
        restedNanos = rest.pause().toNanos();
        if (!rest.throttled()) {
            if (run.progress().throttled()) {
                run.note(false, "");
            }
            return new Outcome.Advanced();
        }
        return new Outcome.Wait(rest.pause(), true, rest.reason());
    }
}
