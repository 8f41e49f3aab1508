package dev.sluice.proxy.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.proxy.mysql.EmbeddedMariaDb;
import dev.sluice.proxy.mysql.MariaDbReplica;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real MariaDB replica that stops applying while rows are filled on its source. */
@Tag("integration")
class PausedReplicaTest {

    private static final int ROWS = 20_000;
    private @TempDir Path folder;

    @Test
    void aReplicaThatStopsApplyingStopsTheBackfillAndItGoesOnAfter() throws Exception {
        try (MariaDbReplica servers = new MariaDbReplica();
                PacedMigration migration = gateway(servers)) {
            servers.execute("CREATE TABLE orders (id INT PRIMARY KEY) AS SELECT seq AS id FROM seq_1_to_" + ROWS);
            migration.begin("ALTER TABLE orders ADD COLUMN ref CHAR(36) NOT NULL DEFAULT (UUID())");
            servers.pause();

            PacedMigration.Seen stopped = migration.untilItStands("reports");
            servers.resume();
            PacedMigration.Seen end = migration.until(seen -> seen.state().equals("complete"));

            assertThat(stopped.reason()).startsWith("replication_lag of reports ∞ s");
            assertThat(stopped.rowsDone()).isBetween(1L, ROWS - 1L);
            assertThat(end.rowsDone()).isEqualTo(ROWS);
        }
    }

    private PacedMigration gateway(MariaDbReplica servers) throws Exception {
        String yaml = """
                listeners: [{address: "127.0.0.1:0", upstream: orders}]
                upstreams: {orders: {url: "jdbc:mysql://127.0.0.1:%d/shop", user: %s, password: %s}}
                throttle:
                  max_rows_per_second: 2500
                  replicas: {reports: {url: "jdbc:mysql://127.0.0.1:%d/", user: %2$s, password: %3$s}}
                """.formatted(
                        servers.sourcePort(), EmbeddedMariaDb.USER, EmbeddedMariaDb.PASSWORD, servers.replicaPort());
        return new PacedMigration(
                folder,
                yaml,
                "jdbc:mysql://127.0.0.1:PORT/shop?sslMode=DISABLED",
                EmbeddedMariaDb.USER,
                EmbeddedMariaDb.PASSWORD);
    }
}
