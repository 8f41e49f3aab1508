package dev.sluice.proxy.throttle.sensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.proxy.mysql.TestDatabase;
import dev.sluice.proxy.throttle.Pacer.Work;
import dev.sluice.proxy.throttle.Reading;
import dev.sluice.proxy.throttle.ThrottleSettings;
import dev.sluice.proxy.throttle.Watched;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each signal of a real server: on the MySQL that is named, else on MariaDB. */
@Tag("integration")
class MySqlSensorTest {

    /** MariaDB looks at its locks anew only where nobody has asked for a tenth of a second. */
    private static final Duration ABOVE_CACHE = Duration.ofMillis(250);

    private static final ThrottleSettings ALL =
            ThrottleSettings.DEFAULTS.with(Watched.ACTIVE_SESSIONS, Watched.ACTIVE_SESSIONS.byDefault());

    private final TestDatabase server = TestDatabase.mysql().orElseGet(TestDatabase::embeddedMariaDb);
    private String database = "";
    private final MySqlSensor sensor =
            new MySqlSensor(() -> server.connect(database), ALL, () -> Set.of(new Work("test", database, 7, "shop.t")));

    @BeforeEach
    void table() throws SQLException {
        database = server.newDatabase();
        server.execute(database, "CREATE TABLE t (id int PRIMARY KEY, v int)", "INSERT INTO t VALUES (1, 0), (2, 0)");
    }

    private Optional<Reading> reading(Watched watched) {
        return sensor.read().stream()
                .filter(r -> r.signal().name().equals(watched.word()))
                .findFirst();
    }

    private double value(Watched watched) {
        return reading(watched).orElseThrow().value().orElseThrow();
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

    @Test
    void allThatTheServerTellsCanBeRead() {
        List<Reading> readings = sensor.read();

        assertThat(readings).allMatch(Reading::seen);
        assertThat(value(Watched.ACTIVE_SESSIONS)).isPositive();
        assertThat(value(Watched.CONNECTIONS)).isBetween(0.001, 100.0);
        assertThat(value(Watched.DIRTY_PAGES)).isBetween(0.0, 100.0);
    }

    @Test
    void undoThatASnapshotKeepsFromBeingPurgedIsSeen() throws SQLException {
        try (Connection reader = begun("START TRANSACTION WITH CONSISTENT SNAPSHOT", "SELECT * FROM t")) {
            for (int i = 0; i < 50; i++) {
                server.execute(database, "UPDATE t SET v = v + 1 WHERE id = 1");
            }
            await().until(() -> value(Watched.HISTORY_LIST) >= 50);
            reader.rollback();
        }
    }

    @Test
    void whoWaitsForARowOfABatchIsCounted() throws SQLException {
        try (Connection batch = begun("SELECT GET_LOCK('sluice.run.7', 1)", "UPDATE t SET v = 2 WHERE id = 1");
                Connection client = server.connect(database)) {
            assertThat(value(Watched.LOCK_WAITS)).isZero();
            CompletableFuture<Void> waits = updating(client);

            await().pollInterval(ABOVE_CACHE).until(() -> value(Watched.LOCK_WAITS) == 1);
            batch.rollback();
            await().until(waits::isDone);
        }
    }

    @Test
    void theConnectionsOfAMigrationThatWaitForEachOtherAreNotCounted() throws SQLException {
        try (Connection batch = begun("SELECT GET_LOCK('sluice.run.7', 1)", "UPDATE t SET v = 2 WHERE id = 1");
                Connection lane = begun("SELECT GET_LOCK('sluice.run.7.1', 1)");
                Connection client = server.connect(database)) {
            List<CompletableFuture<Void>> waits = List.of(updating(lane), updating(client));

            await().pollInterval(ABOVE_CACHE).until(() -> waiting() == 2);
            assertThat(value(Watched.LOCK_WAITS)).isOne();
            batch.rollback();
            await().until(() -> waits.get(0).isDone() || waits.get(1).isDone());
            lane.rollback();
            await().until(() -> waits.stream().allMatch(CompletableFuture::isDone));
        }
    }

    private static CompletableFuture<Void> updating(Connection connection) {
        return CompletableFuture.runAsync(
                () -> {
                    try (Statement update = connection.createStatement()) {
                        update.execute("UPDATE t SET v = 3 WHERE id = 1");
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                },
                task -> Thread.ofVirtual().start(task));
    }

    /** Transactions that wait for a row, whoever has it. */
    private double waiting() throws SQLException {
        try (Connection connection = server.connect(database)) {
            return Asking.number(
                            connection,
                            "SELECT COUNT(*) FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'")
                    .orElse(0.0);
        }
    }

    @Test
    void aGroupsFlowControlIsReadWhereTheServerIsOfAGroup() throws SQLException {
        assumeTrue(isOfGroup(), "the server is of no group");

        Reading flow = reading(Watched.FLOW_CONTROL).orElseThrow();

        assertThat(flow.seen()).isTrue();
        assertThat(flow.value().orElseThrow()).isBetween(0.0, 100.0);
    }

    private boolean isOfGroup() throws SQLException {
        try (Connection connection = server.connect(database)) {
            String sql = server.mariaDb()
                    ? "SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS"
                            + " WHERE VARIABLE_NAME = 'WSREP_CLUSTER_SIZE'"
                    : "SELECT COUNT(*) FROM performance_schema.replication_group_members WHERE MEMBER_STATE = 'ONLINE'";
            return Asking.number(connection, sql).orElse(0.0) > 0;
        }
    }
}
