package dev.sluice.proxy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.proxy.intercept.InterceptorSettings;
import dev.sluice.proxy.mysql.TestDatabase;
import dev.sluice.proxy.testing.MySqlGatewayFixture;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Transactions that read a table and then write to it, while it is changed again and again. One that has read waits for a
 * change that waits for it, if the change is let to wait: the server then ends the transaction.
 */
abstract class MySqlLockTest {

    private static final int ROWS = 500;
    private static final int CLIENTS = 6;
    private static final int CHANGES = 12;
    private static final long THINKS_NANOS = 3_000_000;

    private final TestDatabase server;
    private MySqlGatewayFixture gateway;
    private String database;
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong committed = new AtomicLong();

    MySqlLockTest(TestDatabase server) {
        this.server = server;
    }

    @BeforeEach
    void start() throws SQLException {
        // With patience: after half of it a change queues for its lock, and a slow machine may be that long about it.
        gateway = new MySqlGatewayFixture(server, InterceptorSettings.DEFAULTS);
        database = server.newDatabase();
        try (Connection connection = server.connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE orders (id INT PRIMARY KEY, v INT NOT NULL)");
            statement.execute("INSERT INTO orders VALUES "
                    + IntStream.range(0, ROWS).mapToObj(id -> "(" + id + ", 0)").collect(Collectors.joining(", ")));
        }
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void noTransactionThatReadsAndThenWritesIsEndedByAChange() throws Exception {
        List<Application> applications = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            applications.add(new Application(i));
        }
        try (Connection client = gateway.connect(database);
                Statement statement = client.createStatement()) {
            for (int i = 0; i < CHANGES; i++) {
                statement.execute("ALTER TABLE orders ADD COLUMN c" + i + " INT");
            }
        } finally {
            over.set(true);
        }

        for (Application application : applications) {
            assertThat(application.failures()).isEmpty();
        }
        assertThat(sum()).isEqualTo(committed.get());
    }

    private long sum() throws SQLException {
        try (Connection connection = server.connect(database);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT SUM(v) FROM orders")) {
            row.next();
            return row.getLong(1);
        }
    }

    /**
     * One that takes its time between what it reads and what it writes. Each has rows of its own: from MariaDB 11.6 on a
     * transaction fails that writes what another has written since it read it.
     */
    private final class Application {
        private final int number;
        private final List<String> failures = new ArrayList<>();
        private final Thread thread;

        Application(int number) {
            this.number = number;
            this.thread = Thread.ofPlatform().start(this::work);
        }

        private void work() {
            try (Connection connection = gateway.connect(database);
                    PreparedStatement read = connection.prepareStatement("SELECT v FROM orders WHERE id = ?");
                    PreparedStatement write = connection.prepareStatement("UPDATE orders SET v = v + 1 WHERE id = ?")) {
                connection.setAutoCommit(false);
                while (!over.get()) {
                    int id = ThreadLocalRandom.current().nextInt(ROWS / CLIENTS) * CLIENTS + number;
                    read.setInt(1, id);
                    read.executeQuery().close();
                    LockSupport.parkNanos(THINKS_NANOS);
                    write.setInt(1, id);
                    write.executeUpdate();
                    connection.commit();
                    committed.incrementAndGet();
                    LockSupport.parkNanos(THINKS_NANOS);
                }
            } catch (SQLException e) {
                failures.add(e.getErrorCode() + " " + e.getMessage());
            }
        }

        List<String> failures() throws InterruptedException {
            thread.join();
            return failures;
        }
    }
}
