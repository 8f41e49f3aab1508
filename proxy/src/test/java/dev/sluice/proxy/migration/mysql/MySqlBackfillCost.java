package dev.sluice.proxy.migration.mysql;

import dev.sluice.proxy.mysql.TestDatabase;
import dev.sluice.proxy.testing.MySqlGatewayFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Measures a migration through the gateway, on the embedded MariaDB or on the MySQL that {@code SLUICE_TEST_MYSQL_URL}
 * names, against one plain UPDATE of the same table, against UPDATEs of ten thousand keys each on one connection, and
 * against copying it in chunks of a thousand rows, as gh-ost does, without the changes that it would apply meanwhile.
 *
 * <p>Arguments: rows, rounds, and optionally a command that is run between the filling of a table and the measurement, such
 * as one that starts the server anew: then nothing is in its memory. The property {@code ways} names those that are
 * measured, unless all of them are.
 */
final class MySqlBackfillCost {

    private static final String WAYS = System.getProperty("ways", "");
    private static final int CHUNK = 1_000;
    private static final int KEYS = 10_000;
    private static final int WARMING = 10;
    private static final String COLUMNS = "id, customer_id, status, amount, note, counter, created_at";

    private final TestDatabase server;
    private final int rows;

    private final List<String> between;

    private MySqlBackfillCost(TestDatabase server, int rows, List<String> between) {
        this.server = server;
        this.rows = rows;
        this.between = between;
    }

    public static void main(String[] arguments) throws Exception {
        TestDatabase server = TestDatabase.mysql().orElseGet(TestDatabase::embeddedMariaDb);
        MySqlBackfillCost cost = new MySqlBackfillCost(
                server,
                Integer.parseInt(arguments[0]),
                Arrays.stream(arguments).skip(2).toList());
        try (MySqlGatewayFixture gateway = new MySqlGatewayFixture(server)) {
            new MySqlBackfillCost(server, KEYS, List.of()).warm(gateway);
            for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
                for (Map.Entry<String, Work> way : cost.ways(gateway).entrySet()) {
                    if (WAYS.isEmpty() || WAYS.contains(way.getKey())) {
                        cost.measure(way.getKey(), way.getValue());
                    }
                }
            }
        }
        System.exit(0);
    }

    /** A gateway that has just started compiles itself first, for which it uses seconds of a core. */
    private void warm(MySqlGatewayFixture gateway) throws SQLException {
        for (int i = 0; i < WARMING; i++) {
            String database = server.newDatabase();
            try (Connection connection = server.connect(database);
                    Statement statement = connection.createStatement()) {
                fill(statement);
                through(gateway, database);
                statement.execute("DROP DATABASE " + database);
            }
        }
    }

    private Map<String, Work> ways(MySqlGatewayFixture gateway) {
        Map<String, Work> ways = new LinkedHashMap<>();
        ways.put("one UPDATE", connection -> plainUpdate(connection));
        ways.put("by keys", this::byKeys);
        ways.put("the gateway", connection -> through(gateway, connection.getCatalog()));
        ways.put("copied", this::copy);
        return ways;
    }

    private interface Work {
        void on(Connection connection) throws SQLException;
    }

    private void measure(String name, Work work) throws Exception {
        String database = server.newDatabase();
        try (Connection connection = server.connect(database);
                Statement statement = connection.createStatement()) {
            fill(statement);
        }
        if (!between.isEmpty()) {
            new ProcessBuilder(between).inheritIO().start().waitFor();
        }
        try (Connection connection = server.connect(database);
                Statement statement = connection.createStatement()) {
            double cpu = cpuSeconds(connection);
            double own = ownCpuSeconds();
            long begin = System.nanoTime();
            work.on(connection);
            double seconds = (System.nanoTime() - begin) / 1e9;
            System.out.printf(
                    Locale.ROOT,
                    "%-12s %7.1f s %9.0f rows/s, server CPU us/row %.2f, own %.2f%n",
                    name,
                    seconds,
                    rows / seconds,
                    (cpuSeconds(connection) - cpu) * 1e6 / rows,
                    (ownCpuSeconds() - own) * 1e6 / rows);
            statement.execute("DROP DATABASE " + database);
        }
    }

    /** What this process has used: the client, and the gateway where it is measured. */
    private static double ownCpuSeconds() {
        return ProcessHandle.current()
                        .info()
                        .totalCpuDuration()
                        .orElse(Duration.ZERO)
                        .toNanos()
                / 1e9;
    }

    /** What a server on this machine has used; one that is busy otherwise does not change it. 0 where it cannot be told. */
    private static double cpuSeconds(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT @@pid_file, @@datadir")) {
            row.next();
            String pid = Files.readString(Path.of(row.getString(2)).resolve(row.getString(1)))
                    .strip();
            String stat = Files.readString(Path.of("/proc", pid, "stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
        } catch (IOException e) {
            return 0;
        }
    }

    private void fill(Statement statement) throws SQLException {
        statement.execute(
                "CREATE TABLE orders (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, customer_id INT NOT NULL,"
                        + " status VARCHAR(16) NOT NULL, amount DECIMAL(12,2) NOT NULL, note VARCHAR(200) NOT NULL,"
                        + " counter INT NOT NULL DEFAULT 0, created_at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),"
                        + " KEY customer (customer_id))");
        statement.execute("CREATE TEMPORARY TABLE n (n INT PRIMARY KEY)");
        statement.execute("INSERT INTO n VALUES "
                + IntStream.range(0, 10_000).mapToObj(i -> "(" + i + ")").collect(Collectors.joining(",")));
        for (int from = 0; from < rows; from += 10_000) {
            statement.execute("INSERT INTO orders (id, customer_id, status, amount, note) SELECT g, g * 7919 % 100000,"
                    + " 'new', g / 7.0, SHA2(g, 256) FROM (SELECT " + (from + 1) + " + n AS g FROM n ORDER BY n) x");
        }
        statement.execute("ANALYZE TABLE orders");
    }

    private static void addColumn(Statement statement) throws SQLException {
        statement.execute("ALTER TABLE orders ADD COLUMN ref CHAR(36) NOT NULL DEFAULT '', ALGORITHM=INSTANT");
        statement.execute("ALTER TABLE orders ALTER COLUMN ref SET DEFAULT (UUID())");
    }

    private static void plainUpdate(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            addColumn(statement);
            statement.execute("UPDATE orders SET ref = UUID() WHERE ref = ''");
        }
    }

    private void byKeys(Connection connection) throws SQLException {
        connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        try (Statement statement = connection.createStatement()) {
            addColumn(statement);
            for (int from = 0; from < rows; from += KEYS) {
                statement.execute("UPDATE orders SET ref = UUID() WHERE ref = '' AND id > " + from + " AND id <= "
                        + (from + KEYS));
            }
        }
    }

    private void through(MySqlGatewayFixture gateway, String database) throws SQLException {
        try (Connection connection = gateway.connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute("ALTER TABLE orders ADD COLUMN ref CHAR(36) NOT NULL DEFAULT (UUID())");
        }
    }

    private void copy(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE ghost LIKE orders");
            // Where the server refuses the statement itself, this comes to the same on an empty table.
            statement.execute("ALTER TABLE ghost ADD COLUMN ref CHAR(36) NOT NULL");
            statement.execute("ALTER TABLE ghost ALTER COLUMN ref SET DEFAULT (UUID())");
            for (int from = 0; from < rows; from += CHUNK) {
                statement.execute("INSERT IGNORE INTO ghost (" + COLUMNS + ") SELECT " + COLUMNS
                        + " FROM orders WHERE id > " + from + " AND id <= " + (from + CHUNK) + " LOCK IN SHARE MODE");
            }
            statement.execute("RENAME TABLE orders TO old, ghost TO orders");
        }
    }
}
