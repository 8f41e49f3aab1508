package dev.sluice.proxy.catalog;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.FactsRequest;
import dev.sluice.policies.facts.MigrationFacts;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.ServerError;
import dev.sluice.proxy.session.ServerErrorException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Facts of MySQL 8.0 and later and MariaDB 10.6 and later. What a name means is asked through the client's connection;
 * what needs a privilege or would leave a metadata lock in the client's transaction, through the gateway's own.
 */
public final class MySqlFactsReader implements FactsReader {

    private static final String SESSION = "SELECT DATABASE(), SUBSTRING_INDEX(CURRENT_USER(), '@', 1), VERSION()";
    private static final String SETTINGS = "SHOW VARIABLES WHERE Variable_name IN ('sql_mode', 'binlog_format',"
            + " 'log_bin', 'foreign_key_checks', 'lower_case_table_names', 'explicit_defaults_for_timestamp',"
            + " 'innodb_strict_mode', 'character_set_database', 'collation_database', 'collation_connection',"
            + " 'sql_generate_invisible_primary_key', 'alter_algorithm', 'default_storage_engine',"
            + " 'system_versioning_alter_history', 'time_zone')";
    private static final Pattern VERSION = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})(?:\\.(\\d{1,4}))?");

    private final ControlPools pools;
    private final InFlight inFlight;

    public MySqlFactsReader(ControlPools pools, InFlight inFlight) {
        this.pools = pools;
        this.inFlight = inFlight;
    }

    @Override
    public Facts read(HeldSession session, FactsRequest request) throws ServerErrorException {
        try (Connection control = pools.database(session.info().upstream(), "").connection()) {
            return new Reading<ServerErrorException>(sql -> session.query(sql).rows(), control)
                    .facts(request, name -> isTemporary(session, name));
        } catch (SQLException e) {
            throw new ServerErrorException(ServerError.of(
                    "08001",
                    1105,
                    "the gateway's own connection to the database failed: " + e.getMessage(),
                    "A schema change is judged on facts that the gateway reads over a connection of its own.",
                    "Check the upstream's user and password in the gateway's configuration."));
        }
    }

    @Override
    public Facts read(Connection connection, FactsRequest request) throws SQLException {
        return new Reading<SQLException>(sql -> rows(connection, sql), connection).facts(request, name -> false);
    }

    /** A temporary table of the session's hides one of the same name, and is in no catalog. */
    private static boolean isTemporary(HeldSession session, String quotedName) throws ServerErrorException {
        try {
            return session.query("SHOW CREATE TABLE " + quotedName).rows().stream()
                    .anyMatch(row -> row.size() > 1 && MySqlCatalog.text(row, 1).startsWith("CREATE TEMPORARY"));
        } catch (ServerErrorException e) {
            if (e.error().sqlState().startsWith("08")) {
                throw e;
            }
            return false;
        }
    }

    private static List<List<Optional<String>>> rows(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            int columns = result.getMetaData().getColumnCount();
            List<List<Optional<String>>> rows = new ArrayList<>();
            while (result.next()) {
                List<Optional<String>> row = new ArrayList<>();
                for (int i = 1; i <= columns; i++) {
                    row.add(Optional.ofNullable(result.getString(i)));
                }
                rows.add(row);
            }
            return rows;
        }
    }

    /** From {@code 9.7.4} or {@code 11.4.5-MariaDB-log}. */
    static ServerVersion version(String text) {
        Matcher numbers = VERSION.matcher(text);
        if (!numbers.find()) {
            return ServerVersion.mysql(8, 0, 0);
        }
        int major = Integer.parseInt(numbers.group(1));
        int minor = Integer.parseInt(numbers.group(2));
        int patch = numbers.group(3) == null ? 0 : Integer.parseInt(numbers.group(3));
        return text.contains("MariaDB")
                ? ServerVersion.mariadb(major, minor, patch)
                : ServerVersion.mysql(major, minor, patch);
    }

    /** What the later phases read expressions by, where another engine has its search path. */
    private static String readings(Map<String, String> settings) {
        return new SessionReadings(
                        settings.getOrDefault("sql_mode", ""),
                        settings.getOrDefault("time_zone", ""),
                        settings.getOrDefault("collation_connection", ""))
                .text();
    }

    private interface Temporary<E extends Exception> {
        boolean test(String quotedName) throws E;
    }

    private final class Reading<E extends Exception> {

        private final MySqlCatalog.Asker<E> client;
        private final Connection control;

        Reading(MySqlCatalog.Asker<E> client, Connection control) {
            this.client = client;
            this.control = control;
        }

        Facts facts(FactsRequest request, Temporary<E> temporary) throws E, SQLException {
            List<Optional<String>> session = client.rows(SESSION).getFirst();
            Optional<String> database = session.get(0);
            ServerVersion version = version(MySqlCatalog.text(session, 2));
            Map<QualifiedName, List<MigrationFacts>> migrations = inFlight.read(control);
            Set<QualifiedName> names = new HashSet<>(request.relations());
            names.addAll(request.newRelations());
            Map<QualifiedName, RelationFacts> relations = new HashMap<>();
            for (QualifiedName name : names) {
                Optional<String> schema = name.schema().or(() -> database);
                if (schema.isPresent()) {
                    relation(schema.get(), name.name(), version, migrations, temporary)
                            .ifPresent(facts -> relations.put(name, facts));
                }
            }
            Map<String, String> settings = new HashMap<>();
            client.rows(SETTINGS).forEach(row -> settings.put(MySqlCatalog.text(row, 0), MySqlCatalog.text(row, 1)));
            settings.put("search_path", readings(settings));
            return new Facts(
                    version, false, MySqlCatalog.text(session, 1), database, relations, Map.of(), Map.of(), settings);
        }

        private Optional<RelationFacts> relation(
                String schema,
                String name,
                ServerVersion version,
                Map<QualifiedName, List<MigrationFacts>> migrations,
                Temporary<E> temporary)
                throws E, SQLException {
            return new MySqlCatalog<>(client).relation(schema, name, (realSchema, realName) -> {
                String quoted = MySqlCatalog.quoted(realSchema) + "." + MySqlCatalog.quoted(realName);
                return new MySqlCatalog.Known(
                        temporary.test(quoted),
                        rowVersions(realSchema, realName, version),
                        empty(quoted),
                        manageable(realSchema, realName),
                        migrations.getOrDefault(QualifiedName.of(realSchema, realName), List.of()));
            });
        }

        private boolean manageable(String schema, String name) throws SQLException {
            return !rows(
                            control,
                            "SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = "
                                    + MySqlCatalog.literal(schema) + " AND TABLE_NAME = "
                                    + MySqlCatalog.literal(name))
                    .isEmpty();
        }

        /** The estimate may say 0 of a table that has rows. */
        private boolean empty(String quoted) {
            try {
                return rows(control, "SELECT 1 FROM " + quoted + " LIMIT 1").isEmpty();
            } catch (SQLException e) {
                return false; // a view that is broken, or nothing at all
            }
        }

        /** A partitioned table counts in each of its partitions. */
        private long rowVersions(String schema, String name, ServerVersion version) {
            if (version.dialect() != Dialect.MYSQL || !version.atLeast(8, 0, 29)) {
                return 0;
            }
            String full = schema + "/" + name;
            try {
                List<List<Optional<String>>> found = rows(
                        control,
                        "SELECT COALESCE(MAX(TOTAL_ROW_VERSIONS), 0) FROM information_schema.INNODB_TABLES"
                                + " WHERE NAME = " + MySqlCatalog.literal(full) + " OR NAME LIKE "
                                + MySqlCatalog.literal(full.replace("|", "||")
                                                .replace("_", "|_")
                                                .replace("%", "|%") + "#p#%")
                                + " ESCAPE '|'");
                return Long.parseLong(found.getFirst().getFirst().orElse("0"));
            } catch (SQLException e) {
                return 0; // without PROCESS the server's own error 4092 is what tells
            }
        }
    }
}
