package dev.sluice.proxy.migration.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.proxy.catalog.ControlDatabase;
import dev.sluice.proxy.catalog.ControlPools;
import dev.sluice.proxy.catalog.ControlUpstream;
import dev.sluice.proxy.mysql.TestDatabase;
import dev.sluice.proxy.testing.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nobody writes while snapshots are made, and nobody is kept from it longer than the server was told. */
abstract class WritePauseTest {

    private static final Duration SHORT = Duration.ofMillis(50);

    /** Longer than a test may last. */
    private static final Duration LONG = Duration.ofMinutes(30);

    private final TestDatabase server;
    private String database;

    WritePauseTest(TestDatabase server) {
        this.server = server;
    }

    @BeforeEach
    void table() throws SQLException {
        database = server.newDatabase();
        server.execute(database, "CREATE TABLE t (id INT PRIMARY KEY)");
    }

    private boolean paused(Duration most, WritePause.Work work) throws SQLException {
        ControlUpstream upstream = new ControlUpstream("orders", server.url(""), "lab", "lab", 8);
        try (ControlPools pools = new ControlPools(List.of(upstream))) {
            ControlDatabase control = pools.database("orders", "");
            try (Connection locker = control.dedicated("a test", Map.of("allowMultiQueries", "true"))) {
                Sql.execute(locker, "SET SESSION lock_wait_timeout = 1");
                long id = Sql.number(locker, "SELECT CONNECTION_ID()");
                return new WritePause(locker, id, "`" + database + "`.t", control, most).during(work);
            }
        }
    }

    @Test
    void whoeverWritesMeanwhileWaitsAndGoesOnAsSoonAsTheWorkIsDone() throws SQLException {
        try (Connection writer = server.connect(database)) {
            Sql.execute(writer, "SET SESSION lock_wait_timeout = 1");

            boolean lasted = paused(
                    LONG,
                    () -> assertThatThrownBy(() -> Sql.execute(writer, "INSERT INTO t VALUES (1)"))
                            .isInstanceOfSatisfying(
                                    SQLException.class,
                                    e -> assertThat(e.getErrorCode()).isEqualTo(1205)));

            assertThat(lasted).isTrue();
            Sql.execute(writer, "INSERT INTO t VALUES (2)");
        }
    }

    @Test
    void theServerEndsItByItselfWhoeverStandsStill() throws SQLException {
        try (Connection writer = server.connect(database)) {
            // Done within the work, which thus stands still until the writer is let in.
            boolean lasted = paused(SHORT, () -> Sql.execute(writer, "INSERT INTO t VALUES (1)"));

            assertThat(lasted).as("nobody wrote until the work was done").isFalse();
        }
    }

    @Test
    void aLockThatIsNotToBeHadIsAnError() throws SQLException {
        try (Connection writer = server.connect(database)) {
            writer.setAutoCommit(false);
            Sql.execute(writer, "INSERT INTO t VALUES (1)");

            assertThatThrownBy(() -> paused(SHORT, () -> {}))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getErrorCode()).isEqualTo(1205));
            writer.rollback();
        }
    }
}
