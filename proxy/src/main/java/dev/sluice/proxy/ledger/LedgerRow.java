package dev.sluice.proxy.ledger;

import dev.sluice.policies.plan.PhaseName;
import dev.sluice.policies.plan.Plan;
import dev.sluice.proxy.session.ErrorObject;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;

/** A row of {@code sluice.migrations}. */
final class LedgerRow {

    /** A table's migrations go one after another: what waits its turn says for which. */
    private static final String REASON = """
            CASE WHEN m.state = 'ready' AND m.reason = '' THEN COALESCE((SELECT CONCAT('waits for migration ', o.id, \
            ' of the same table') FROM sluice.migrations o WHERE o.id < m.id AND o.state IN %s \
            AND o.target_schema = m.target_schema AND o.target_name = m.target_name ORDER BY o.id LIMIT 1), '') ELSE m.reason END""".formatted(SqlLedger.ACTIVE);

    private LedgerRow() {}

    /** What {@link #read} needs, of the table as {@code m}. */
    static String select(EngineSql engine) {
        return "SELECT m.id, m.state, m.wanted, m.target_schema, m.target_name, m.statement, m.plan,"
                + " m.requested_by, m.search_path, m.session, m.phase_index, m.step_index, m.step_cursor, m.phase,"
                + " m.rows_done, m.rows_total, m.rows_per_second, m.max_rows_per_second, " + REASON + " AS reason, m."
                + engine.sqlState() + " AS error_state, m.error, " + engine.errorObject()
                + " AS error_object, m.owner, m.epoch, "
                + engine.epochMicros("m.created_at") + " AS created_micros, " + engine.epochMicros("m.updated_at")
                + " AS updated_micros FROM sluice.migrations m";
    }

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
                phase(row),
                new Progress(
                        row.getLong("rows_done"),
                        row.getLong("rows_total"),
                        row.getDouble("rows_per_second"),
                        state == LedgerState.THROTTLED,
                        row.getString("reason")),
                Optional.ofNullable(row.getString("error_state")),
                Optional.ofNullable(row.getString("error")),
                Optional.ofNullable(row.getString("error_object"))
                        .map(ErrorObjectJson::read)
                        .orElse(ErrorObject.NONE),
                row.getString("owner"),
                row.getLong("epoch"),
                instant(row, "created_micros"),
                instant(row, "updated_micros"));
    }

    /** Of a row that begins with {@code wanted, max_rows_per_second}. */
    static Signals signals(ResultSet row) throws SQLException {
        return new Signals(Wanted.of(row.getString(1)), row.getLong(2));
    }

    static PhaseName phase(ResultSet row) throws SQLException {
        return PhaseName.valueOf(row.getString("phase").toUpperCase(Locale.ROOT));
    }

    static Instant instant(ResultSet row, String column) throws SQLException {
        return Instant.EPOCH.plus(row.getLong(column), ChronoUnit.MICROS);
    }
}
