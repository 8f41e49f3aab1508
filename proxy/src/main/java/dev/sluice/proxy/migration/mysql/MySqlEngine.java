package dev.sluice.proxy.migration.mysql;

import dev.sluice.policies.plan.Plan;
import dev.sluice.proxy.catalog.ControlDatabase;
import dev.sluice.proxy.ledger.ApprovalLedger;
import dev.sluice.proxy.ledger.Ledger;
import dev.sluice.proxy.ledger.MySqlLedger;
import dev.sluice.proxy.migration.Engine;
import dev.sluice.proxy.migration.RunnerSettings;
import dev.sluice.proxy.migration.StepRunner;
import dev.sluice.proxy.session.Gates;
import dev.sluice.proxy.throttle.Pacer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** MySQL 8.0 and later, MariaDB 10.6 and later. One ledger serves all databases of a server. */
public final class MySqlEngine implements Engine {

    private final Ledger ledger = new MySqlLedger();
    private final ApprovalLedger approvals = ApprovalLedger.mysql();
    private final Pacer pacer;
    private final Gates gates;

    /** @param gates before the servers; who serves no clients has some that nobody passes */
    public MySqlEngine(Pacer pacer, Gates gates) {
        this.pacer = pacer;
        this.gates = gates;
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
        return new MySqlStepRunner(database, gates.of(database.upstream().name()), settings, pacer);
    }

    @Override
    public Plan prepare(Connection connection, Plan plan, long id) {
        return plan;
    }

    @Override
    public List<String> databasesWithLedger(ControlDatabase any) throws SQLException {
        try (Connection connection = any.connection()) {
            return ledger.upgraded(connection) ? List.of("") : List.of();
        }
    }

    @Override
    public Failure classify(SQLException e) {
        return switch (e.getErrorCode()) {
            // Lock wait timeout, NOWAIT.
            case 1205, 3572 -> Failure.LOCKED;
            case 1317 -> Failure.CANCELLED;
            // Deadlock, changed meanwhile, shutdown, too many connections, read-only, disk full, log too small, killed.
            case 1213, 1020, 1053, 1040, 1203, 1226, 1290, 1836, 1021, 1114, 1799, 1927, 3169 -> Failure.TRANSIENT;
            default -> {
                String state = e.getSQLState();
                yield state == null || state.startsWith("08") ? Failure.TRANSIENT : Failure.PERMANENT;
            }
        };
    }
}
