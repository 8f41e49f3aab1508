package dev.sluice.proxy.migration.mysql;

import dev.sluice.policies.plan.Step;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.SqlText;
import dev.sluice.proxy.backfill.BackfillCursor;
import dev.sluice.proxy.backfill.MySqlBatches;
import dev.sluice.proxy.backfill.Walked;
import dev.sluice.proxy.migration.Outcome;
import dev.sluice.proxy.migration.PerStep;
import dev.sluice.proxy.migration.Run;
import dev.sluice.proxy.migration.RunnerSettings;
import dev.sluice.proxy.migration.StatementBatches;
import dev.sluice.proxy.throttle.Pacer;
import dev.sluice.proxy.throttle.Pacer.Turn;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Does a client's UPDATE or DELETE in batches, each in a transaction with its cursor. */
final class BatchesStep {

    private static final Pattern NUMBER = Pattern.compile("\\d+(\\.\\d+)?");

    /** A wait was too long; a deadlock; a row is locked, and nobody waited for it. */
    private static final Set<Integer> IN_THE_WAY = Set.of(1205, 1213, 3572);

    private static final StatementBatches.Contention CONTENTION = new StatementBatches.Contention() {
        @Override
        public boolean is(SQLException e) {
            return IN_THE_WAY.contains(e.getErrorCode());
        }

        @Override
        public String blocker() {
            return "a row is locked by another session";
        }
    };

    private final WorkConnection work;
    private final StatementBatches pace;
    private final PerStep<Step.Batches, MySqlBatches> batches = new PerStep<>(MySqlBatches::new);

    BatchesStep(WorkConnection work, RunnerSettings settings, Pacer pacer) {
        this.work = work;
        this.pace = new StatementBatches(settings, pacer);
    }

    Outcome run(Step.Batches step, Run run) throws SQLException {
        return pace.run(run, step.table().toString(), (cursor, go) -> batch(step, run, cursor, go), CONTENTION);
    }

    private StatementBatches.Done batch(Step.Batches step, Run run, BackfillCursor cursor, Turn.Go go)
            throws SQLException {
        return work.inTransaction(run, connection -> {
            long begin = System.nanoTime();
            Walked walked = under(connection, step, same -> batches.of(step).next(same, cursor));
            return pace.record(connection, run, walked, begin, go);
        });
    }

    /**
     * The client's settings for the batch alone: by the ledger's clock above all, the moment of the statement is long ago.
     * The names are the gateway's own.
     */
    private static <T> T under(Connection connection, Step.Batches step, WorkConnection.Work<T> work)
            throws SQLException {
        Map<String, String> settings = new TreeMap<>(step.settings());
        try (Statement statement = connection.createStatement()) {
            StringBuilder set = new StringBuilder();
            for (Map.Entry<String, String> setting : settings.entrySet()) {
                set.append(set.isEmpty() ? "SET " : ", ")
                        .append("SESSION ")
                        .append(setting.getKey())
                        .append(" = ")
                        .append(value(setting.getValue()));
            }
            statement.execute(set.toString());
            T result = work.run(connection);
            statement.execute("SET SESSION timestamp = DEFAULT");
            return result;
        } catch (SQLException e) {
            reset(connection, e);
            throw e;
        }
    }

    private static void reset(Connection connection, SQLException because) {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET SESSION timestamp = DEFAULT");
        } catch (SQLException e) {
            because.addSuppressed(e);
        }
    }

    private static String value(String text) {
        return NUMBER.matcher(text).matches() ? text : SqlText.quoteLiteral(Dialect.MYSQL, text);
    }
}
