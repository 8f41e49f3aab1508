package dev.sluice.proxy.migration.postgres;

import dev.sluice.policies.plan.Step;
import dev.sluice.proxy.backfill.BackfillCursor;
import dev.sluice.proxy.backfill.PostgresBackfill;
import dev.sluice.proxy.backfill.PostgresBatches;
import dev.sluice.proxy.catalog.RoleScope;
import dev.sluice.proxy.migration.BatchPace;
import dev.sluice.proxy.migration.Outcome;
import dev.sluice.proxy.migration.Run;
import dev.sluice.proxy.migration.RunnerSettings;
import dev.sluice.proxy.throttle.Pacer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Does a client's UPDATE or DELETE in batches, each in a transaction with its cursor. */
final class BatchesStep {

    private final WorkConnection work;
    private final RunnerSettings settings;
    private final BatchPace pace;
    private @Nullable PostgresBatches batches;
    private Step.@Nullable Batches of;
    private long begin;

    BatchesStep(WorkConnection work, RunnerSettings settings, Pacer pacer) {
        this.work = work;
        this.settings = settings;
        this.pace = new BatchPace(settings, pacer);
    }

    Outcome run(Step.Batches step, Run run) throws SQLException {
        Optional<Outcome> waits = pace.before(run);
        if (waits.isPresent()) {
            return waits.get();
        }
        BackfillCursor cursor = pace.cursor(run);
        PostgresBackfill.Batch batch;
        try {
            batch = work.inTransaction(run, (connection, scope) -> {
                begin = System.nanoTime();
                scope.prepare(transactionSettings(step));
                var next = batches(step).next(connection, scope, cursor);
                pace.record(
                        connection, run, next.cursor(), next.rows(), next.finished(), System.nanoTime() - begin);
                return next;
            });
        } catch (SQLException e) {
            if ("55P03".equals(e.getSQLState()) || "40P01".equals(e.getSQLState())) {
                return pace.contended(cursor, cursor.batchRows() > 1 ? "" : blocker(step, run));
            }
            throw e;
        }
        return batch.finished() ? new Outcome.Done() : pace.rest(run, batch.rows(), System.nanoTime() - begin);
    }

    private PostgresBatches batches(Step.Batches step) {
        PostgresBatches present = batches;
        if (present == null || of != step) {
            present = new PostgresBatches(step);
            batches = present;
            of = step;
        }
        return present;
    }

    /** A batch and its cursor are lost together or not at all; what ends the step is committed with a flush behind it. */
    private String transactionSettings(Step.Batches step) {
        StringBuilder sql = new StringBuilder("SET LOCAL row_security = off; SET LOCAL synchronous_commit = off;"
                + " SET LOCAL lock_timeout = " + settings.lockTimeout().toMillis() + "; ");
        for (Map.Entry<String, String> setting : new TreeMap<>(step.settings()).entrySet()) {
            sql.append("SET LOCAL ")
                    .append(RoleScope.quoted(setting.getKey()))
                    .append(" = E'")
                    .append(setting.getValue().replace("\\", "\\\\").replace("'", "''"))
                    .append("'; ");
        }
        return sql.toString();
    }

    private String blocker(Step.Batches step, Run run) throws SQLException {
        try (Connection other = run.database().connection()) {
            return Blockers.on(other, step.table(), work.pid()).orElse("");
        }
    }
}
