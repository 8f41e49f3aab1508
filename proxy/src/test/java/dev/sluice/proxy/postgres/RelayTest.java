package dev.sluice.proxy.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.proxy.testing.Forwarding;
import dev.sluice.proxy.testing.TestPostgres;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** What a JDBC application sees through the relay: nothing. */
class RelayTest {
    private static TestGateway gateway;

    @BeforeAll
    static void start() {
        gateway = new TestGateway(new Forwarding());
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void queriesAndPreparedStatementsAreAnswered() throws SQLException {
        try (Connection connection = gateway.connect();
                PreparedStatement statement =
                        connection.prepareStatement("SELECT ? + n FROM generate_series(1, 3) n")) {
            for (int round = 0; round < 20; round++) {
                statement.setInt(1, round);
                try (ResultSet rows = statement.executeQuery()) {
                    assertThat(rows.next()).isTrue();
                    assertThat(rows.getInt(1)).isEqualTo(round + 1);
                }
            }
        }
    }

    @Test
    void aRunningStatementIsCancelled() throws Exception {
        try (Connection connection = gateway.connect();
                Statement statement = connection.createStatement()) {
            CompletableFuture<Void> cancelled =
                    CompletableFuture.runAsync(() -> cancelOnceRunning(statement), Thread::startVirtualThread);
            assertThatThrownBy(() -> statement.execute("SELECT pg_sleep(60)"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("57014"));
            cancelled.get();
            try (ResultSet rows = statement.executeQuery("SELECT 1")) {
                assertThat(rows.next()).isTrue();
            }
        }
    }

    private static void cancelOnceRunning(Statement statement) {
        try (Connection direct = TestPostgres.connect(gateway.database);
                Statement look = direct.createStatement()) {
            Awaitility.await().until(() -> {
                try (ResultSet rows = look.executeQuery(
                        "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)' AND state = 'active'"
                                + " AND datname = current_database()")) {
                    rows.next();
                    return rows.getInt(1) == 1;
                }
            });
            statement.cancel();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void anUnknownDatabaseIsTheServersOwnError() {
        assertThatThrownBy(() -> java.sql.DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + gateway.port() + "/nowhere", "postgres", ""))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("3D000"));
    }

    @Test
    void copyGoesInAndOut() throws Exception {
        try (Connection connection = gateway.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE copied (a int, b text)");
            var copy = connection.unwrap(PGConnection.class).getCopyAPI();
            StringBuilder lines = new StringBuilder();
            for (int i = 0; i < 50_000; i++) {
                lines.append(i).append("\tsome text that is long enough to matter\n");
            }
            assertThat(copy.copyIn("COPY copied FROM STDIN", new StringReader(lines.toString())))
                    .isEqualTo(50_000);
            java.io.StringWriter out = new java.io.StringWriter();
            assertThat(copy.copyOut("COPY copied TO STDOUT", out)).isEqualTo(50_000);
            assertThat(out.toString()).isEqualTo(lines.toString());
        }
    }

    @Test
    void aLargeResultArrivesWholeAndACursorReadsInParts() throws SQLException {
        try (Connection connection = gateway.connect()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.setFetchSize(1000);
                long sum = 0;
                try (ResultSet rows =
                        statement.executeQuery("SELECT n, repeat('x', 500) FROM generate_series(1, 100000) n")) {
                    while (rows.next()) {
                        sum += rows.getInt(1) + rows.getString(2).length();
                    }
                }
                assertThat(sum).isEqualTo(100_000L * 100_001 / 2 + 100_000L * 500);
            }
        }
    }

    @Test
    void notificationsAreDelivered() throws SQLException {
        try (Connection listener = gateway.connect();
                Statement statement = listener.createStatement();
                Connection other = gateway.connect();
                Statement notifier = other.createStatement()) {
            statement.execute("LISTEN news");
            notifier.execute("NOTIFY news, 'hello'");
            var notifications = listener.unwrap(PGConnection.class).getNotifications(10_000);
            assertThat(notifications).hasSize(1);
            assertThat(notifications[0].getParameter()).isEqualTo("hello");
        }
    }
}
