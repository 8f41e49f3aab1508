package dev.sluice.proxy.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.proxy.intercept.Ruling;
import dev.sluice.proxy.testing.Patience;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is no schema change reaches the server as if there were no gateway, by both drivers and in both protocols. */
abstract class RelayTest {

    private final TestDatabase server;
    private TestGateway gateway;
    private String database;

    RelayTest(TestDatabase server) {
        this.server = server;
    }

    /** How a client connects. */
    record Client(boolean connectorJ, String options) {
        Connection open(TestGateway gateway, String database) throws SQLException {
            return connectorJ ? gateway.connectorJ(database, options) : gateway.mariadb(database, options);
        }
    }

    static List<Client> clients() {
        return List.of(
                new Client(true, "allowMultiQueries=true"),
                new Client(true, "useServerPrepStmts=true&allowMultiQueries=true"),
                new Client(true, "useServerPrepStmts=true&useCursorFetch=true&allowMultiQueries=true"),
                new Client(false, "allowMultiQueries=true"),
                new Client(false, "useServerPrepStmts=true&allowMultiQueries=true"),
                new Client(false, "useServerPrepStmts=true&useBulkStmts=true&allowMultiQueries=true"));
    }

    @BeforeEach
    void start() throws Exception {
        gateway = TestGateway.relayTo(server.address());
        database = server.newDatabase();
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @ParameterizedTest
    @MethodSource("clients")
    void rowsComeThroughAsTheyAre(Client client) throws SQLException {
        try (Connection c = client.open(gateway, database);
                Statement s = c.createStatement()) {
            s.execute("CREATE TABLE t(id INT PRIMARY KEY AUTO_INCREMENT, a VARCHAR(100), b BLOB, d DATETIME)");
            try (PreparedStatement p = c.prepareStatement(
                    "INSERT INTO t(a, b, d) VALUES (?, ?, now())", Statement.RETURN_GENERATED_KEYS)) {
                for (int i = 0; i < 300; i++) {
                    p.setString(1, i % 7 == 0 ? null : "row " + i);
                    p.setBytes(2, new byte[i]);
                    p.addBatch();
                }
                p.executeBatch();
            }
            s.setFetchSize(50);
            try (ResultSet r = s.executeQuery("SELECT id, a, length(b) FROM t ORDER BY id")) {
                for (int i = 0; i < 300; i++) {
                    assertThat(r.next()).isTrue();
                    assertThat(r.getString(2)).isEqualTo(i % 7 == 0 ? null : "row " + i);
                    assertThat(r.getInt(3)).isEqualTo(i);
                }
                assertThat(r.next()).isFalse();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("clients")
    void anErrorLeavesTheSessionUsable(Client client) throws SQLException {
        try (Connection c = client.open(gateway, database);
                Statement s = c.createStatement()) {
            assertThatThrownBy(() -> s.executeQuery("SELECT * FROM missing"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getErrorCode()).isEqualTo(1146));
            try (PreparedStatement p = c.prepareStatement("SELECT ? + 1")) {
                p.setInt(1, 41);
                ResultSet r = p.executeQuery();
                assertThat(r.next()).isTrue();
                assertThat(r.getInt(1)).isEqualTo(42);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("clients")
    void severalStatementsGiveSeveralResults(Client client) throws SQLException {
        try (Connection c = client.open(gateway, database);
                Statement s = c.createStatement()) {
            s.execute("CREATE TABLE m(a INT); INSERT INTO m VALUES (1), (2); SELECT a FROM m; SELECT 'x'");
            assertThat(s.getUpdateCount()).isZero();
            assertThat(s.getMoreResults()).isFalse();
            assertThat(s.getUpdateCount()).isEqualTo(2);
            assertThat(s.getMoreResults()).isTrue();
            assertThat(s.getMoreResults()).isTrue();
            ResultSet r = s.getResultSet();
            assertThat(r.next()).isTrue();
            assertThat(r.getString(1)).isEqualTo("x");
        }
    }

    @ParameterizedTest
    @MethodSource("clients")
    void aProcedureGivesItsResultsAndOutParameters(Client client) throws SQLException {
        try (Connection c = client.open(gateway, database);
                Statement s = c.createStatement()) {
            s.execute("CREATE PROCEDURE p(IN a INT, OUT b INT) BEGIN SELECT a; SELECT a + 1; SET b = a + 2; END");
            try (CallableStatement call = c.prepareCall("{call p(?, ?)}")) {
                call.setInt(1, 5);
                call.registerOutParameter(2, java.sql.Types.INTEGER);
                call.execute();
                assertThat(call.getInt(2)).isEqualTo(7);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("clients")
    void aLongTransactionAndItsRollbackWork(Client client) throws SQLException {
        try (Connection c = client.open(gateway, database);
                Statement s = c.createStatement()) {
            s.execute("CREATE TABLE r(a INT)");
            c.setAutoCommit(false);
            s.execute("INSERT INTO r VALUES (1)");
            c.rollback();
            ResultSet rows = s.executeQuery("SELECT count(*) FROM r");
            rows.next();
            assertThat(rows.getInt(1)).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("clients")
    void longDataAndPacketsAboveSixteenMebibytesComeThrough(Client client) throws SQLException {
        try (Connection root = server.connect(database);
                Statement s = root.createStatement()) {
            s.execute("SET GLOBAL max_allowed_packet = 64 * 1024 * 1024");
            s.execute("CREATE TABLE big(id INT, b LONGBLOB)");
        }
        byte[] large = new byte[18 << 20];
        Arrays.fill(large, (byte) 'x');
        try (Connection c = client.open(gateway, database);
                PreparedStatement p = c.prepareStatement("INSERT INTO big VALUES (1, ?)")) {
            p.setBinaryStream(1, new ByteArrayInputStream(large), large.length);
            p.executeUpdate();
            try (Statement s = c.createStatement();
                    ResultSet r = s.executeQuery("SELECT b FROM big")) {
                assertThat(r.next()).isTrue();
                assertThat(r.getBytes(1)).hasSize(large.length);
            }
        }
    }

    /** As without a gateway: the session ends with the server's error, however many packets the message has. */
    @ParameterizedTest
    @ValueSource(ints = {3, 20, 40})
    void aMessageAboveTheServersLimitIsToldSo(int mebibytes) throws Exception {
        try (Connection root = server.connect(database);
                Statement s = root.createStatement();
                ResultSet before = s.executeQuery("SELECT @@GLOBAL.max_allowed_packet")) {
            before.next();
            long limit = before.getLong(1);
            s.execute("SET GLOBAL max_allowed_packet = 2 * 1024 * 1024");
            try (Connection c = gateway.mariadb(database, "maxAllowedPacket=134217728");
                    Statement big = c.createStatement()) {
                String text = "SELECT length('" + "x".repeat(mebibytes << 20) + "')";
                assertThatThrownBy(() -> big.executeQuery(text))
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                e -> assertThat(e.getErrorCode()).isEqualTo(1153));
            } finally {
                s.execute("SET GLOBAL max_allowed_packet = " + limit);
            }
        }
    }

    @Test
    void killQueryByTheNumberToldToTheClientStopsItsStatement() throws Exception {
        try (Connection c = gateway.connectorJ(database, "");
                Connection other = gateway.connectorJ(database, "");
                Statement s = c.createStatement();
                Statement killer = other.createStatement()) {
            ResultSet r = s.executeQuery("SELECT CONNECTION_ID()");
            r.next();
            long id = r.getLong(1);
            CompletableFuture<SQLException> failed = CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            s.execute("SELECT /* endless */ count(*) FROM information_schema.columns a,"
                                    + " information_schema.columns b, information_schema.columns c WHERE a.ordinal_position"
                                    + " + b.ordinal_position + c.ordinal_position = -1");
                            return new SQLException("not killed");
                        } catch (SQLException e) {
                            return e;
                        }
                    },
                    Thread::startVirtualThread);
            Awaitility.await().until(() -> running(id, "endless"));
            killer.execute("KILL QUERY " + id);
            assertThat(failed.get(Patience.SECONDS, TimeUnit.SECONDS).getErrorCode())
                    .isEqualTo(1317);
            assertThat(s.executeQuery("SELECT 1").next()).isTrue();
        }
    }

    private boolean running(long id, String text) throws SQLException {
        try (Connection c = server.connect(database);
                Statement s = c.createStatement();
                ResultSet r = s.executeQuery("SELECT 1 FROM information_schema.processlist WHERE id = " + id
                        + " AND info LIKE '%" + text + "%'")) {
            return r.next();
        }
    }

    @Test
    void aWrongPasswordIsTheServersOwnError() {
        assertThatThrownBy(() -> java.sql.DriverManager.getConnection(
                        "jdbc:mysql://127.0.0.1:" + gateway.port() + "/" + database + "?allowPublicKeyRetrieval=true",
                        "lab",
                        "wrong"))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(1045));
    }

    @Test
    void aStatementOfAClientThatVanishesIsKilled() throws Exception {
        List<Long> killed = new CopyOnWriteArrayList<>();
        ServerKiller killer = (upstream, id, done) -> {
            killed.add(id);
            done.run();
        };
        try (TestGateway watched = TestGateway.with(
                        TestGateway.settings(server.address()), (session, sql) -> new Ruling.Forward(), killer);
                Connection c = watched.mariadb(database, "");
                Statement s = c.createStatement()) {
            ResultSet r = s.executeQuery("SELECT CONNECTION_ID()");
            r.next();
            long id = r.getLong(1);
            c.setNetworkTimeout(Runnable::run, 500);
            assertThatThrownBy(() -> s.execute("SELECT sleep(20)")).isInstanceOf(SQLException.class);
            Awaitility.await().untilAsserted(() -> assertThat(killed).containsExactly(id));
        }
    }

    @Test
    void aLocalFileIsRelayedWhereThatIsConfigured() throws Exception {
        Path file = Files.createTempFile("rows", ".txt");
        Files.writeString(file, "1\n2\n3\n");
        MySqlSettings off = TestGateway.settings(server.address());
        MySqlSettings on = new MySqlSettings(
                off.address(),
                off.upstream(),
                off.environment(),
                off.host(),
                off.port(),
                off.limits().withLocalInfile(true));
        try (TestGateway open = TestGateway.with(on, (s, q) -> new Ruling.Forward(), ServerKiller.none());
                Connection c = open.connectorJ(database, "allowLoadLocalInfile=true");
                Statement s = c.createStatement()) {
            s.execute("SET GLOBAL local_infile = 1");
            s.execute("CREATE TABLE l(a INT)");
            s.execute("LOAD DATA LOCAL INFILE '" + file + "' INTO TABLE l");
            ResultSet r = s.executeQuery("SELECT sum(a) FROM l");
            r.next();
            assertThat(r.getInt(1)).isEqualTo(6);
        }
    }

    @Test
    void localInfileIsNotOffered() throws SQLException {
        try (Connection c = gateway.connectorJ(database, "allowLoadLocalInfile=true");
                Statement s = c.createStatement()) {
            s.execute("CREATE TABLE l(a INT)");
            assertThatThrownBy(() -> s.execute("LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE l"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("local_infile: true");
            assertThat(s.executeQuery("SELECT 1").next()).isTrue();
        }
    }

    @Test
    void aServerThatIsNotThereIsSaidSo() throws Exception {
        try (TestGateway nowhere = TestGateway.relayTo(new java.net.InetSocketAddress("127.0.0.1", 1))) {
            assertThatThrownBy(() -> nowhere.connectorJ("x", ""))
                    .hasStackTraceContaining("The database server")
                    .hasStackTraceContaining("cannot be reached")
                    // A client shows a SQL state that comes before the greeting as part of the text.
                    .hasMessageNotContaining("#08S01");
        }
    }

    @Test
    void aChangeOfUserAndAResetGoOn() throws SQLException {
        try (Connection c = gateway.connectorJ(database, "");
                Statement s = c.createStatement()) {
            s.execute("SET @a = 1");
            c.unwrap(com.mysql.cj.jdbc.JdbcConnection.class).changeUser("lab", "lab");
            ResultSet r = c.createStatement().executeQuery("SELECT @a");
            r.next();
            assertThat(r.getString(1)).isNull();
            c.unwrap(com.mysql.cj.jdbc.JdbcConnection.class).resetServerState();
            assertThat(c.createStatement().executeQuery("SELECT 1").next()).isTrue();
        }
    }
}
