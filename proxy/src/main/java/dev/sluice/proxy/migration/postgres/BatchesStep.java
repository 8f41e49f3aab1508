package dev.sluice.proxy.migration.postgres;

import dev.sluice.policies.plan.Step;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.SqlText;
import dev.sluice.proxy.backfill.BackfillCursor;
import dev.sluice.proxy.backfill.PostgresBatches;
import dev.sluice.proxy.backfill.Walked;
import dev.sluice.proxy.catalog.RoleScope;
import dev.sluice.proxy.migration.Outcome;
import dev.sluice.proxy.migration.PerStep;
import dev.sluice.proxy.migration.Run;
import dev.sluice.proxy.migration.RunnerSettings;
import dev.sluice.proxy.migration.StatementBatches;
import dev.sluice.proxy.throttle.Pacer;
import dev.sluice.proxy.throttle.Pacer.Turn;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Does a client's UPDATE or DELETE in batches, each in a transaction with its cursor. */
final class BatchesStep {

    /** A row is locked; a deadlock; somebody has changed it meanwhile. */
    private static final Set<String> IN_THE_WAY = Set.of("55P03", "40P01", "40001");

    private final WorkConnection work;
    private final RunnerSettings settings;
    private final StatementBatches pace;
    private final PerStep<Step.Batches, PostgresBatches> batches = new PerStep<>(PostgresBatches::new);

    BatchesStep(WorkConnection work, RunnerSettings settings, Pacer pacer) {
        this.work = work;
        this.settings = settings;
        this.pace = new StatementBatches(settings, pacer);
    }

    Outcome run(Step.Batches step, Run run) throws SQLException {
        return pace.run(
                run,
                RoleScope.quoted(step.table()),
                (cursor, go) -> batch(step, run, cursor, go),
                contention(step, run));
    }

    private StatementBatches.Done batch(Step.Batches step, Run run, BackfillCursor cursor, Turn.Go go)
            throws SQLException {
        return work.inTransaction(run, (connection, scope) -> {
            long begin = System.nanoTime();
            scope.prepare(transactionSettings(step));
            Walked walked = batches.of(step).next(connection, scope, cursor);
            return pace.record(connection, run, walked, begin, go);
        });
    }

    private StatementBatches.Contention contention(Step.Batches step, Run run) {
        return new StatementBatches.Contention() {
            @Override
            public boolean is(SQLException e) {
                return IN_THE_WAY.contains(String.valueOf(e.getSQLState()));
            }

            @Override
            public String blocker() throws SQLException {
                try (Connection other = run.database().connection()) {
                    return Blockers.on(other, step.table(), work.pid()).orElse("a row is locked by another session");
                }
            }
        };
    }

    /** A batch and its cursor are lost together or not at all; what ends the step is committed with a flush behind it. */
    private String transactionSettings(Step.Batches step) {
        StringBuilder sql = new StringBuilder("SET LOCAL row_security = off; SET LOCAL synchronous_commit = off;"
                + " SET LOCAL lock_timeout = " + settings.lockTimeout().toMillis() + "; ");
        for (Map.Entry<String, String> setting : new TreeMap<>(step.settings()).entrySet()) {
            sql.append("SET LOCAL ")
                    .append(RoleScope.quoted(setting.getKey()))
                    .append(" = ")
                    .append(SqlText.quoteLiteral(Dialect.POSTGRES, setting.getValue()))
                    .append("; ");
        }
        return sql.toString();
    }
}
