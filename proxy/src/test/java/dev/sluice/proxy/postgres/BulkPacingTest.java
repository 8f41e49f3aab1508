package dev.sluice.proxy.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.sluice.policies.policy.Policy;
import dev.sluice.proxy.testing.Forwarding;
import dev.sluice.proxy.testing.Patience;
import dev.sluice.proxy.testing.PressuredTraffic;
import dev.sluice.proxy.testing.TestPostgres;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** An application's own backfill through the gateway, under a pressure that the test sets. */
@Tag("integration")
class BulkPacingTest {

    private static final int ROWS = 5_000;
    private static final String BATCH = "UPDATE t SET v = v + 1 WHERE id <= " + ROWS + " /* sluice: backfill */";
    private static final Executor THREADS = task -> Thread.ofVirtual().start(task);

    private final PressuredTraffic traffic = new PressuredTraffic(Policy.DEFAULTS);
    private final TestGateway gateway = new TestGateway(new Forwarding(), ListenerConfig.Limits.DEFAULTS, traffic);

    @BeforeEach
    void table() throws SQLException {
        try (Connection direct = TestPostgres.connect(gateway.database);
                Statement statement = direct.createStatement()) {
            statement.execute("CREATE TABLE t (id int PRIMARY KEY, v int NOT NULL)");
            statement.execute("INSERT INTO t SELECT i, 0 FROM generate_series(1, " + 2 * ROWS + ") i");
        }
    }

    @AfterEach
    void stop() {
        gateway.close();
        traffic.close();
    }

    private static CompletableFuture<Integer> start(Statement statement, String sql) {
        return CompletableFuture.supplyAsync(() -> run(statement, sql), THREADS);
    }

    private static int run(Statement statement, String sql) {
        try {
            return statement.executeUpdate(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private long sum() throws SQLException {
        try (Connection direct = TestPostgres.connect(gateway.database);
                Statement statement = direct.createStatement();
                ResultSet row = statement.executeQuery("SELECT sum(v) FROM t")) {
            row.next();
            return row.getLong(1);
        }
    }

    private void underPressure() {
        traffic.stop();
        await().until(() -> traffic.throttle().status("test").pressure().stops());
    }

    private void untilSomebodyWaits() {
        await().until(traffic::isWaiting);
    }

    @Test
    void aLoopOfBatchesRunsFreeAndStandsWhileThePressureIsHigh() throws Exception {
        try (Connection loop = gateway.connect();
                Connection other = gateway.connect();
                Statement batches = loop.createStatement();
                Statement others = other.createStatement()) {
            for (int i = 0; i < 5; i++) {
                assertThat(batches.executeUpdate(BATCH)).isEqualTo(ROWS);
            }
            assertThat(traffic.delayedNanos()).isZero();

            underPressure();
            CompletableFuture<Integer> next = start(batches, BATCH);
            untilSomebodyWaits();

            assertThat(others.executeUpdate("UPDATE t SET v = v WHERE id = 1")).isEqualTo(1);
            try (ResultSet row = others.executeQuery("SELECT sum(v) FROM t")) {
                row.next();
                assertThat(row.getLong(1)).isEqualTo(5 * ROWS);
            }
            assertThat(next).isNotDone();
            assertThat(traffic.session().orElseThrow().rule()).isEqualTo("marked");
            assertThat(traffic.session().orElseThrow().reason()).contains("test_pressure");
            assertThat(gateway.listener.sessions()).anyMatch(s -> s.state().equals("delayed"));

            traffic.ease();
            assertThat(next.get(Patience.SECONDS, TimeUnit.SECONDS)).isEqualTo(ROWS);
            assertThat(traffic.session().orElseThrow().rows()).isEqualTo(6L * ROWS);
        }
    }

    @Test
    void aLoopIsSlowedWhenTheForegroundsLatencyRisesAndNobodyElseIs() throws Exception {
        traffic.foregroundTakes("test", Duration.ofMillis(1));
        try (Connection loop = gateway.connect();
                Connection other = gateway.connect();
                Statement batches = loop.createStatement();
                Statement others = other.createStatement()) {
            for (int i = 0; i < 5; i++) {
                assertThat(batches.executeUpdate(BATCH)).isEqualTo(ROWS);
            }
            assertThat(traffic.delayedNanos()).isZero();

            AtomicBoolean enough = new AtomicBoolean();
            CompletableFuture<Integer> rest = CompletableFuture.supplyAsync(() -> loop(batches, enough), THREADS);
            traffic.foregroundTakes("test", Duration.ofMillis(5));
            await().until(traffic::isStanding);

            for (int i = 0; i < 100; i++) {
                others.executeUpdate("UPDATE t SET v = v + 0 WHERE id = " + i);
            }
            assertThat(traffic.waiting()).singleElement().satisfies(session -> {
                assertThat(session.rule()).isEqualTo("marked");
                assertThat(session.reason()).startsWith("foreground_latency");
            });
            assertThat(traffic.sessions()).hasSize(1);

            enough.set(true);
            traffic.foregroundTakes("test", Duration.ofMillis(1));
            assertThat(rest.get(Patience.SECONDS, TimeUnit.SECONDS)).isPositive();
        }
    }

    /** @return how many batches there were */
    private static int loop(Statement batches, AtomicBoolean enough) {
        int done = 0;
        do {
            run(batches, BATCH);
            done++;
        } while (!enough.get());
        return done;
    }

    @Test
    void anOpenTransactionIsNeverHeldUpButTheNextOneIs() throws Exception {
        try (Connection loop = gateway.connect();
                Statement batches = loop.createStatement()) {
            loop.setAutoCommit(false);
            batches.executeUpdate(BATCH);
            underPressure();

            assertThat(batches.executeUpdate(BATCH)).isEqualTo(ROWS);
            assertThat(batches.executeUpdate(BATCH)).isEqualTo(ROWS);
            loop.commit();
            assertThat(sum()).isEqualTo(3 * ROWS);

            CompletableFuture<Integer> next = start(batches, BATCH);
            untilSomebodyWaits();
            assertThat(inTransaction()).isZero();
            traffic.ease();
            assertThat(next.get(Patience.SECONDS, TimeUnit.SECONDS)).isEqualTo(ROWS);
            loop.rollback();
        }
    }

    /** Other sessions of the database that have a transaction open. */
    private long inTransaction() throws SQLException {
        try (Connection direct = TestPostgres.connect(gateway.database);
                Statement statement = direct.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                                + " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL")) {
            row.next();
            return row.getLong(1);
        }
    }

    @Test
    void aPreparedStatementWaitsBeforeTheServerHasAnyOfIt() throws Exception {
        try (Connection loop = gateway.connect("prepareThreshold", "1");
                PreparedStatement batch =
                        loop.prepareStatement("UPDATE t SET v = v + ? WHERE id <= ? /* sluice: backfill */")) {
            batch.setInt(1, 1);
            batch.setInt(2, ROWS);
            assertThat(batch.executeUpdate()).isEqualTo(ROWS);
            assertThat(batch.executeUpdate()).isEqualTo(ROWS);
            underPressure();

            CompletableFuture<Integer> next = CompletableFuture.supplyAsync(() -> execute(batch), THREADS);
            untilSomebodyWaits();
            assertThat(inTransaction()).isZero();
            assertThat(next).isNotDone();
            traffic.ease();
            assertThat(next.get(Patience.SECONDS, TimeUnit.SECONDS)).isEqualTo(ROWS);
        }
    }

    private static int execute(PreparedStatement statement) {
        try {
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aCancelEndsTheWaitAndNothingIsRun() throws Exception {
        try (Connection loop = gateway.connect();
                Statement batches = loop.createStatement()) {
            batches.executeUpdate(BATCH);
            underPressure();
            CompletableFuture<Integer> next = start(batches, BATCH);
            untilSomebodyWaits();

            batches.cancel();

            ExecutionException failed =
                    catchThrowableOfType(ExecutionException.class, () -> next.get(Patience.SECONDS, TimeUnit.SECONDS));
            assertThat(failed)
                    .rootCause()
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("57014"));
            assertThat(sum()).isEqualTo(ROWS);
            try (ResultSet row = batches.executeQuery("SELECT 1")) {
                assertThat(row.next()).isTrue();
            }
        }
    }

    @Test
    void aCancelledPreparedStatementLeavesTheSessionHealthy() throws Exception {
        try (Connection loop = gateway.connect("prepareThreshold", "1");
                PreparedStatement batch =
                        loop.prepareStatement("UPDATE t SET v = v + 1 WHERE id <= ? /* sluice: backfill */")) {
            batch.setInt(1, ROWS);
            batch.executeUpdate();
            batch.executeUpdate();
            underPressure();
            CompletableFuture<Integer> next = CompletableFuture.supplyAsync(() -> execute(batch), THREADS);
            untilSomebodyWaits();

            batch.cancel();

            ExecutionException failed =
                    catchThrowableOfType(ExecutionException.class, () -> next.get(Patience.SECONDS, TimeUnit.SECONDS));
            assertThat(failed)
                    .rootCause()
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("57014"));
            traffic.ease();
            assertThat(batch.executeUpdate()).isEqualTo(ROWS);
        }
    }

    @Test
    void aClientThatLeavesWhileItWaitsIsForgottenAndItsStatementIsNotRun() throws Exception {
        Connection loop = gateway.connect();
        Statement batches = loop.createStatement();
        batches.executeUpdate(BATCH);
        underPressure();
        start(batches, BATCH).exceptionally(e -> 0);
        untilSomebodyWaits();

        loop.abort(Runnable::run);

        await().until(() -> gateway.listener.connections() == 0);
        assertThat(traffic.session()).isEmpty();
        traffic.ease();
        assertThat(sum()).isEqualTo(ROWS);
    }

    @Test
    void whatCopyBringsWaitsAtTheSocket() throws Exception {
        byte[] line = ("7\t" + "x".repeat(1_000) + "\n").getBytes(StandardCharsets.UTF_8);
        int lines = 32_000;
        try (Connection other = gateway.connect();
                Statement others = other.createStatement();
                Connection loop = gateway.connect();
                Statement statement = loop.createStatement()) {
            statement.execute("CREATE TABLE big (id int, text text)");
            others.executeUpdate(BATCH);
            underPressure();
            Pipe pipe = new Pipe(line, lines);
            CompletableFuture<Long> copied = CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return loop.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY big FROM STDIN", pipe);
                        } catch (SQLException | java.io.IOException e) {
                            throw new IllegalStateException(e);
                        }
                    },
                    THREADS);
            untilSomebodyWaits();

            assertThat(copied).isNotDone();
            assertThat(traffic.session().orElseThrow().rule()).isEqualTo("bulk-load");
            assertThat(traffic.session().orElseThrow().bytes()).isBetween(1L, 5L << 20);
            assertThat(pipe.left).isPositive();
            traffic.ease();
            assertThat(copied.get(Patience.SECONDS, TimeUnit.SECONDS)).isEqualTo(lines);
            assertThat(traffic.bytes()).isGreaterThan((long) line.length * lines);
        }
    }

    /** Lines that are not there before they are read. */
    private static final class Pipe extends InputStream {
        private final byte[] line;
        private volatile int left;
        private ByteArrayInputStream now = new ByteArrayInputStream(new byte[0]);

        Pipe(byte[] line, int lines) {
            this.line = line;
            this.left = lines;
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0];
        }

        @Override
        public int read(byte[] into, int from, int length) {
            if (now.available() == 0) {
                if (left == 0) {
                    return -1;
                }
                left--;
                now = new ByteArrayInputStream(line);
            }
            return now.read(into, from, length);
        }
    }
}
