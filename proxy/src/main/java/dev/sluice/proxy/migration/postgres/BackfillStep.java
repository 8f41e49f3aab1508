package dev.sluice.proxy.migration.postgres;

import dev.sluice.policies.plan.Step;
import dev.sluice.proxy.backfill.BackfillCursor;
import dev.sluice.proxy.backfill.PostgresBackfill;
import dev.sluice.proxy.catalog.RoleScope;
import dev.sluice.proxy.migration.Batches;
import dev.sluice.proxy.migration.Outcome;
import dev.sluice.proxy.migration.PerStep;
import dev.sluice.proxy.migration.Run;
import dev.sluice.proxy.migration.RunnerSettings;
import dev.sluice.proxy.throttle.Pacer;
import dev.sluice.proxy.throttle.Pacer.Turn;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;

/**
 * Does a backfill's batches, each in a transaction with its cursor, sizes them, and rests where the throttle says so. A
 * batch that meets a lock, deadlocks or takes too long is rolled back and comes again smaller: nothing is skipped.
 */
final class BackfillStep {

    /** A batch that lasts so many times longer than it should is broken off. */
    private static final int TIMEOUT_BATCHES = 20;

    private static final long LEAST_TIMEOUT_MS = 1_000;
    private static final long LEAST_LOCK_TIMEOUT_MS = 5;
    private static final String TIMED_OUT = "57014";

    private static final String LOCKED = "55P03";

    /** Who holds a row waits for the batch; or has changed it meanwhile. */
    private static final Set<String> DEADLOCKED = Set.of("40P01", "40001");

    private final WorkConnection work;
    private final RunnerSettings settings;
    private final Pacer pacer;
    private final Batches batches = new Batches();
    private final PerStep<Step.Backfill, PostgresBackfill> backfill;
    private boolean conflict;
    private long begin;

    BackfillStep(WorkConnection work, RunnerSettings settings, Pacer pacer) {
        this.work = work;
        this.settings = settings;
        this.pacer = pacer;
        this.backfill = new PerStep<>(step -> new PostgresBackfill(step, work.version()));
    }

    Outcome run(Step.Backfill step, Run run) throws SQLException {
        Pacer.Work worker = run.work(RoleScope.quoted(step.table()));
        return switch (pacer.before(worker, run.signals().maxRowsPerSecond())) {
            case Turn.Rest rest -> new Outcome.Wait(rest.pause(), !rest.reason().isEmpty(), rest.reason());
            case Turn.Go go -> batch(step, run, worker, go);
        };
    }

    private Outcome batch(Step.Backfill step, Run run, Pacer.Work worker, Turn.Go go) throws SQLException {
        BackfillCursor stored = BackfillCursor.read(
                run.position().cursor(),
                run.progress().rowsDone(),
                run.progress().rowsTotal());
        int rows = batches.rows(stored.batchRows(), go);
        PostgresBackfill.Batch batch;
        try {
            batch = work.inTransaction(run, (connection, scope) -> {
                begin = System.nanoTime();
                scope.prepare(transactionSettings(step, rows, go));
                var next = backfill.of(step).next(connection, scope, stored.sized(rows), conflict);
                int size = batches.did(rows, next.rows(), took(), go);
                batches.record(connection, run, next.walked(), size, go, remark(step));
                return next;
            });
        } catch (SQLException e) {
            return again(run, rows, e);
        }
        conflict = false;
        pacer.after(new Pacer.Batch(worker, batch.rows(), took()));
        if (batch.finished()) {
            return new Outcome.Done();
        }
        return batch.blocked() ? blocked(step, run, batch) : new Outcome.Advanced();
    }

    private Duration took() {
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    /** The same range again, without waiting for rows that others hold; in smaller pieces where that was the trouble. */
    private Outcome again(Run run, int rows, SQLException e) throws SQLException {
        String state = String.valueOf(e.getSQLState());
        boolean deadlocked = DEADLOCKED.contains(state);
        boolean timedOut = TIMED_OUT.equals(state) && !run.signals().interrupted();
        if (deadlocked || timedOut) {
            batches.failed(rows);
        }
        if ((!conflict && (deadlocked || LOCKED.equals(state))) || (timedOut && rows > 1)) {
            conflict |= !timedOut;
            return new Outcome.Advanced();
        }
        throw e;
    }

    /**
     * A batch and its cursor are lost together or not at all, so nobody needs to wait for the disk; what ends the step
     * commits synchronously, and all that went before with it. A single row may take as long as it does.
     */
    private String transactionSettings(Step.Backfill step, int rows, Turn.Go go) {
        String replica = step.suppressTriggers() && work.maySuppressTriggers()
                ? "SET LOCAL session_replication_role = replica; "
                : "";
        long timeoutMs = rows == 1
                ? 0
                : Math.max(LEAST_TIMEOUT_MS, TIMEOUT_BATCHES * go.batchTime().toMillis());
        return "SET LOCAL row_security = off; SET LOCAL synchronous_commit = off; SET LOCAL lock_timeout = "
                + lockTimeoutMs(go) + "; SET LOCAL statement_timeout = " + timeoutMs + "; " + replica;
    }

    /** While a batch waits for a row, others wait for those that it has written: no longer than the batch should last. */
    private long lockTimeoutMs(Turn.Go go) {
        long most = settings.lockTimeout().toMillis();
        return Math.clamp(go.batchTime().toMillis(), Math.min(LEAST_LOCK_TIMEOUT_MS, most), most);
    }

    private String remark(Step.Backfill step) {
        return step.suppressTriggers() && !work.maySuppressTriggers()
                ? "user triggers fire: the gateway's role may not set session_replication_role"
                : "";
    }

    private Outcome blocked(Step.Backfill step, Run run, PostgresBackfill.Batch batch) throws SQLException {
        String why;
        try (Connection other = run.database().connection()) {
            why = Blockers.on(other, backfill.of(step).leaf(batch.cursor()), work.pid())
                    .orElse("rows are locked by another session");
        }
        return new Outcome.Wait(settings.lockRetry(), false, why);
    }
}
