package dev.sluice.proxy.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.proxy.testing.TestStandby;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real standby whose replay is paused while rows are filled on its primary. */
@Tag("integration")
class PausedStandbyTest {

    private static final String ALTER = "ALTER TABLE orders ADD COLUMN ref uuid NOT NULL DEFAULT gen_random_uuid()";
    private static final int ROWS = 40_000;
    private static final int ROWS_PER_SECOND = 7_000;

    private static TestStandby servers;
    private @TempDir Path folder;

    @BeforeAll
    static void start(@TempDir Path data) throws Exception {
        servers = new TestStandby(data);
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    @BeforeEach
    void table() throws Exception {
        servers.execute(
                "DROP SCHEMA IF EXISTS sluice CASCADE",
                "DROP TABLE IF EXISTS orders",
                "CREATE TABLE orders (id int PRIMARY KEY)",
                "INSERT INTO orders SELECT generate_series(1, " + ROWS + ")");
    }

    private PacedMigration gateway(String throttle) throws Exception {
        String yaml = """
                listeners: [{address: "127.0.0.1:0", upstream: orders}]
                upstreams: {orders: {url: "jdbc:postgresql://127.0.0.1:%d/postgres", user: postgres}}
                throttle: {max_rows_per_second: %d%s}
                """.formatted(servers.primaryPort(), ROWS_PER_SECOND, throttle);
        return new PacedMigration(folder, yaml, "jdbc:postgresql://127.0.0.1:PORT/postgres", "postgres", "");
    }

    @Test
    void aStandbyThatStandsStillStopsTheBackfillWithinTwoSecondsAndItGoesOnAfter() throws Exception {
        try (PacedMigration migration = gateway("")) {
            migration.begin(ALTER);
            servers.pauseReplay();
            long atPause = migration.seen().rowsDone();

            PacedMigration.Seen stopped = migration.untilItStands("replica");
            servers.resumeReplay();
            PacedMigration.Seen end = migration.until(seen -> seen.state().equals("complete"));

            assertThat(stopped.reason()).matches("replication_(stall|lag) of replica@127.0.0.1 .*");
            // Two seconds by what is written in them, so that a slow machine's clock does not count.
            assertThat(stopped.rowsDone() - atPause).isLessThan(2 * ROWS_PER_SECOND);
            assertThat(end.rowsDone()).isEqualTo(ROWS);
            assertThat(migration.audit()).contains("\"change\":\"stopped\"").contains("\"change\":\"went on\"");
        }
    }

    @Test
    void aReplicaThatIsConfiguredIsAskedItself() throws Exception {
        String replica = ", signals: {replication_stall: off}, replicas: {reports:"
                + " {url: \"jdbc:postgresql://127.0.0.1:" + servers.standbyPort() + "/postgres\", user: postgres}}";
        try (PacedMigration migration = gateway(replica)) {
            migration.begin(ALTER);
            servers.pauseReplay();

            migration.untilItStands("replication_lag");
            servers.resumeReplay();

            assertThat(migration.audit()).contains("\"reading\":\"replication_lag of reports ∞ s");
            assertThat(migration.until(seen -> seen.state().equals("complete")).rowsDone())
                    .isEqualTo(ROWS);
        }
    }
}
