package dev.sluice.proxy.migration.postgres;

import dev.sluice.policies.plan.Phase;
import dev.sluice.policies.plan.PhaseName;
import dev.sluice.policies.plan.Plan;
import dev.sluice.policies.plan.Step;
import dev.sluice.proxy.catalog.ControlDatabase;
import dev.sluice.proxy.ledger.ApprovalLedger;
import dev.sluice.proxy.ledger.Ending;
import dev.sluice.proxy.ledger.Ledger;
import dev.sluice.proxy.ledger.PostgresLedger;
import dev.sluice.proxy.migration.Engine;
import dev.sluice.proxy.migration.RunnerSettings;
import dev.sluice.proxy.migration.StepRunner;
import dev.sluice.proxy.throttle.Pacer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** PostgreSQL 12 to 18. */
public final class PostgresEngine implements Engine {

    private static final Logger LOG = LoggerFactory.getLogger(PostgresEngine.class);

    private final Ledger ledger = new PostgresLedger();
    private final ApprovalLedger approvals = ApprovalLedger.postgres();
    private final Pacer pacer;

    public PostgresEngine(Pacer pacer) {
        this.pacer = pacer;
    }

    @Override
    public Ledger ledger() {
        return ledger;
    }

    @Override
    public ApprovalLedger approvals() {
        return approvals;
    }

    @Override
    public StepRunner open(ControlDatabase database, RunnerSettings settings) {
        return new PostgresStepRunner(database, settings, pacer);
    }

    @Override
    public Plan prepare(Connection connection, Plan plan, long id) throws SQLException {
        List<String> own = new ArrayList<>();
        List<Phase> phases = plan.phases().stream()
                .map(phase -> phase.name() == PhaseName.EXPAND ? withoutOwnFunctions(phase, own) : phase)
                .toList();
        try (Statement statement = connection.createStatement()) {
            for (String sql : own) {
                statement.execute(sql);
            }
        }
        return new Plan(plan.target(), plan.columns(), phases, plan.undo());
    }

    @Override
    public void forget(Connection connection, long id) throws SQLException {
        OwnFunctions.drop(connection, id);
    }

    private static Phase withoutOwnFunctions(Phase phase, List<String> own) {
        List<Step> steps = new ArrayList<>();
        for (Step step : phase.steps()) {
            if (step instanceof Step.Statements statements) {
                own.addAll(statements.sql().stream().filter(OwnFunctions::isOwn).toList());
                List<String> rest = statements.sql().stream()
                        .filter(s -> !OwnFunctions.isOwn(s))
                        .toList();
                if (!rest.isEmpty()) {
                    steps.add(new Step.Statements(rest, statements.doneWhen()));
                }
            } else {
                steps.add(step);
            }
        }
        return new Phase(phase.name(), steps, phase.lock(), phase.rewritesTable(), phase.rows(), phase.note());
    }

    @Override
    public List<String> databasesWithLedger(ControlDatabase any) throws SQLException {
        List<String> names = new ArrayList<>();
        try (Connection connection = any.dedicated("sluice");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT datname FROM pg_catalog.pg_database WHERE datallowconn AND NOT datistemplate"
                                + " AND pg_catalog.has_database_privilege(oid, 'CONNECT') ORDER BY 1")) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        List<String> found = new ArrayList<>();
        for (String name : names) {
            try (Connection connection = any.dedicated(name, "sluice")) {
                if (ledger.upgraded(connection)) {
                    found.add(name);
                }
            } catch (SQLException e) {
                LOG.debug("database {} not looked at", name, e);
            }
        }
        return found;
    }

    @Override
    public String words(SQLException e) {
        return ServerWords.text(e).orElseGet(() -> Engine.super.words(e));
    }

    @Override
    public Ending failure(SQLException e, String sqlState) {
        return ServerWords.failure(e, sqlState, words(e));
    }

    @Override
    public Failure classify(SQLException e) {
        String state = e.getSQLState();
        if (state == null) {
            return Failure.TRANSIENT;
        }
        return switch (state) {
            case "57014" -> Failure.CANCELLED;
            case "55P03" -> Failure.LOCKED;
            // Serialization, deadlock, shutdown, crash, not yet accepting, I/O, read-only after a failover.
            case "40001", "40P01", "57P01", "57P02", "57P03", "57P05", "58030", "25006", "55006" -> Failure.TRANSIENT;
            default ->
                // Connection trouble; out of disk, memory or connections.
                state.startsWith("08") || state.startsWith("53") ? Failure.TRANSIENT : Failure.PERMANENT;
        };
    }
}
