package dev.sluice.proxy.ledger;

import dev.sluice.policies.plan.PhaseName;
import dev.sluice.policies.plan.Plan;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Optional;

/** A row of {@code sluice.migrations}. */
final class PostgresLedgerRow {

    static final String SELECT = "SELECT m.id, m.state, m.wanted, m.target_schema, m.target_name, m.statement, m.plan,"
            + " m.requested_by, m.search_path, m.session, m.phase_index, m.step_index, m.step_cursor, m.phase,"
            + " m.rows_done, m.rows_total, m.rows_per_second, m.max_rows_per_second, m.reason, m.sqlstate, m.error,"
            + " m.owner, m.epoch, m.created_at, m.updated_at FROM sluice.migrations m";

    /** Lets a write through only to who holds the lease, and tells what operators want. */
    static final String FENCE = " WHERE id = ? AND owner = ? AND epoch = ? RETURNING wanted, max_rows_per_second";

    private PostgresLedgerRow() {}

    static LedgerEntry read(ResultSet row) throws SQLException {
        long id = row.getLong("id");
        Plan plan = PlanJson.numbered(PlanJson.read(row.getString("plan")), id);
        LedgerState state = LedgerState.of(row.getString("state"));
        return new LedgerEntry(
                id,
                new Draft(
                        row.getString("target_schema"),
                        row.getString("target_name"),
                        row.getString("statement"),
                        plan,
                        row.getString("requested_by"),
                        row.getString("search_path"),
                        row.getString("session")),
                state,
                new Signals(Wanted.of(row.getString("wanted")), row.getLong("max_rows_per_second")),
                new Position(row.getInt("phase_index"), row.getInt("step_index"), row.getString("step_cursor")),
                PhaseName.valueOf(row.getString("phase").toUpperCase(Locale.ROOT)),
                new Progress(
                        row.getLong("rows_done"),
                        row.getLong("rows_total"),
                        row.getDouble("rows_per_second"),
                        state == LedgerState.THROTTLED,
                        row.getString("reason")),
                Optional.ofNullable(row.getString("sqlstate")),
                Optional.ofNullable(row.getString("error")),
                row.getString("owner"),
                row.getLong("epoch"),
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("updated_at").toInstant());
    }
}
