package dev.sluice.proxy.plan;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.parser.DdlParser;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.judge.Decision;
import dev.sluice.policies.judge.Judge;
import dev.sluice.policies.judge.StatementContext;
import dev.sluice.policies.plan.Phase;
import dev.sluice.policies.plan.PhaseName;
import dev.sluice.policies.plan.Plan;
import dev.sluice.policies.plan.Step;
import dev.sluice.policies.plan.postgres.DoBlock;
import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.policy.PolicyContext;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.policies.sql.Splitter;
import dev.sluice.policies.sql.StatementText;
import dev.sluice.proxy.catalog.ControlPools;
import dev.sluice.proxy.catalog.InFlight;
import dev.sluice.proxy.catalog.PostgresFactsReader;
import dev.sluice.proxy.ledger.PlanJson;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Judges a statement on a real server's facts and carries its plan out in the simplest way that there is. */
public final class PlanRunner {

    private static final PolicyContext SOMEBODY = PolicyContext.anywhere(Instant.EPOCH);

    private final Connection connection;
    private final Judge judge = new Judge();
    private final List<String> messages = new ArrayList<>();

    public PlanRunner(Connection connection) {
        this.connection = connection;
    }

    public Decision judge(String sql) throws SQLException {
        LexicalRules rules = LexicalRules.defaults(
                ServerVersion.postgres(connection.getMetaData().getDatabaseMajorVersion()));
        StatementText text = Splitter.split(sql, rules).getFirst();
        SchemaChange change = new DdlParser().parse(sql, text, rules);
        try (ControlPools none = new ControlPools(List.of())) {
            Facts facts = new PostgresFactsReader(none, InFlight.NONE).read(connection, judge.needs(change));
            StatementContext context = new StatementContext(false, Set.of(), text.directives(), SOMEBODY);
            return judge.judge(change, facts, context, Policy.DEFAULTS);
        }
    }

    /** Work that may fail. */
    interface Work {
        void run() throws SQLException;
    }

    /** What the server had to say while work was done. */
    List<String> said(Work work) throws SQLException {
        messages.clear();
        work.run();
        return List.copyOf(messages);
    }

    /** All phases, or the statement itself where there is no plan. */
    void run(String sql, Decision decision) throws SQLException {
        run(sql, decision, "SELECT 1");
    }

    /** @param meanwhile what somebody else runs right behind the expand phase */
    void run(String sql, Decision decision, String meanwhile) throws SQLException {
        Plan plan = PlanJson.numbered(decision.plan(), 7);
        if (plan.phases().isEmpty()) {
            execute(sql);
            return;
        }
        expand(plan);
        execute(meanwhile);
        for (Phase phase : plan.phases()) {
            if (phase.name() != PhaseName.EXPAND) {
                for (Step step : phase.steps()) {
                    run(step);
                }
            }
        }
    }

    void expand(Plan plan) throws SQLException {
        for (Phase phase : plan.phases()) {
            for (Step step : phase.name() == PhaseName.EXPAND ? phase.steps() : List.<Step>of()) {
                block(((Step.Statements) step).sql());
            }
        }
    }

    void undo(Plan plan) throws SQLException {
        for (String sql : PlanJson.numbered(plan, 7).undo()) {
            execute(sql);
        }
    }

    private void block(List<String> sql) throws SQLException {
        execute(new DoBlock(
                        sql,
                        Optional.<QualifiedName>empty(),
                        0,
                        List.of(),
                        Duration.ofMillis(50),
                        Duration.ofMillis(200),
                        Duration.ofSeconds(5),
                        Optional.empty())
                .sql());
    }

    private void run(Step step) throws SQLException {
        switch (step) {
            case Step.Statements statements -> {
                for (String sql : statements.sql()) {
                    execute(sql);
                }
                promised(statements.doneWhen().orElse("SELECT true"));
            }
            case Step.Online online -> {
                execute(online.sql());
                promised(online.doneWhen().orElse("SELECT true"));
            }
            case Step.Backfill backfill -> fill(backfill);
            case Step.Batches batches -> throw new IllegalStateException("no schema change is carried out so");
            case Step.Verify verify -> promised(verify.sql());
        }
    }

    private void fill(Step.Backfill backfill) throws SQLException {
        StringBuilder set = new StringBuilder();
        for (Step.Assignment assignment : backfill.assignments()) {
            set.append(set.isEmpty() ? "" : ", ")
                    .append('"')
                    .append(assignment.column().replace("\"", "\"\""))
                    .append("\" = ")
                    .append(assignment.expression());
        }
        for (QualifiedName leaf : backfill.leaves().isEmpty() ? List.of(backfill.table()) : backfill.leaves()) {
            execute("UPDATE ONLY \"" + leaf.schema().orElseThrow().replace("\"", "\"\"") + "\".\""
                    + leaf.name().replace("\"", "\"\"") + "\" SET " + set + " WHERE " + backfill.pending());
        }
    }

    private void promised(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            if (!rows.next() || !rows.getBoolean(1)) {
                throw new AssertionError("not kept: " + sql);
            }
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            for (SQLWarning warning = statement.getWarnings(); warning != null; warning = warning.getNextWarning()) {
                messages.add(String.valueOf(warning.getMessage()));
            }
        } catch (SQLException e) {
            throw new SQLException(e.getMessage() + "\nin " + sql, e.getSQLState(), e);
        }
    }
}
