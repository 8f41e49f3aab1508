package dev.sluice.proxy.migration.mysql;

import dev.sluice.policies.plan.Step;
import dev.sluice.proxy.backfill.BackfillCursor;
import dev.sluice.proxy.backfill.MySqlBackfill;
import dev.sluice.proxy.backfill.MySqlBatches;
import dev.sluice.proxy.migration.BatchPace;
import dev.sluice.proxy.migration.Outcome;
import dev.sluice.proxy.migration.Run;
import dev.sluice.proxy.migration.RunnerSettings;
import dev.sluice.proxy.throttle.Pacer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Does a client's UPDATE or DELETE in batches, each in a transaction with its cursor. */
final class BatchesStep {

    /** A row is locked, and nobody waited for it; a wait was too long; a deadlock. */
    private static final int NOWAIT = 3572;

    private static final int LOCK_WAIT_TIMEOUT = 1205;
    private static final int DEADLOCK = 1213;

    private final WorkConnection work;
    private final BatchPace pace;
    private @Nullable MySqlBatches batches;
    private Step.@Nullable Batches of;
    private long begin;

    BatchesStep(WorkConnection work, RunnerSettings settings, Pacer pacer) {
        this.work = work;
        this.pace = new BatchPace(settings, pacer);
    }

    Outcome run(Step.Batches step, Run run) throws SQLException {
        Optional<Outcome> waits = pace.before(run);
        if (waits.isPresent()) {
            return waits.get();
        }
        BackfillCursor cursor = pace.cursor(run);
        MySqlBackfill.Batch batch;
        try {
            batch = work.inTransaction(run, connection -> {
                begin = System.nanoTime();
                settings(connection, step);
                MySqlBackfill.Batch next = batches(step).next(connection, cursor);
                pace.record(
                        connection, run, next.cursor(), next.rows(), next.finished(), System.nanoTime() - begin);
                return next;
            });
        } catch (SQLException e) {
            if (e.getErrorCode() == NOWAIT
                    || e.getErrorCode() == LOCK_WAIT_TIMEOUT
                    || e.getErrorCode() == DEADLOCK) {
                return pace.contended(cursor, "");
            }
            throw e;
        }
        return batch.finished() ? new Outcome.Done() : pace.rest(run, batch.rows(), System.nanoTime() - begin);
    }

    private MySqlBatches batches(Step.Batches step) {
        MySqlBatches present = batches;
        if (present == null || of != step) {
            present = new MySqlBatches(step);
            batches = present;
            of = step;
        }
        return present;
    }

    /** The names are the gateway's own. */
    private static void settings(Connection connection, Step.Batches step) throws SQLException {
        for (Map.Entry<String, String> setting : new TreeMap<>(step.settings()).entrySet()) {
            try (PreparedStatement statement =
                    connection.prepareStatement("SET SESSION " + setting.getKey() + " = ?")) {
                statement.setString(1, setting.getValue());
                statement.execute();
            }
        }
    }
}
