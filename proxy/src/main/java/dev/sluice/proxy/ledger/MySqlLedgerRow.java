package dev.sluice.proxy.ledger;

import dev.sluice.policies.plan.PhaseName;
import dev.sluice.policies.plan.Plan;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;

/** A row of {@code sluice.migrations}. Times are in UTC, whatever the session's time zone is. */
final class MySqlLedgerRow {

    static final String SELECT = "SELECT m.*, TIMESTAMPDIFF(MICROSECOND, '1970-01-01', m.created_at) AS created_micros,"
            + " TIMESTAMPDIFF(MICROSECOND, '1970-01-01', m.updated_at) AS updated_micros FROM sluice.migrations m";

    /** Lets a write through only to who holds the lease. */
    static final String FENCE = " WHERE id = ? AND owner = ? AND epoch = ?";

    private MySqlLedgerRow() {}

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
                Optional.ofNullable(row.getString("sql_state")),
                Optional.ofNullable(row.getString("error")),
                row.getString("owner"),
                row.getLong("epoch"),
                instant(row.getLong("created_micros")),
                instant(row.getLong("updated_micros")));
    }

    private static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }
}
