package dev.sluice.proxy.migration.mysql;

import dev.sluice.policies.plan.Step;
import dev.sluice.proxy.backfill.BackfillCursor;
import dev.sluice.proxy.backfill.Lanes;
import dev.sluice.proxy.backfill.MySqlBackfill;
import dev.sluice.proxy.migration.Batches;
import dev.sluice.proxy.migration.LaneCount;
import dev.sluice.proxy.migration.Outcome;
import dev.sluice.proxy.migration.PerStep;
import dev.sluice.proxy.migration.Run;
import dev.sluice.proxy.migration.RunnerSettings;
import dev.sluice.proxy.throttle.Pacer;
import dev.sluice.proxy.throttle.Pacer.Turn;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;

/**
 * Does a backfill's batches, each in a transaction with its cursor, sizes them, and rests where the throttle says so. A
 * batch that deadlocks or times out is rolled back and comes again smaller: nothing is skipped. On a server that nobody
 * else uses, several run at once.
 */
final class BackfillStep {

    /** Replicas apply a batch as one transaction, row by row. */
    private static final int MOST_ROWS = 10_000;

    /** Lock wait timeout, deadlock; a statement's own time limit on MySQL and on MariaDB. */
    private static final Set<Integer> IN_THE_WAY = Set.of(1205, 1213, 3024, 1969);

    private final WorkConnection work;
    private final RunnerSettings settings;
    private final Pacer pacer;
    private final Batches batches = new Batches();
    private final SideConnections sides;
    private LaneCount laneCount = LaneCount.ONE;
    private final PerStep<Step.Backfill, MySqlBackfill> backfill = new PerStep<>(MySqlBackfill::new);

    BackfillStep(WorkConnection work, SideConnections sides, RunnerSettings settings, Pacer pacer) {
        this.work = work;
        this.sides = sides;
        this.settings = settings;
        this.pacer = pacer;
    }

    Outcome run(Step.Backfill step, Run run) throws SQLException {
        if (step.keyColumns().isEmpty()) {
            return new Outcome.Failed("HY000", "the table has no unique key to walk by");
        }
        Pacer.Work worker = run.work(step.table().toString());
        return switch (pacer.before(worker, run.signals().maxRowsPerSecond())) {
            case Turn.Rest rest -> new Outcome.Wait(rest.pause(), !rest.reason().isEmpty(), rest.reason());
            case Turn.Go go -> batch(step, run, worker, go);
        };
    }

    private Outcome batch(Step.Backfill step, Run run, Pacer.Work worker, Turn.Go go) throws SQLException {
        BackfillCursor stored = BackfillCursor.read(run.position().cursor());
        int rows = Math.min(MOST_ROWS, batches.rows(stored.batchRows(), go));
        Lanes lanes = sides.lanes(run, go.alone() ? laneCount.count() : 1);
        long begin = System.nanoTime();
        MySqlBackfill.Batch batch;
        try {
            batch = work.inTransaction(run, connection -> {
                MySqlBackfill.Batch next = backfill.of(step).next(connection, stored.sized(rows), lanes);
                int size = batches.did(rows, next.rows(), next.lanes(), since(begin), go);
                batches.record(connection, run, next.walked(), size, go, "");
                return next;
            });
        } catch (SQLException e) {
            batches.failed(rows);
            laneCount = laneCount.afterFailure();
            if (IN_THE_WAY.contains(e.getErrorCode()) && rows > 1) {
                return new Outcome.Advanced();
            }
            throw e;
        }
        Duration took = since(begin);
        laneCount = laneCount.after(batch.lanes(), batch.rows(), took, go.batchTime());
        pacer.after(new Pacer.Batch(worker, batch.rows(), took));
        if (batch.finished()) {
            return new Outcome.Done();
        }
        return batch.blocked()
                ? new Outcome.Wait(settings.lockRetry(), false, "rows are locked by another session")
                : new Outcome.Advanced();
    }

    private static Duration since(long begin) {
        return Duration.ofNanos(System.nanoTime() - begin);
    }
}
