package dev.sluice.proxy.migration.postgres;

import dev.sluice.policies.plan.Step;
import dev.sluice.proxy.catalog.ControlDatabase;
import dev.sluice.proxy.migration.Outcome;
import dev.sluice.proxy.migration.Run;
import dev.sluice.proxy.migration.RunnerSettings;
import dev.sluice.proxy.migration.StepRunner;
import dev.sluice.proxy.throttle.Pacer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Does the steps of one migration on PostgreSQL; each kind of step has a class of its own. */
final class PostgresStepRunner implements StepRunner {

    private final WorkConnection work;
    private final ShortStatements statements;
    private final OnlineStatement online;
    private final BackfillStep backfill;

    PostgresStepRunner(ControlDatabase database, RunnerSettings settings, Pacer pacer) {
        this.work = new WorkConnection(database);
        this.statements = new ShortStatements(work, settings);
        this.online = new OnlineStatement(work, statements, settings);
        this.backfill = new BackfillStep(work, settings, pacer);
    }

    @Override
    public Outcome run(Step step, Run run) throws SQLException {
        return switch (step) {
            case Step.Statements s ->
                statements.run(
                        s.sql(),
                        run,
                        c -> run.advance(c, run.next(), run.progress().because("")));
            case Step.Online o -> online.run(o, run);
            case Step.Backfill b -> backfill.run(b, run);
            case Step.Verify v -> verify(v, run);
        };
    }

    private Outcome verify(Step.Verify step, Run run) throws SQLException {
        return work.inTransaction(run, (connection, scope) -> {
            Optional<String> probe = Optional.of("SELECT ARRAY[(" + step.sql() + ")::pg_catalog.text]");
            List<String> reached = scope.run(probe, List.of()).reached();
            if (reached.isEmpty() || !"true".equals(reached.getFirst())) {
                return new Outcome.Failed("P0004", "not kept: " + step.promise());
            }
            run.advance(connection, run.next(), run.progress().because(""));
            return new Outcome.Done();
        });
    }

    @Override
    public Outcome undo(List<String> sql, Run run) throws SQLException {
        List<String> inOne = new ArrayList<>();
        for (String one : sql) {
            if (OnlineStatement.isConcurrent(one)) {
                online.alone(one, run);
            } else {
                inOne.add(one);
            }
        }
        return inOne.isEmpty() ? new Outcome.Done() : statements.run(inOne, run, c -> {});
    }

    @Override
    public void tidy(Run run) throws SQLException {
        String find = "SELECT pg_catalog.format('DROP FUNCTION IF EXISTS %s', p.oid::pg_catalog.regprocedure)"
                + " FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace"
                + " WHERE n.nspname = 'sluice' AND p.proname ~ ? AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d"
                + " WHERE d.refobjid = p.oid AND d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass)";
        try (Connection connection = run.database().connection();
                PreparedStatement look = connection.prepareStatement(find)) {
            look.setString(1, "_" + run.entry().id() + "$");
            List<String> drops = new ArrayList<>();
            try (ResultSet row = look.executeQuery()) {
                while (row.next()) {
                    drops.add(row.getString(1));
                }
            }
            try (Statement statement = connection.createStatement()) {
                for (String drop : drops) {
                    statement.execute(drop);
                }
            }
        }
    }

    @Override
    public void close() {
        work.close();
    }
}
