package dev.sluice.proxy.throttle.sensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.proxy.catalog.ControlDatabase;
import dev.sluice.proxy.catalog.ControlPools;
import dev.sluice.proxy.catalog.ControlUpstream;
import dev.sluice.proxy.testing.TestServer;
import dev.sluice.proxy.throttle.Pacer.Work;
import dev.sluice.proxy.throttle.Reading;
import dev.sluice.proxy.throttle.Signal;
import dev.sluice.proxy.throttle.ThrottleSettings;
import dev.sluice.proxy.throttle.Watched;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each signal of a PostgreSQL server, while on a real one that happens which it is there to tell. */
@Tag("integration")
class PostgresSensorTest {

    private static final ThrottleSettings ALL = ThrottleSettings.DEFAULTS
            .with(Watched.WAL_RATE, Watched.WAL_RATE.byDefault())
            .with(Watched.ACTIVE_SESSIONS, Watched.ACTIVE_SESSIONS.byDefault());

    private final TestServer server = TestServer.newest();
    private final String database = server.newDatabase();
    private final PostgresSensor sensor = new PostgresSensor(
            () -> server.connect(database), ALL, () -> Set.of(new Work("test", database, 7, "public.t")));

    @BeforeEach
    void table() throws SQLException {
        server.execute(
                database,
                "CREATE TABLE t (id int PRIMARY KEY, v int) WITH (autovacuum_enabled = false)",
                "INSERT INTO t SELECT i, 0 FROM generate_series(1, 5000) i",
                "UPDATE t SET v = 1");
    }

    @AfterEach
    void drop() throws SQLException {
        sensor.close();
        server.drop(database);
    }

    private double value(Watched watched) {
        return reading(sensor, watched).value().orElseThrow();
    }

    private static Reading reading(PostgresSensor sensor, Watched watched) {
        return sensor.read().stream()
                .filter(r -> r.signal().name().equals(watched.word()))
                .findFirst()
                .orElseThrow();
    }

    private Connection begun(String... sql) throws SQLException {
        Connection connection = server.connect(database);
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            for (String one : sql) {
                statement.execute(one);
            }
        }
        return connection;
    }

    /** Runs a statement that does not return by itself; closing its connection ends it. */
    private static CompletableFuture<Void> start(Connection connection, String sql) {
        return CompletableFuture.runAsync(
                () -> {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute(sql);
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                },
                task -> Thread.ofVirtual().start(task));
    }

    @Test
    void theLogThatAnAbandonedLogicalSlotKeepsStopsABackfill() throws SQLException {
        ThrottleSettings little = ALL.with(
                Watched.SLOT_WAL, new Signal("slot_wal", Watched.SLOT_WAL.unit(), 100_000, 1_000_000, false, true));
        PostgresSensor strict = new PostgresSensor(() -> server.connect(database), little, Set::of);
        String slot = "kept_" + database;
        server.execute(database, "SELECT pg_create_logical_replication_slot('" + slot + "', 'pgoutput')");
        try {
            double before = reading(strict, Watched.SLOT_WAL).value().orElseThrow();
            server.execute(database, "SELECT pg_logical_emit_message(true, 'x', repeat(md5('y'), 100000))");

            await().untilAsserted(() -> {
                Reading kept = reading(strict, Watched.SLOT_WAL);
                assertThat(kept.of()).isEqualTo(slot);
                assertThat(kept.value().orElseThrow()).isGreaterThan(before + 3_000_000);
                assertThat(kept.pressure()).isEqualTo(1);
            });
            assertThat(value(Watched.WAL_RATE)).isNotNegative();
        } finally {
            strict.close();
            server.execute(database, "SELECT pg_drop_replication_slot('" + slot + "')");
        }
    }

    @Test
    void aSessionThatTheServerHasEndedIsReplaced() throws SQLException {
        assertThat(value(Watched.LOCK_WAITS)).isZero();

        server.execute(
                database,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        + " WHERE datname = current_database() AND pid <> pg_backend_pid()");

        assertThat(value(Watched.LOCK_WAITS)).isZero();
    }

    @Test
    void aVacuumOfTheTableThatIsFilledIsSeen() throws SQLException {
        assertThat(value(Watched.AUTOVACUUM)).isZero();
        try (Connection other = server.connect(database);
                Statement settings = other.createStatement()) {
            settings.execute("SET vacuum_cost_delay = 100");
            settings.execute("SET vacuum_cost_limit = 1");
            CompletableFuture<Void> vacuum = start(other, "VACUUM t");

            await().until(() -> value(Watched.AUTOVACUUM) == 1);

            assertThat(reading(sensor, Watched.AUTOVACUUM).steady()).isTrue();
            settings.cancel();
            server.execute(
                    database, "SELECT pg_cancel_backend(pid) FROM pg_stat_progress_vacuum WHERE relid = 't'::regclass");
            await().until(vacuum::isDone);
        }
        assertThat(value(Watched.AUTOVACUUM)).isZero();
    }

    @Test
    void whoWaitsForARowOfABatchIsCountedAndWhoWaitsForAnybodyElseIsNot() throws SQLException {
        try (Connection batch =
                        begun("SET application_name = 'sluice migration 7'", "UPDATE t SET v = 2 WHERE id = 1");
                Connection client = begun("UPDATE t SET v = 2 WHERE id = 2");
                Connection first = server.connect(database);
                Connection second = server.connect(database)) {
            CompletableFuture<Void> behindBatch = start(first, "UPDATE t SET v = 3 WHERE id = 1");
            CompletableFuture<Void> behindClient = start(second, "UPDATE t SET v = 3 WHERE id = 2");

            await().until(() -> value(Watched.LOCK_WAITS) == 1);
            batch.rollback();
            await().until(behindBatch::isDone);
            await().until(() -> value(Watched.LOCK_WAITS) == 0);

            assertThat(behindClient).isNotDone();
            client.rollback();
            await().until(behindClient::isDone);
        }
    }

    @Test
    void aSnapshotThatIsHeldWhileOthersWriteGrowsOld() throws SQLException {
        try (Connection reader = begun("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "SELECT count(*) FROM t")) {
            double before = value(Watched.OLDEST_SNAPSHOT);
            for (int i = 0; i < 20; i++) {
                server.execute(database, "UPDATE t SET v = v + 1 WHERE id = 5");
            }
            assertThat(value(Watched.OLDEST_SNAPSHOT)).isGreaterThanOrEqualTo(before + 20);
            reader.rollback();
        }
    }

    @Test
    void sessionsAndConnectionsAreCountedWithoutTheGatewaysOwn() throws SQLException {
        double idle = value(Watched.ACTIVE_SESSIONS);
        double connections = value(Watched.CONNECTIONS);
        try (Connection busy = server.connect(database);
                Connection own = begun("SET application_name = 'sluice migration 7'");
                Statement cancel = busy.createStatement()) {
            CompletableFuture<Void> sleep = start(busy, "SELECT pg_sleep(60)");
            CompletableFuture<Void> batch = start(own, "SELECT pg_sleep(60)");

            await().until(() -> value(Watched.ACTIVE_SESSIONS) == idle + 1);
            assertThat(value(Watched.CONNECTIONS)).isGreaterThan(connections);

            cancel.cancel();
            server.execute(
                    database, "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sl%'");
            await().until(() -> sleep.isDone() && batch.isDone());
        }
    }

    @Test
    void checkpointsThatWereAskedForAndTheLogAreCountedAsTheyGrow() throws SQLException {
        sensor.read();
        server.execute(database, "SELECT pg_logical_emit_message(true, 'x', repeat(md5('y'), 100000))", "CHECKPOINT");

        await().until(() -> value(Watched.CHECKPOINTS) >= 1);
        assertThat(value(Watched.WAL_RATE)).isPositive();
    }

    @Test
    void threadsThatWaitForAConnectionOfTheGatewaysAreSeen() throws Exception {
        ControlUpstream one = new ControlUpstream("test", server.url(database), "postgres", server.password(), 1);
        try (ControlPools pools = new ControlPools(List.of(one))) {
            ControlDatabase control = pools.database("test", database);
            PoolSensor pool = new PoolSensor(control::waiting, Watched.POOL_WAITS.byDefault());
            Connection held = control.connection();
            assertThat(pool.read().getFirst().pressure()).isZero();
            CompletableFuture<Void> waits = CompletableFuture.runAsync(
                    () -> {
                        try (Connection second = control.connection()) {
                            assertThat(second).isNotNull();
                        } catch (SQLException e) {
                            throw new IllegalStateException(e);
                        }
                    },
                    task -> Thread.ofVirtual().start(task));

            await().until(() -> pool.read().getFirst().value().orElseThrow() == 1);
            assertThat(pool.read().getFirst().pressure()).isPositive();
            held.close();
            await().until(waits::isDone);
            assertThat(waits).isCompleted();
        }
    }
}
