package dev.sluice.proxy.lint;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads from a database which migrations it has, where a tool keeps a list that is known. */
public final class AppliedVersions {
    private static final List<String> LISTS = List.of(
            "SELECT version FROM flyway_schema_history WHERE success AND version IS NOT NULL",
            "SELECT version_id FROM goose_db_version WHERE is_applied",
            "SELECT version FROM schema_migrations",
            "SELECT version FROM atlas_schema_revisions",
            "SELECT version FROM atlas_schema_revisions.atlas_schema_revisions");

    private AppliedVersions() {}

    /** Normalised versions; none where there is no list. The connection is in autocommit. */
    public static Set<String> read(Connection connection) throws SQLException {
        Set<String> versions = new HashSet<>();
        for (String list : LISTS) {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(list)) {
                while (rows.next()) {
                    String version = String.valueOf(rows.getString(1));
                    if (version.matches("[0-9][0-9._]*")) {
                        versions.add(MigrationVersion.of(version).toString());
                    }
                }
            } catch (SQLException e) {
                if (!connection.isValid(5)) {
                    throw e;
                }
                // There is no such list here.
            }
        }
        return versions;
    }
}
