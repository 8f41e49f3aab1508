package dev.sluice.proxy.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.sluice.policies.policy.Policy;
import dev.sluice.proxy.intercept.Ruling;
import dev.sluice.proxy.testing.Patience;
import dev.sluice.proxy.testing.PressuredTraffic;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An application's own backfill on MariaDB, under a pressure that the test sets. */
@Tag("integration")
class BulkPacingTest {

    private static final int ROWS = 5_000;
    private static final String BATCH = "UPDATE t SET v = v + 1 WHERE id <= " + ROWS + " /* sluice: backfill */";

    private final TestDatabase server = TestDatabase.embeddedMariaDb();
    private final PressuredTraffic traffic = new PressuredTraffic(Policy.DEFAULTS);
    private final TestGateway gateway = TestGateway.classifying(
            new MySqlSettings(
                    TestGateway.settings(server.address()).address(),
                    "orders",
                    "test",
                    server.address().getHostString(),
                    server.address().getPort(),
                    MySqlSettings.Limits.DEFAULTS.withLocalInfile(true)),
            (session, sql) -> new Ruling.Forward(),
            traffic);
    private String database = "";

    @BeforeEach
    void table() throws SQLException {
        database = server.newDatabase();
        try (Connection direct = server.connect(database);
                Statement statement = direct.createStatement()) {
            statement.execute("CREATE TABLE t (id int PRIMARY KEY, v int NOT NULL)");
            statement.execute("INSERT INTO t SELECT seq, 0 FROM seq_1_to_" + 2 * ROWS);
        }
    }

    @AfterEach
    void stop() {
        gateway.close();
        traffic.close();
    }

    private static <T> CompletableFuture<T> start(Callable<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                result.complete(work.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    private void underPressure() {
        traffic.stop();
        await().until(() -> traffic.throttle().status("orders").pressure().stops());
    }

    private long sum() throws SQLException {
        try (Connection direct = server.connect(database);
                Statement statement = direct.createStatement();
                ResultSet row = statement.executeQuery("SELECT sum(v) FROM t")) {
            row.next();
            return row.getLong(1);
        }
    }

    @Test
    void aLoopStandsUnderPressureAndOthersDoNot() throws Exception {
        try (Connection loop = gateway.connectorJ(database, "");
                Connection other = gateway.connectorJ(database, "");
                Statement batches = loop.createStatement();
                Statement others = other.createStatement()) {
            for (int i = 0; i < 5; i++) {
                assertThat(batches.executeUpdate(BATCH)).isEqualTo(ROWS);
            }
            assertThat(traffic.delayedNanos()).isZero();

            underPressure();
            CompletableFuture<Integer> next = start(() -> batches.executeUpdate(BATCH));
            await().until(traffic::isWaiting);
            assertThat(others.executeUpdate("UPDATE t SET v = v + 0 WHERE id = 1"))
                    .isEqualTo(1);
            assertThat(next).isNotDone();

            traffic.ease();
            assertThat(next.get(Patience.SECONDS, TimeUnit.SECONDS)).isEqualTo(ROWS);
            assertThat(traffic.session().orElseThrow().rows()).isEqualTo(6L * ROWS);
        }
    }

    @Test
    void aLoopIsSlowedWhenTheForegroundsLatencyRisesAndNobodyElseIs() throws Exception {
        traffic.foregroundTakes("orders", Duration.ofMillis(1));
        try (Connection loop = gateway.connectorJ(database, "");
                Connection other = gateway.connectorJ(database, "");
                Statement batches = loop.createStatement();
                Statement others = other.createStatement()) {
            for (int i = 0; i < 5; i++) {
                assertThat(batches.executeUpdate(BATCH)).isEqualTo(ROWS);
            }
            assertThat(traffic.delayedNanos()).isZero();

            AtomicBoolean enough = new AtomicBoolean();
            CompletableFuture<Integer> rest = start(() -> loop(batches, enough));
            traffic.foregroundTakes("orders", Duration.ofMillis(5));
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
            traffic.foregroundTakes("orders", Duration.ofMillis(1));
            assertThat(rest.get(Patience.SECONDS, TimeUnit.SECONDS)).isPositive();
        }
    }

    /** @return how many batches there were */
    private static int loop(Statement batches, AtomicBoolean enough) throws SQLException {
        int done = 0;
        do {
            batches.executeUpdate(BATCH);
            done++;
        } while (!enough.get());
        return done;
    }

    @Test
    void aTransactionWithoutAutocommitIsHeldUpAtItsStartAlone() throws Exception {
        try (Connection loop = gateway.connectorJ(database, "");
                Statement batches = loop.createStatement()) {
            loop.setAutoCommit(false);
            batches.executeUpdate(BATCH);
            underPressure();

            assertThat(batches.executeUpdate(BATCH)).isEqualTo(ROWS);
            loop.commit();
            assertThat(sum()).isEqualTo(2 * ROWS);
            CompletableFuture<Integer> next = start(() -> batches.executeUpdate("UPDATE t SET v = v + 1 WHERE id = 1"));
            await().until(traffic::isWaiting);
            traffic.ease();
            assertThat(next.get(Patience.SECONDS, TimeUnit.SECONDS)).isEqualTo(1);
            loop.rollback();
        }
    }

    @Test
    void aStatementThatTheServerPreparedIsPacedToo() throws Exception {
        try (Connection loop = gateway.connectorJ(database, "useServerPrepStmts=true");
                PreparedStatement batch =
                        loop.prepareStatement("UPDATE t SET v = v + ? WHERE id <= ? /* sluice: backfill */")) {
            batch.setInt(1, 1);
            batch.setInt(2, ROWS);
            assertThat(batch.executeUpdate()).isEqualTo(ROWS);
            underPressure();
            CompletableFuture<Integer> next = start(batch::executeUpdate);
            await().until(traffic::isWaiting);

            traffic.ease();
            assertThat(next.get(Patience.SECONDS, TimeUnit.SECONDS)).isEqualTo(ROWS);
        }
    }

    @Test
    void aKillEndsTheWait() throws Exception {
        try (Connection loop = gateway.connectorJ(database, "");
                Connection other = gateway.connectorJ(database, "");
                Statement batches = loop.createStatement();
                Statement others = other.createStatement()) {
            long id;
            try (ResultSet row = batches.executeQuery("SELECT CONNECTION_ID()")) {
                row.next();
                id = row.getLong(1);
            }
            batches.executeUpdate(BATCH);
            underPressure();
            CompletableFuture<Integer> next = start(() -> batches.executeUpdate(BATCH));
            await().until(traffic::isWaiting);

            others.execute("KILL QUERY " + id);

            ExecutionException failed =
                    catchThrowableOfType(ExecutionException.class, () -> next.get(Patience.SECONDS, TimeUnit.SECONDS));
            assertThat(failed)
                    .cause()
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getErrorCode()).isEqualTo(1317));
            assertThat(sum()).isEqualTo(ROWS);
            assertThat(batches.executeUpdate("UPDATE t SET v = v + 1 WHERE id = 1"))
                    .isEqualTo(1);
        }
    }

    @Test
    void whatLoadDataBringsWaitsAtTheSocket() throws Exception {
        byte[] lines = ("7\t" + "x".repeat(1_000) + "\n").repeat(24_000).getBytes(StandardCharsets.UTF_8);
        try (Connection other = gateway.connectorJ(database, "");
                Statement others = other.createStatement();
                Connection loop = gateway.connectorJ(database, "allowLoadLocalInfile=true");
                Statement statement = loop.createStatement()) {
            statement.execute("CREATE TABLE big (id int, text text)");
            others.executeUpdate(BATCH);
            underPressure();
            statement
                    .unwrap(com.mysql.cj.jdbc.JdbcStatement.class)
                    .setLocalInfileInputStream(new ByteArrayInputStream(lines));
            CompletableFuture<Integer> next =
                    start(() -> statement.executeUpdate("LOAD DATA LOCAL INFILE 'x' INTO TABLE big"));
            await().until(traffic::isWaiting);
            assertThat(next).isNotDone();
            assertThat(traffic.session().orElseThrow().bytes()).isBetween(1L, 6L << 20);

            traffic.ease();
            assertThat(next.get(Patience.SECONDS, TimeUnit.SECONDS)).isEqualTo(24_000);
        }
    }
}
