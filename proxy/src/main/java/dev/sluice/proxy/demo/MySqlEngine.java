package dev.sluice.proxy.demo;

import dev.sluice.proxy.config.Address;
import dev.sluice.proxy.config.JdbcUrl;
import dev.sluice.proxy.config.Secret;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * MySQL or MariaDB: a server that is there already, or one that the demo has started. All that the demo makes is in a
 * database of its own, which it removes again, and the ledger with it unless that was there before.
 */
final class MySqlEngine implements DemoEngine {

    static final String DATABASE = "sluice_demo";

    private static final int CHUNK = 20_000;

    private final JdbcUrl server;
    private final AutoCloseable owned;
    private final boolean given;
    private final String product;
    private final boolean ledgerWasThere;
    private final boolean refusesVolatileDefaults;

    /**
     * Makes the database.
     *
     * @param server where it is, with a user who may do everything there
     * @param owned what ends with the demo
     * @param given whether the server was there before
     * @throws SQLException when it cannot be made, also because there is one of that name
     */
    MySqlEngine(JdbcUrl server, AutoCloseable owned, boolean given) throws SQLException {
        this.server = server;
        this.owned = owned;
        this.given = given;
        try (Connection connection = connect(server, "", "demo");
                Statement statement = connection.createStatement()) {
            this.product = connection.getMetaData().getDatabaseProductName() + " "
                    + connection.getMetaData().getDatabaseProductVersion();
            this.ledgerWasThere = is(
                    statement,
                    "SELECT COUNT(*) > 0 FROM information_schema.SCHEMATA" + " WHERE SCHEMA_NAME = 'sluice'");
            boolean mariaDb = is(statement, "SELECT VERSION() LIKE '%MariaDB%'");
            this.refusesVolatileDefaults =
                    !mariaDb && is(statement, "SELECT @@log_bin AND @@binlog_format <> 'STATEMENT'");
            statement.execute("CREATE DATABASE " + DATABASE);
            if (ledgerWasThere) {
                // Of a demo that was killed: its table has gone with its database, and would be in this one's way.
                statement.executeUpdate("UPDATE sluice.migrations SET state = 'cancelled' WHERE target_schema = '"
                        + DATABASE + "' AND state NOT IN ('complete', 'cancelled')");
            }
        }
    }

    private static boolean is(Statement statement, String question) throws SQLException {
        try (ResultSet row = statement.executeQuery(question)) {
            return row.next() && row.getBoolean(1);
        }
    }

    @Override
    public String product() {
        return product;
    }

    @Override
    public Address address() {
        return server.address();
    }

    @Override
    public String upstream() {
        return server.forDriver("") + separator(server) + credentials();
    }

    @Override
    public String url(Address at) {
        JdbcUrl other = at(at);
        return other.forDriver(DATABASE) + (given ? "" : separator(other) + credentials());
    }

    @Override
    public Connection connect(Address at, String application) throws SQLException {
        return connect(at(at), DATABASE, application);
    }

    private JdbcUrl at(Address address) {
        return new JdbcUrl(
                server.product(), address, server.database(), server.parameters(), server.user(), server.password());
    }

    private String credentials() {
        return "user=" + encoded(server.user().orElse("")) + "&password="
                + encoded(server.password().map(Secret::reveal).orElse(""));
    }

    private static String separator(JdbcUrl url) {
        return url.parameters().isEmpty() ? "?" : "&";
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static Connection connect(JdbcUrl url, String database, String application) throws SQLException {
        Properties properties = new Properties();
        url.user().ifPresent(user -> properties.setProperty("user", user));
        url.password().ifPresent(password -> properties.setProperty("password", password.reveal()));
        // A password is asked for in a way that needs TLS or the server's key.
        properties.setProperty("allowPublicKeyRetrieval", "true");
        properties.setProperty("connectionAttributes", "program_name:" + application);
        return DriverManager.getConnection(url.forDriver(database), properties);
    }

    @Override
    public String shellCommand(Address at) {
        String password =
                given ? "-p" : "-p" + server.password().map(Secret::reveal).orElse("");
        return "mysql -h " + at.host() + " -P " + at.port() + " -u "
                + server.user().orElse("root") + " " + password + " " + DATABASE;
    }

    @Override
    public String qualified(String table) {
        return DATABASE + "." + table;
    }

    @Override
    public void fill(Connection connection, String table, int rows) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE " + table + " (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,"
                    + " customer_id INT NOT NULL, status VARCHAR(16) NOT NULL, amount DECIMAL(12,2) NOT NULL,"
                    + " note VARCHAR(200) NOT NULL, counter INT NOT NULL DEFAULT 0,"
                    + " created_at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6), KEY customer (customer_id))");
            statement.execute("CREATE TEMPORARY TABLE numbers (n INT NOT NULL PRIMARY KEY)");
            statement.execute("INSERT INTO numbers VALUES " + numbers());
            for (int from = 0; from < rows; from += CHUNK) {
                statement.execute("INSERT INTO " + table + " (customer_id, status, amount, note)"
                        + " SELECT (g * 7919) % 100000, ELT(1 + g % 4, 'new', 'paid', 'sent', 'done'),"
                        + " (g % 100000) / 7.0, SHA2(g, 256) FROM (SELECT " + (from + 1) + " + n AS g FROM numbers"
                        + " WHERE n < " + Math.min(CHUNK, rows - from) + " ORDER BY n) x");
            }
            statement.execute("DROP TEMPORARY TABLE numbers");

            statement.execute("ANALYZE TABLE " + table);
        }
    }

    private static String numbers() {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < CHUNK; i++) {
            values.add("(" + i + ")");
        }
        return String.join(",", values);
    }

    @Override
    public String alter(String table) {
        return "ALTER TABLE " + table + " ADD COLUMN ref CHAR(36) NOT NULL DEFAULT (UUID())";
    }

    @Override
    public ByHand byHand(String table) {
        if (!refusesVolatileDefaults) {
            return DemoEngine.super.byHand(table);
        }
        return new ByHand(
                "what people do by hand, since this server refuses the statement itself (1674)",
                List.of(
                        "ALTER TABLE " + table + " ADD COLUMN ref CHAR(36)",
                        "ALTER TABLE " + table + " ALTER COLUMN ref SET DEFAULT (UUID())",
                        "UPDATE " + table + " SET ref = UUID() WHERE ref IS NULL",
                        "ALTER TABLE " + table + " MODIFY COLUMN ref CHAR(36) NOT NULL DEFAULT (UUID())"));
    }

    @Override
    public String promise(String table) {
        return "SELECT COUNT(*) = COUNT(DISTINCT ref) AND COUNT(*) = SUM(CHAR_LENGTH(ref) = 36) FROM " + table;
    }

    @Override
    public String promiseInWords() {
        return "every row has a ref of its own, none is empty";
    }

    @Override
    public String structure(Connection connection, String table) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SHOW CREATE TABLE " + table)) {
            row.next();
            return row.getString(2).replaceFirst("`" + table + "`", "T").replaceAll(" AUTO_INCREMENT=\\d+", "");
        }
    }

    @Override
    public void close() {
        try {
            if (given) {
                leaveAsItWas();
            }
            owned.close();
        } catch (Exception e) {
            throw new IllegalStateException(
                    "database " + DATABASE + " may be left on " + server.address() + ": " + e.getMessage(), e);
        }
    }

    private void leaveAsItWas() throws SQLException {
        try (Connection connection = connect(server, "", "demo");
                Statement statement = connection.createStatement()) {
            statement.execute("SET SESSION lock_wait_timeout = 20");
            // Whoever is still at work there would keep the tables from being dropped.
            for (long id : clients(statement)) {
                kill(statement, id);
            }
            statement.execute("DROP DATABASE IF EXISTS " + DATABASE);
            if (!ledgerWasThere) {
                statement.execute("DROP DATABASE IF EXISTS sluice");
            }
        }
    }

    private static List<Long> clients(Statement statement) throws SQLException {
        List<Long> ids = new ArrayList<>();
        try (ResultSet row = statement.executeQuery("SELECT ID FROM information_schema.PROCESSLIST WHERE DB = '"
                + DATABASE + "' AND ID <> CONNECTION_ID()")) {
            while (row.next()) {
                ids.add(row.getLong(1));
            }
        }
        return ids;
    }

    private static void kill(Statement statement, long id) {
        try {
            statement.execute("KILL " + id);
        } catch (SQLException e) {
            // It has ended by itself meanwhile.
            return;
        }
    }
}
