package dev.sluice.proxy.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.sluice.proxy.testing.TestPostgres;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ControlDatabaseTest {

    @Test
    void whoeverWaitsForAConnectionThatIsBeingOpenedTellsOfNoShortage() throws Exception {
        ServerSocket silent = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        String url = "jdbc:postgresql://127.0.0.1:" + silent.getLocalPort() + "/none";
        // The pool ends once the server has hung up.
        try (ControlPools pools = new ControlPools(List.of(new ControlUpstream("silent", url, "", "", 2)));
                silent) {
            ControlDatabase database = pools.database("silent", "none");
            Thread.ofVirtual().start(() -> connect(database));

            await().until(() -> database.pool() instanceof HikariDataSource pool
                    && pool.getHikariPoolMXBean() != null
                    && pool.getHikariPoolMXBean().getThreadsAwaitingConnection() == 1);

            assertThat(database.waiting()).isZero();
        }
    }

    @Test
    void whoeverWaitsWhileAllConnectionsAreTakenCounts() throws Exception {
        String url = TestPostgres.url("postgres");
        try (ControlPools pools = new ControlPools(List.of(new ControlUpstream("small", url, "postgres", "", 1)));
                Connection taken = pools.database("small", "postgres").connection()) {
            ControlDatabase database = pools.database("small", "postgres");
            assertThat(taken.isValid(1)).isTrue();

            Thread.ofVirtual().start(() -> connect(database));

            await().until(() -> database.waiting() == 1);
        }
    }

    private static void connect(ControlDatabase database) {
        try {
            database.connection().close();
        } catch (SQLException e) {
            // The pool is closed under it.
            return;
        }
    }
}
