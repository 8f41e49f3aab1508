package dev.sluice.proxy.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.proxy.migration.DatabaseRef;
import dev.sluice.proxy.migration.Migration;
import dev.sluice.proxy.migration.mysql.MySqlEngine;
import dev.sluice.proxy.mysql.TestDatabase;
import dev.sluice.proxy.session.Gates;
import dev.sluice.proxy.testing.GatewayFixture;
import dev.sluice.proxy.testing.MySqlGatewayFixture;
import dev.sluice.proxy.testing.Patience;
import dev.sluice.proxy.throttle.Pacer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a column addition promises on MySQL and MariaDB, whatever else happens to the table meanwhile. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class MySqlSchemaChangeTest {

    private static final DatabaseRef REF = new DatabaseRef("test", "");
    private static final String ADD_TOKEN = "ALTER TABLE orders ADD COLUMN token CHAR(36) NOT NULL DEFAULT (uuid())";

    private final TestDatabase server;
    private final Gate gate = new Gate();
    private final MySqlGatewayFixture gateway;
    private String database;

    MySqlSchemaChangeTest(TestDatabase server) {
        this.server = server;
        this.gateway = new MySqlGatewayFixture(
                server,
                GatewayFixture.settings(),
                MySqlGatewayFixture.settings(),
                0,
                engine -> new MySqlEngine(gate, new Gates()));
    }

    @BeforeEach
    void fill() throws SQLException {
        gate.open();
        database = server.newDatabase();
        direct("CREATE TABLE orders (id INT PRIMARY KEY AUTO_INCREMENT, note VARCHAR(50))");
        direct("INSERT INTO orders (note) VALUES ('1'), ('2'), ('3'), ('4'), ('5'), ('6'), ('7'), ('8'), ('9')");
        direct("INSERT INTO orders (note) SELECT a.note FROM orders a, orders b, orders c, orders d LIMIT 4991");
    }

    @AfterAll
    void stop() {
        gateway.close();
    }

    static Stream<Map.Entry<String, String>> formsWithoutDefault() {
        return Stream.of(
                Map.entry("INT NOT NULL", "id"),
                Map.entry("BIGINT UNSIGNED NOT NULL", "id"),
                Map.entry("TINYINT NOT NULL", "id % 100"),
                Map.entry("DECIMAL(12,2) NOT NULL", "id / 4"),
                Map.entry("DOUBLE NOT NULL", "id / 3"),
                Map.entry("FLOAT NOT NULL", "0.5"),
                Map.entry("CHAR(2) NOT NULL", "LEFT(note, 2)"),
                Map.entry("VARCHAR(40) CHARACTER SET latin1 NOT NULL", "CONCAT('n', note)"),
                Map.entry("DATE NOT NULL AFTER id", "'2024-02-29'"),
                Map.entry("DATETIME(6) NOT NULL", "NOW(6)"),
                Map.entry("TIMESTAMP NOT NULL", "NOW()"),
                Map.entry("TIME NOT NULL", "'10:00:00'"),
                Map.entry("YEAR NOT NULL", "2024"),
                Map.entry("BINARY(16) NOT NULL", "UNHEX(LEFT(SHA2(id, 256), 32))"),
                Map.entry("VARBINARY(20) NOT NULL", "UNHEX(LEFT(SHA2(id, 256), 32))"),
                Map.entry("BIT(3) NOT NULL", "id % 8"),
                Map.entry("ENUM('a','b') NOT NULL", "'b'"),
                Map.entry("SET('a','b') NOT NULL", "'a,b'"),
                Map.entry("TEXT NOT NULL", "CONCAT('t', id)"),
                Map.entry("BLOB NOT NULL", "UNHEX(LEFT(SHA2(id, 256), 32))"),
                Map.entry("JSON NOT NULL", "JSON_ARRAY(id)"),
                Map.entry("INT NOT NULL FIRST", "id"),
                Map.entry("INT NULL", "id"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("formsWithoutDefault")
    void aDirectiveFillsAColumnThatHasNoDefault(Map.Entry<String, String> form) throws SQLException {
        String add = "ALTER TABLE orders ADD COLUMN c " + form.getKey();
        try (Connection client = gateway.connect(database)) {
            execute(client, "/* sluice: backfill=\"" + form.getValue() + "\" */ " + add);
        }

        String through = definition("orders");
        direct("CREATE TABLE other (id INT PRIMARY KEY AUTO_INCREMENT, note VARCHAR(50))");
        direct(add.replace("orders", "other"));
        assertThat(through).isEqualTo(definition("other").replace("`other`", "`orders`"));
        if (!form.getValue().startsWith("NOW")) {
            direct("ALTER TABLE orders ADD COLUMN expected "
                    + form.getKey().replaceAll(" (FIRST|AFTER id)", "").replace("NOT NULL", "NULL"));
            direct("UPDATE orders SET expected = " + form.getValue());
            assertThat(number("SELECT COUNT(*) FROM orders WHERE NOT (c <=> expected)"))
                    .isZero();
        }
    }

    @Test
    void aTypeWithoutAnythingThatCouldStandInItsRowsIsRefusedWithTheReason() throws SQLException {
        try (Connection client = gateway.connect(database)) {
            assertThatThrownBy(
                            () -> execute(
                                    client,
                                    "/* sluice: backfill=\"POINT(0, 0)\" */ ALTER TABLE orders ADD COLUMN place POINT NOT NULL"))
                    .hasMessageContaining("backfill directive")
                    .hasMessageContaining("no value that could stand in its rows");
            execute(client, "SELECT 1");
        }
    }

    @Test
    void aTableWithAnUpdateTriggerIsNotFilledBehindItsBack() throws SQLException {
        direct("CREATE TRIGGER orders_touch BEFORE UPDATE ON orders FOR EACH ROW SET NEW.note = 'touched'");
        try (Connection client = gateway.connect(database)) {
            assertThatThrownBy(() -> execute(client, ADD_TOKEN))
                    .hasMessageContaining("orders_touch")
                    .hasMessageContaining("approval");
        }
        assertThat(number("SELECT COUNT(*) FROM orders WHERE note = 'touched'")).isZero();
    }

    @Test
    void anInsertTriggerIsNoObstacle() throws SQLException {
        direct("CREATE TRIGGER orders_new BEFORE INSERT ON orders FOR EACH ROW SET NEW.note = 'new'");
        try (Connection client = gateway.connect(database)) {
            execute(client, ADD_TOKEN);
        }
        assertThat(number("SELECT COUNT(DISTINCT token) FROM orders")).isEqualTo(5000);
    }

    @Test
    void whatAnApplicationWritesMeanwhileIsKept() throws Exception {
        gate.close();
        long migration = begun(ADD_TOKEN);
        direct("INSERT INTO orders (note, token) VALUES ('new', '')");
        direct("UPDATE orders SET token = '' WHERE id = 4999");
        gate.open();

        assertThat(gateway.migrations()
                        .await(REF, migration, Patience.LONG, m -> {})
                        .state())
                .isEqualTo(Migration.State.COMPLETE);
        assertThat(number("SELECT COUNT(*) FROM orders WHERE token = ''")).isEqualTo(2);
        assertThat(number("SELECT COUNT(DISTINCT token) FROM orders")).isEqualTo(5000);
    }

    @Test
    void aRowThatMovesBehindTheCursorIsFilled() throws Exception {
        gate.closeAfterBatch();
        long migration = begun(ADD_TOKEN);
        Awaitility.await()
                .until(() ->
                        gateway.migrations().find(REF, migration).orElseThrow().rowsDone() > 0);
        direct("UPDATE orders SET id = -id WHERE id > 4900");
        gate.open();

        assertThat(gateway.migrations()
                        .await(REF, migration, Patience.LONG, m -> {})
                        .state())
                .isEqualTo(Migration.State.COMPLETE);
        assertThat(number("SELECT COUNT(DISTINCT token) FROM orders WHERE LENGTH(token) = 36"))
                .isEqualTo(5000);
    }

    @Test
    void aTableThatSomebodyHasLockedIsJudgedAllTheSame() throws SQLException {
        try (Connection client = gateway.connect(database);
                Connection holder = server.connect(database)) {
            execute(holder, "LOCK TABLES orders WRITE");

            assertThatThrownBy(() -> execute(client, "ALTER TABLE orders ADD COLUMN plain INT"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getErrorCode()).isEqualTo(1205));
        }
    }

    @Test
    void severalStatementsInOneMessageAreAnsweredInOrder() throws SQLException {
        try (Connection client = gateway.connect(database);
                Statement statement = client.createStatement()) {
            statement.execute(
                    "SET @a = 7; SET sql_mode = 'ANSI_QUOTES'; ALTER TABLE \"orders\" ADD COLUMN token CHAR(36)"
                            + " NOT NULL DEFAULT (uuid()); UPDATE orders SET note = 'x' WHERE id < 4; CREATE TABLE copy AS SELECT"
                            + " token FROM orders LIMIT 5; SELECT COUNT(DISTINCT token), @a FROM orders");
            assertThat(statement.getUpdateCount()).isZero();
            for (int expected : List.of(0, 0, 3, 5)) {
                assertThat(statement.getMoreResults()).isFalse();
                assertThat(statement.getUpdateCount()).isEqualTo(expected);
            }
            assertThat(statement.getMoreResults()).isTrue();
            ResultSet row = statement.getResultSet();
            assertThat(row.next()).isTrue();
            assertThat(row.getInt(1)).isEqualTo(5000);
            assertThat(row.getInt(2)).isEqualTo(7);
            assertThat(statement.getMoreResults()).isFalse();
            assertThat(statement.getUpdateCount()).isEqualTo(-1);
        }
    }

    @Test
    void aTransactionThatHoldsTheTableIsNamedAndNobodyElseWaits() throws Exception {
        try (Connection holder = server.connect(database);
                Connection client = gateway.connect(database);
                Connection reader = gateway.connect(database)) {
            holder.setAutoCommit(false);
            execute(holder, "SELECT * FROM orders LIMIT 1");
            String own = Long.toString(connectionId(holder));
            AtomicInteger reads = new AtomicInteger();
            AtomicBoolean over = new AtomicBoolean();
            CompletableFuture<Void> reading = CompletableFuture.runAsync(
                    () -> {
                        while (!over.get()) {
                            try {
                                execute(reader, "SELECT COUNT(*) FROM orders WHERE id < 10");
                                reads.incrementAndGet();
                            } catch (SQLException e) {
                                throw new IllegalStateException(e);
                            }
                        }
                    },
                    Thread::startVirtualThread);

            assertThatThrownBy(() -> execute(client, "ALTER TABLE orders ADD COLUMN plain INT"))
                    .isInstanceOfSatisfying(SQLException.class, e -> {
                        assertThat(e.getErrorCode()).isEqualTo(1205);
                        assertThat(e.getMessage()).contains("connection " + own + " of lab");
                    });
            over.set(true);
            reading.join();

            // With the lock timeout of the server itself there would have been three at most.
            assertThat(reads.get()).isGreaterThan(6);
            assertThat(text("SELECT @@lock_wait_timeout", client))
                    .isEqualTo(text("SELECT @@global.lock_wait_timeout", client));
            holder.commit();
            execute(client, "ALTER TABLE orders ADD COLUMN plain INT");
        }
    }

    /** The number of the migration, once its expand phase is done. */
    private long begun(String sql) throws Exception {
        try (Connection client = gateway.connect(database)) {
            execute(client, "/* sluice: completion=return */ " + sql);
        }
        return gateway.migrations().list(REF).stream()
                .filter(m -> m.table().equals(database + ".orders"))
                .mapToLong(Migration::id)
                .max()
                .orElseThrow();
    }

    private String definition(String table) throws SQLException {
        try (Connection connection = server.connect(database);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SHOW CREATE TABLE " + table)) {
            row.next();
            return row.getString(2).replaceAll(" AUTO_INCREMENT=\\d+", "");
        }
    }

    private static long connectionId(Connection connection) throws SQLException {
        return Long.parseLong(text("SELECT CONNECTION_ID()", connection));
    }

    private static String text(String sql, Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    private long number(String sql) throws SQLException {
        try (Connection connection = server.connect(database)) {
            return Long.parseLong(text(sql, connection));
        }
    }

    private void direct(String sql) throws SQLException {
        try (Connection connection = server.connect(database)) {
            execute(connection, sql);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** A pace that a test stops and starts. */
    private static final class Gate implements Pacer {

        private volatile boolean closed;
        private volatile boolean closing;

        void open() {
            closed = false;
            closing = false;
        }

        void close() {
            closed = true;
        }

        void closeAfterBatch() {
            closing = true;
        }

        @Override
        public Turn before(Work work, long maxRowsPerSecond) {
            return closed
                    ? new Turn.Rest(Duration.ofMillis(50), "the gate is closed")
                    : new Turn.Go(Duration.ofMillis(50), 1_000, "", true);
        }

        @Override
        public void after(Batch batch) {
            closed |= closing && batch.rows() > 0;
        }
    }
}
