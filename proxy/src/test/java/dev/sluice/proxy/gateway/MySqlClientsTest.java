package dev.sluice.proxy.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.proxy.mysql.TestDatabase;
import dev.sluice.proxy.testing.MySqlGatewayFixture;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Drivers in each of their modes, and the command lines, with a schema change among their other work. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class MySqlClientsTest {

    private static final int ROWS = 2000;
    private static final String ADD_TOKEN = "ALTER TABLE orders ADD COLUMN token CHAR(36) NOT NULL DEFAULT (UUID())";

    @TempDir
    Path folder;

    private final TestDatabase server;
    private MySqlGatewayFixture gateway;
    private String database;

    MySqlClientsTest(TestDatabase server) {
        this.server = server;
    }

    /** A driver and its options. */
    record Client(String driver, String options) {}

    static Stream<Client> clients() {
        return Stream.of(
                new Client("mysql", "allowMultiQueries=true"),
                new Client("mysql", "allowMultiQueries=true&rewriteBatchedStatements=true"),
                new Client("mysql", "allowMultiQueries=true&useServerPrepStmts=true&cachePrepStmts=true"),
                new Client("mysql", "allowMultiQueries=true&useServerPrepStmts=true&useCursorFetch=true"),
                new Client("mariadb", "allowMultiQueries=true"),
                new Client("mariadb", "allowMultiQueries=true&useServerPrepStmts=true"),
                new Client("mariadb", "allowMultiQueries=true&useServerPrepStmts=true&useBulkStmts=true"));
    }

    @BeforeAll
    void start() {
        gateway = new MySqlGatewayFixture(server);
    }

    @AfterAll
    void stop() {
        gateway.close();
    }

    @BeforeEach
    void table() throws SQLException {
        database = server.newDatabase();
        try (Connection connection = server.connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE orders (id BIGINT PRIMARY KEY AUTO_INCREMENT, note VARCHAR(40))");
            statement.execute("INSERT INTO orders (note) VALUES ('a'), ('b'), ('c'), ('d'), ('e')");
            for (int rows = 5; rows < ROWS; rows *= 2) {
                statement.execute("INSERT INTO orders (note) SELECT note FROM orders");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("clients")
    void aColumnIsAddedInTheMidstOfOtherWork(Client client) throws SQLException {
        try (Connection connection = gateway.connectBy(client.driver(), database, client.options());
                PreparedStatement older = connection.prepareStatement("SELECT id, note FROM orders WHERE id < ?");
                Statement statement = connection.createStatement()) {
            assertThat(columns(older)).isEqualTo(2);
            insertBatch(connection, "/* before */");

            statement.execute(ADD_TOKEN);

            assertThat(columns(older)).isEqualTo(2);
            insertBatch(connection, "/* after */");
            try (PreparedStatement newer = connection.prepareStatement("SELECT * FROM orders WHERE id < ?")) {
                assertThat(columns(newer)).isEqualTo(3);
            }
            assertThat(number(statement, "SELECT COUNT(DISTINCT token) - COUNT(*) FROM orders"))
                    .isZero();
            assertThat(number(statement, "SELECT COUNT(*) FROM orders WHERE CHAR_LENGTH(token) <> 36"))
                    .isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("clients")
    void aPreparedSchemaChangeIsOneToo(Client client) throws SQLException {
        try (Connection connection = gateway.connectBy(client.driver(), database, client.options());
                PreparedStatement change = connection.prepareStatement(ADD_TOKEN);
                Statement statement = connection.createStatement()) {
            change.execute();

            assertThat(number(statement, "SELECT COUNT(DISTINCT token) - COUNT(*) FROM orders"))
                    .isZero();
            assertThatThrownBy(change::execute)
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getErrorCode()).isEqualTo(1060));
            assertThat(number(statement, "SELECT 7")).isEqualTo(7);
        }
    }

    @ParameterizedTest
    @MethodSource("clients")
    void rowsOfAnOpenCursorGoOnAroundAChangeOfAnotherTable(Client client) throws SQLException {
        try (Connection connection = gateway.connectBy(client.driver(), database, client.options());
                Connection other = gateway.connectBy(client.driver(), database, client.options());
                PreparedStatement read = connection.prepareStatement("SELECT id FROM orders ORDER BY id");
                Statement statement = other.createStatement()) {
            statement.execute("CREATE TABLE customers (id INT PRIMARY KEY)");
            statement.execute("INSERT INTO customers VALUES (1), (2), (3)");
            read.setFetchSize(50);
            long rows = 0;
            try (ResultSet row = read.executeQuery()) {
                while (row.next()) {
                    if (++rows == 60) {
                        statement.execute("ALTER TABLE customers ADD COLUMN token CHAR(36) NOT NULL DEFAULT (UUID())");
                    }
                }
            }
            assertThat(rows).isEqualTo(number(statement, "SELECT COUNT(*) FROM orders"));
            assertThat(number(statement, "SELECT COUNT(DISTINCT token) FROM customers"))
                    .isEqualTo(3);
        }
    }

    /** Of several statements each is prepared by itself, so a message of several is text. */
    static Stream<Client> textClients() {
        return clients().filter(client -> !client.options().contains("useServerPrepStmts"));
    }

    @ParameterizedTest
    @MethodSource("textClients")
    void aMessageOfSeveralStatementsWithAChangeGivesEachResult(Client client) throws SQLException {
        try (Connection connection = gateway.connectBy(client.driver(), database, client.options());
                Statement statement = connection.createStatement()) {
            List<String> results = new ArrayList<>();
            boolean rows = statement.execute(
                    "INSERT INTO orders (note) VALUES ('x'), ('y'); " + ADD_TOKEN
                            + "; SELECT COUNT(DISTINCT token) - COUNT(*) FROM orders; UPDATE orders SET note = 'z' WHERE id = 1");
            while (rows || statement.getUpdateCount() != -1) {
                results.add(rows ? "rows " + first(statement) : "count " + statement.getUpdateCount());
                rows = statement.getMoreResults();
            }
            assertThat(results).containsExactly("count 2", "count 0", "rows 0", "count 1");
        }
    }

    @Test
    void theCommandLineChangesAndReadsAsOnTheServer() throws Exception {
        String out = run(
                program("mariadb", "mysql"),
                "-t",
                "-vvv",
                "-e",
                ADD_TOKEN + "; SELECT COUNT(DISTINCT token) - COUNT(*) AS twice FROM orders; SHOW WARNINGS;"
                        + " SHOW SLUICE MIGRATIONS; EXPLAIN ALTER TABLE orders ADD COLUMN other INT",
                database);
        assertThat(out)
                .contains("Query OK", "sluice: migration", database + ".orders", "complete", "Expand")
                .containsPattern("\\| twice \\|\n\\+-+\\+\n\\| +0 \\|")
                .doesNotContain("ERROR");
    }

    @Test
    void theCommandLineGoesOnAfterARefusal() throws Exception {
        Path script = Files.writeString(
                folder.resolve("script.sql"),
                "ALTER TABLE orders ADD COLUMN note INT;\nALTER TABLE nothing ADD COLUMN a INT;\n"
                        + "DROP TABLE orders;\nSELECT 'still here';\n");
        String out = run(program("mariadb", "mysql"), "--force", "-e", "source " + script, database);
        assertThat(out).contains("ERROR 1060", "ERROR 1146", "drop-table", "still here");
    }

    @Test
    void aDumpThroughTheGatewayIsTheServersOwn() throws Exception {
        String program = program("mariadb-dump", "mysqldump");
        String[] arguments = {"--skip-dump-date", "--single-transaction", "--no-tablespaces", database};
        String through = run(program, arguments);
        assertThat(through).contains("CREATE TABLE `orders`", "INSERT INTO `orders`");
        assertThat(through).isEqualTo(runOn(server.address().getPort(), program, arguments));
    }

    private static void insertBatch(Connection connection, String comment) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO orders (note) VALUES (?) " + comment)) {
            for (int i = 0; i < 30; i++) {
                insert.setString(1, "n" + i);
                insert.addBatch();
            }
            assertThat(insert.executeBatch()).hasSize(30);
        }
    }

    private static int columns(PreparedStatement statement) throws SQLException {
        statement.setLong(1, 3);
        try (ResultSet rows = statement.executeQuery()) {
            assertThat(rows.next()).isTrue();
            return rows.getMetaData().getColumnCount();
        }
    }

    private static String first(Statement statement) throws SQLException {
        try (ResultSet row = statement.getResultSet()) {
            row.next();
            return row.getString(1);
        }
    }

    private static long number(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** The first of some programs that is installed. */
    private static String program(String... names) {
        List<String> found =
                Arrays.stream(names).filter(MySqlClientsTest::starts).toList();
        Assumptions.assumeFalse(found.isEmpty(), () -> String.join(", ", names) + " not installed");
        return found.getFirst();
    }

    private static boolean starts(String program) {
        try {
            return new ProcessBuilder(program, "--version").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private String run(String program, String... arguments) throws IOException {
        return runOn(gateway.port(), program, arguments);
    }

    private static String runOn(int port, String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                program, "--no-defaults", "-h", "127.0.0.1", "-P", Integer.toString(port), "-u", "lab", "-plab"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (InputStream out = process.getInputStream()) {
            return new String(out.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
