package dev.sluice.proxy.migration.postgres;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.proxy.migration.Migration;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Names the sessions that hold what a migration waits for. */
final class Blockers {

    private static final int MOST_NAMED = 3;

    private static final String DESCRIBED = "SELECT a.pid, coalesce(nullif(a.application_name, ''), 'no name'),"
            + " coalesce(a.usename, ''), coalesce(a.state, 'not to be seen'),"
            + " coalesce(extract(epoch FROM pg_catalog.clock_timestamp() - a.xact_start)::bigint, -1)"
            + " FROM pg_catalog.pg_stat_activity a WHERE a.pid <> pg_catalog.pg_backend_pid() AND a.pid IN ";

    private Blockers() {}

    /** Those that a waiting backend waits for; empty when it does not wait for a session. */
    static Optional<String> of(Connection connection, int pid) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                DESCRIBED + "(SELECT pg_catalog.unnest(pg_catalog.pg_blocking_pids(?))) ORDER BY a.xact_start")) {
            statement.setInt(1, pid);
            return sentence(statement);
        }
    }

    /** Those that hold a lock on a table. */
    static Optional<String> on(Connection connection, QualifiedName table, int except) throws SQLException {
        String sql = DESCRIBED
                + "(SELECT l.pid FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_class c ON c.oid = l.relation"
                + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                + " JOIN pg_catalog.pg_database d ON d.oid = l.database AND d.datname = pg_catalog.current_database()"
                + " WHERE l.granted AND c.relname = ? AND n.nspname = ? AND l.pid <> ?) ORDER BY a.xact_start";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, table.name());
            statement.setString(2, table.schema().orElse(""));
            statement.setInt(3, except);
            return sentence(statement);
        }
    }

    private static Optional<String> sentence(PreparedStatement statement) throws SQLException {
        List<String> named = new ArrayList<>();
        try (ResultSet row = statement.executeQuery()) {
            while (row.next() && named.size() < MOST_NAMED) {
                long seconds = row.getLong(5);
                named.add(row.getInt(1) + " (" + row.getString(2) + ", role " + row.getString(3) + ", "
                        + row.getString(4) + (seconds < 0 ? "" : ", transaction open for " + seconds + " s") + ")");
            }
        }
        return named.isEmpty() ? Optional.empty() : Optional.of(Migration.BLOCKED + String.join(" and ", named));
    }
}
