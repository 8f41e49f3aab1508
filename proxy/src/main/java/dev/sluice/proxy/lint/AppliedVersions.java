package dev.sluice.proxy.lint;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads from a database which migrations it has, where a tool keeps a list that is known. */
public final class AppliedVersions {
    /** @param table in lower case, as the catalog has it */
    private record VersionList(String table, String query) {}

    private static final List<VersionList> LISTS = List.of(
            new VersionList(
                    "flyway_schema_history",
                    "SELECT version FROM flyway_schema_history WHERE success AND version IS NOT NULL"),
            new VersionList("goose_db_version", "SELECT version_id FROM goose_db_version WHERE is_applied"),
            new VersionList("schema_migrations", "SELECT version FROM schema_migrations"),
            new VersionList("atlas_schema_revisions", "SELECT version FROM atlas_schema_revisions"),
            new VersionList(
                    "atlas_schema_revisions", "SELECT version FROM atlas_schema_revisions.atlas_schema_revisions"));

    private AppliedVersions() {}

    /** Normalised versions; none where there is no list. The connection is in autocommit. */
    public static Set<String> read(Connection connection) throws SQLException {
        Set<String> tables = tables(connection);
        Set<String> versions = new HashSet<>();
        for (VersionList list : LISTS) {
            if (tables.contains(list.table())) {
                read(connection, list.query(), versions);
            }
        }
        return versions;
    }

    /** Names of the lists that are there in any schema: a query that must fail would be logged by server and driver. */
    private static Set<String> tables(Connection connection) throws SQLException {
        String names = LISTS.stream()
                .map(list -> "'" + list.table() + "'")
                .distinct()
                .collect(Collectors.joining(", ", "(", ")"));
        Set<String> tables = new HashSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT table_name FROM information_schema.tables WHERE table_name IN " + names)) {
            while (rows.next()) {
                tables.add(String.valueOf(rows.getString(1)).toLowerCase(Locale.ROOT));
            }
        }
        return tables;
    }

    private static void read(Connection connection, String query, Set<String> into) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                String version = String.valueOf(rows.getString(1));
                if (version.matches("[0-9][0-9._]*")) {
                    into.add(MigrationVersion.of(version).toString());
                }
            }
        } catch (SQLException e) {
            if (!connection.isValid(5)) {
                throw e;
            }
            // It is in a schema that is not searched, or not readable: there is no such list here.
        }
    }
}
