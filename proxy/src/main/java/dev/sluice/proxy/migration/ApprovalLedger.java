package dev.sluice.proxy.migration;

import dev.sluice.policies.plan.PhaseName;
import dev.sluice.proxy.migration.Migration.State;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Requests for approval in PostgreSQL's ledger: a table of its own beside the migrations, with numbers from theirs.
 * Stateless; each method works on the connection that it is given.
 */
final class ApprovalLedger {

    private static final String TABLE = """
            CREATE TABLE IF NOT EXISTS sluice.approvals (
              id bigint PRIMARY KEY DEFAULT pg_catalog.nextval(pg_catalog.pg_get_serial_sequence('sluice.migrations', 'id')),
              state text NOT NULL DEFAULT 'awaiting_approval',
              fingerprint text NOT NULL,
              target text NOT NULL,
              statement text NOT NULL,
              why text NOT NULL,
              requested_by text NOT NULL,
              session text NOT NULL,
              decided_by text NOT NULL DEFAULT '',
              reason text NOT NULL DEFAULT '',
              valid_until timestamptz,
              created_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
              updated_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp())""";

    private static final String COLUMNS =
            "id, CASE WHEN state = 'approved' AND valid_until < pg_catalog.clock_timestamp()"
                    + " THEN 'lapsed' ELSE state END, target, statement, why, requested_by, decided_by, reason, created_at,"
                    + " updated_at";

    void install(Connection connection) throws SQLException {
        if (!installed(connection)) {
            try (Statement statement = connection.createStatement()) {
                statement.execute(TABLE);
            }
        }
    }

    boolean installed(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT pg_catalog.to_regclass('sluice.approvals') IS NOT NULL")) {
            return row.next() && row.getBoolean(1);
        }
    }

    long request(Connection connection, Approvals.Request request) throws SQLException {
        Optional<Long> same = number(
                connection,
                "SELECT id FROM sluice.approvals WHERE state = 'awaiting_approval' AND fingerprint = ?"
                        + " AND requested_by = ? ORDER BY id LIMIT 1",
                request.fingerprint(),
                request.requestedBy());
        if (same.isPresent()) {
            return same.get();
        }
        return number(
                        connection,
                        "INSERT INTO sluice.approvals (fingerprint, target, statement, why, requested_by, session)"
                                + " VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
                        request.fingerprint(),
                        request.decision().plan().target().map(Object::toString).orElse(""),
                        request.statement().replace("\0", ""),
                        String.join(", ", request.decision().ruleIds()) + ": "
                                + request.decision().why(),
                        request.requestedBy(),
                        request.session())
                .orElseThrow();
    }

    Optional<Long> take(Connection connection, String requestedBy, String fingerprint) throws SQLException {
        return number(
                connection,
                "UPDATE sluice.approvals SET state = 'used', updated_at = pg_catalog.clock_timestamp() WHERE id = ("
                        + "SELECT id FROM sluice.approvals WHERE state = 'approved' AND requested_by = ? AND fingerprint = ?"
                        + " AND valid_until > pg_catalog.clock_timestamp() ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)"
                        + " RETURNING id",
                requestedBy,
                fingerprint);
    }

    void giveBack(Connection connection, long id) throws SQLException {
        update(connection, id, "state = 'approved' WHERE state = 'used'");
    }

    boolean approve(Connection connection, long id, String operator, String reason, Duration validity)
            throws SQLException {
        return number(
                        connection,
                        "UPDATE sluice.approvals SET state = 'approved', decided_by = ?, reason = ?,"
                                + " updated_at = pg_catalog.clock_timestamp(), valid_until ="
                                + " pg_catalog.clock_timestamp() + ?::bigint * interval '1 second'"
                                + " WHERE state = 'awaiting_approval' AND id = ?::bigint RETURNING id",
                        operator,
                        reason,
                        Long.toString(validity.toSeconds()),
                        Long.toString(id))
                .isPresent();
    }

    boolean cancel(Connection connection, long id) throws SQLException {
        return update(connection, id, "state = 'cancelled' WHERE state IN ('awaiting_approval', 'approved')");
    }

    /** Those that still mean something, and the last few that do not. */
    List<Migration> list(Connection connection, DatabaseRef database) throws SQLException {
        return read(
                connection,
                database,
                "SELECT " + COLUMNS + " FROM sluice.approvals ORDER BY state IN ('awaiting_approval', 'approved') DESC,"
                        + " id DESC LIMIT 100");
    }

    Optional<Migration> find(Connection connection, DatabaseRef database, long id) throws SQLException {
        return read(connection, database, "SELECT " + COLUMNS + " FROM sluice.approvals WHERE id = " + id).stream()
                .findFirst();
    }

    private static List<Migration> read(Connection connection, DatabaseRef database, String sql) throws SQLException {
        List<Migration> found = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                found.add(migration(database, row));
            }
        }
        return found;
    }

    private static Migration migration(DatabaseRef database, ResultSet row) throws SQLException {
        String word = row.getString(2);
        String by = row.getString(7) + (row.getString(8).isEmpty() ? "" : ": " + row.getString(8));
        State state = switch (word) {
            case "awaiting_approval" -> State.AWAITING_APPROVAL;
            case "approved" -> State.READY;
            case "used" -> State.COMPLETE;
            default -> State.CANCELLED;
        };
        String reason = switch (word) {
            case "awaiting_approval" -> row.getString(5);
            case "approved" -> "approved by " + by + "; the statement may be sent again, once";
            case "used" -> "approved by " + by + "; the statement was sent again";
            case "lapsed" -> "approved by " + by + ", but not used in time";
            default -> "withdrawn";
        };
        return new Migration(
                database,
                row.getLong(1),
                row.getString(3),
                row.getString(4),
                state,
                PhaseName.EXPAND,
                0,
                0,
                0,
                reason,
                Optional.empty(),
                row.getString(6),
                "",
                instant(row, 9),
                instant(row, 10));
    }

    private static Instant instant(ResultSet row, int column) throws SQLException {
        Timestamp timestamp = row.getTimestamp(column);
        return timestamp.toInstant();
    }

    private static boolean update(Connection connection, long id, String change) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.executeUpdate("UPDATE sluice.approvals SET updated_at = pg_catalog.clock_timestamp(), "
                            + change + " AND id = " + id)
                    > 0;
        }
    }

    private static Optional<Long> number(Connection connection, String sql, String... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(row.getLong(1)) : Optional.empty();
            }
        }
    }
}
