package dev.sluice.proxy.migration.postgres;

import dev.sluice.policies.plan.Step;
import dev.sluice.proxy.catalog.ControlDatabase;
import dev.sluice.proxy.migration.Outcome;
import dev.sluice.proxy.migration.Run;
import dev.sluice.proxy.migration.RunnerSettings;
import dev.sluice.proxy.migration.StepRunner;
import dev.sluice.proxy.throttle.Pacer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Does the steps of one migration on PostgreSQL; each kind of step has a class of its own. */
final class PostgresStepRunner implements StepRunner {

    private final WorkConnection work;
    private final ShortStatements statements;
    private final OnlineStatement online;
    private final BackfillStep backfill;
    private final BatchesStep batches;

    PostgresStepRunner(ControlDatabase database, RunnerSettings settings, Pacer pacer) {
        this.work = new WorkConnection(database);
        this.statements = new ShortStatements(work, settings);
        this.online = new OnlineStatement(work, statements, settings);
        this.backfill = new BackfillStep(work, database, settings, pacer);
        this.batches = new BatchesStep(work, settings, pacer);
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
            case Step.Batches b -> batches.run(b, run);
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
        try (Connection connection = run.database().connection()) {
            OwnFunctions.drop(connection, run.entry().id());
        }
    }

    @Override
    public void close() {
        backfill.close();
        work.close();
    }
}
