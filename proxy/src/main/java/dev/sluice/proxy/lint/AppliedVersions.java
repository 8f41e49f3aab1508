package dev.sluice.proxy.lint;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

    /** Where Liquibase keeps its list; its columns are the same in every version. */
    private static final String LIQUIBASE = "databasechangelog";

    private AppliedVersions() {}

    /** Nothing where there is no list. The connection is in autocommit. */
    public static AppliedMigrations read(Connection connection) throws SQLException {
        Map<String, String> tables = tables(connection);
        Set<String> versions = new HashSet<>();
        for (VersionList list : LISTS) {
            if (tables.containsKey(list.table())) {
                versions(connection, list.query(), versions);
            }
        }
        List<AppliedMigrations.ChangeSet> changeSets = new ArrayList<>();
        Optional<String> liquibase = Optional.ofNullable(tables.get(LIQUIBASE));
        if (liquibase.isPresent()) {
            read(
                    connection,
                    "SELECT id, author, filename FROM " + liquibase.get(),
                    row -> changeSets.add(
                            new AppliedMigrations.ChangeSet(row.getString(1), row.getString(2), row.getString(3))));
        }
        return new AppliedMigrations(versions, changeSets);
    }

    /**
     * The lists that are there in any schema, by their names in lower case: a query that must fail would be logged by
     * server and driver.
     */
    private static Map<String, String> tables(Connection connection) throws SQLException {
        String names = Stream.concat(LISTS.stream().map(VersionList::table), Stream.of(LIQUIBASE))
                .map(table -> "'" + table + "'")
                .distinct()
                .collect(Collectors.joining(", ", "(", ")"));
        Map<String, String> tables = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT table_name FROM information_schema.tables WHERE lower(table_name) IN " + names)) {
            while (rows.next()) {
                String name = String.valueOf(rows.getString(1));
                tables.put(name.toLowerCase(Locale.ROOT), name);
            }
        }
        return tables;
    }

    private static void versions(Connection connection, String query, Set<String> into) throws SQLException {
        read(connection, query, row -> {
            String version = String.valueOf(row.getString(1));
            if (version.matches("[0-9][0-9._]*")) {
                into.add(MigrationVersion.of(version).toString());
            }
        });
    }

    /** Takes a row in. */
    private interface Row {
        void take(ResultSet row) throws SQLException;
    }

    private static void read(Connection connection, String query, Row row) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                row.take(rows);
            }
        } catch (SQLException e) {
            if (!connection.isValid(5)) {
                throw e;
            }
            // It is in a schema that is not searched, or not readable: there is no such list here.
        }
    }
}
