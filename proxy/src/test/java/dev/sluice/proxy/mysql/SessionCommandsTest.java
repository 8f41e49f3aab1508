package dev.sluice.proxy.mysql;

import static dev.sluice.proxy.testing.Sql.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mysql.cj.jdbc.JdbcConnection;
import com.mysql.cj.jdbc.JdbcStatement;
import dev.sluice.proxy.intercept.Ruling;
import dev.sluice.proxy.testing.Patience;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How sessions begin, begin anew and end: authentication of every kind, changes of user, malformed packets. */
abstract class SessionCommandsTest {

    private static final String ALTER = "ALTER TABLE t ADD COLUMN c INT";

    private final TestDatabase server;
    private final List<String> judged = Collections.synchronizedList(new ArrayList<>());
    private TestGateway gateway;
    private String database;

    SessionCommandsTest(TestDatabase server) {
        this.server = server;
    }

    @BeforeEach
    void start() throws SQLException {
        gateway = TestGateway.with(server.address(), (session, sql) -> {
            judged.add(session.info().user() + "@" + session.info().database() + ": " + sql);
            return new Ruling.Forward();
        });
        database = server.newDatabase();
        try (Connection direct = server.connect(database)) {
            execute(direct, "CREATE TABLE t (a INT)");
        }
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    static List<String> plugins() {
        return List.of("caching_sha2_password", "sha256_password", "mysql_native_password", "ed25519", "parsec");
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void whateverThePluginTheExchangeIsRelayed(String plugin) throws SQLException {
        try (Connection direct = server.connect("mysql")) {
            execute(direct, "DROP USER IF EXISTS mallory");
            Assumptions.assumeTrue(create(direct, plugin), () -> "the server has no " + plugin);
            execute(direct, "GRANT ALL ON *.* TO mallory");
            execute(direct, "FLUSH PRIVILEGES"); // empties the cache: the next login takes the long way
        }
        boolean ofMariaDb = plugin.equals("ed25519") || plugin.equals("parsec");
        String url = (ofMariaDb ? "jdbc:mariadb" : "jdbc:mysql") + "://127.0.0.1:" + gateway.port() + "/" + database
                + "?allowPublicKeyRetrieval=true";

        for (int i = 0; i < 2; i++) {
            try (Connection client = DriverManager.getConnection(url, "mallory", "s3cret");
                    Statement statement = client.createStatement();
                    ResultSet row = statement.executeQuery("SELECT SUBSTRING_INDEX(CURRENT_USER(), '@', 1)")) {
                assertThat(row.next()).isTrue();
                assertThat(row.getString(1)).isEqualTo("mallory");
            }
        }
        assertThatThrownBy(() -> DriverManager.getConnection(url, "mallory", "wrong"))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(1045));
    }

    private boolean create(Connection direct, String plugin) {
        try {
            if (server.mariaDb() && (plugin.equals("ed25519") || plugin.equals("parsec"))) {
                execute(direct, "INSTALL PLUGIN IF NOT EXISTS " + plugin + " SONAME 'auth_" + plugin + "'");
            }
            execute(
                    direct,
                    server.mariaDb()
                            ? "CREATE USER mallory IDENTIFIED VIA " + plugin + " USING PASSWORD('s3cret')"
                            : "CREATE USER mallory IDENTIFIED WITH " + plugin + " BY 's3cret'");
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    @Test
    void aChangeOfUserChangesWhoIsJudgedAndForgetsWhatWasPrepared() throws SQLException {
        try (Connection direct = server.connect("mysql")) {
            execute(direct, "DROP USER IF EXISTS other");
            execute(direct, "CREATE USER other IDENTIFIED BY 'other'");
            execute(direct, "GRANT ALL ON *.* TO other");
        }
        try (Connection client = gateway.connectorJ(database, "useServerPrepStmts=true")) {
            try (PreparedStatement prepared = client.prepareStatement(ALTER)) {
                client.unwrap(JdbcConnection.class).changeUser("other", "other");
                assertThatThrownBy(prepared::execute).isInstanceOf(SQLException.class);
            }
            execute(client, ALTER);
            assertThat(judged).containsExactly("other@" + database + ": " + ALTER);
            execute(client, "SELECT c FROM t");
        }
    }

    @Test
    void aResetForgetsTheSessionsStateAndNothingElse() throws SQLException {
        try (Connection client = gateway.connectorJ(database, "")) {
            execute(client, "SET @a = 1, sql_mode = 'ANSI_QUOTES'");
            client.unwrap(JdbcConnection.class).resetServerState();
            try (Statement statement = client.createStatement();
                    ResultSet row = statement.executeQuery("SELECT @a, @@sql_mode LIKE '%ANSI_QUOTES%'")) {
                row.next();
                assertThat(row.getString(1)).isNull();
                assertThat(row.getBoolean(2)).isFalse();
            }
            execute(client, "USE " + database);
            execute(client, ALTER);
            assertThat(judged).hasSize(1);
        }
    }

    @Test
    void aDatabaseChosenByACommandIsTheOneThatIsJudged() throws SQLException {
        String second = server.newDatabase();
        try (Connection direct = server.connect(second)) {
            execute(direct, "CREATE TABLE t (a INT)");
        }
        try (Connection client = gateway.connectorJ(database, "")) {
            client.setCatalog(second);
            execute(client, ALTER);
            assertThat(judged).containsExactly("lab@" + second + ": " + ALTER);
        }
    }

    @Test
    void queryAttributesStandBeforeTheTextThatIsJudged() throws SQLException {
        Assumptions.assumeFalse(server.mariaDb(), "MariaDB has none");
        try (Connection client = gateway.connectorJ(database, "");
                Statement statement = client.createStatement()) {
            JdbcStatement attributed = statement.unwrap(JdbcStatement.class);
            attributed.setAttribute("trace", "ALTER TABLE");
            attributed.setAttribute("number", 42);
            statement.execute(ALTER);
            assertThat(judged).containsExactly("lab@" + database + ": " + ALTER);
        }
    }

    @Test
    void whatTheServerTellsOfTheSessionReachesTheClient() throws SQLException {
        List<String> schemas = new ArrayList<>();
        try (Connection client = gateway.connectorJ(database, "trackSessionState=true")) {
            client.unwrap(JdbcConnection.class)
                    .getServerSessionStateController()
                    .addSessionStateChangesListener(changes ->
                            changes.getSessionStateChangesList().forEach(change -> schemas.addAll(change.getValues())));
            execute(client, "USE mysql");
        }
        assertThat(schemas).contains("mysql");
    }

    static Stream<byte[]> malformed() {
        return Stream.of(
                new byte[] {0, 0, 0, 0},
                new byte[] {1, 0, 0, 0, 3},
                new byte[] {1, 0, 0, 7, 3},
                new byte[] {5, 0, 0, 0, (byte) 0xEE, 1, 2, 3, 4},
                new byte[] {2, 0, 0, 0, 0x17, 1},
                new byte[] {3, 0, 0, 0, 0x11, 'x', 'y'},
                new byte[] {(byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 1, 0, 0},
                new byte[] {4, 0, 0, 1, 0, 0, 0, 0},
                new byte[] {40, 0, 0, 1, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF},
                "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII),
                new byte[300]);
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void aMalformedPacketCostsItsClientOnly(byte[] bytes) throws Exception {
        try (Connection client = gateway.connectorJ(database, "")) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
                socket.setSoTimeout(Patience.MILLIS);
                assertThat(socket.getInputStream().read()).isNotNegative(); // the greeting has come
                socket.getOutputStream().write(bytes);
                socket.shutdownOutput();
                drain(socket);
            }
            execute(client, "SELECT 1");
        }
        try (Connection next = gateway.connectorJ(database, "")) {
            execute(next, "SELECT 1");
        }
    }

    private static void drain(Socket socket) {
        try {
            socket.getInputStream().readAllBytes();
        } catch (IOException e) {
            // Reset: the gateway has left it.
            return;
        }
    }
}
