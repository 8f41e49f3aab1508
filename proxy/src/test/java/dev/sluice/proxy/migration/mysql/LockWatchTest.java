package dev.sluice.proxy.migration.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.proxy.catalog.ControlPools;
import dev.sluice.proxy.catalog.ControlUpstream;
import dev.sluice.proxy.mysql.TestDatabase;
import dev.sluice.proxy.session.Gate;
import dev.sluice.proxy.testing.Sql;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("integration")
class LockWatchTest {

    /** Looks come at fifths of it. */
    private static final Duration LONG = Duration.ofSeconds(15);

    private final TestDatabase server = TestDatabase.embeddedMariaDb();
    private final Gate gate = new Gate();
    private String database;

    @BeforeEach
    void table() throws Exception {
        database = server.newDatabase();
        server.execute(database, "CREATE TABLE t (id INT PRIMARY KEY)", "INSERT INTO t VALUES (1)");
    }

    private CompletableFuture<Void> added(Connection worker) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        Sql.execute(worker, "ALTER TABLE t ADD COLUMN a INT");
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                },
                Thread::startVirtualThread);
    }

    @Test
    void clientsAreKeptAtTheGateWhileTheStatementWaitsForItsLock() throws Exception {
        ControlUpstream upstream = new ControlUpstream("orders", server.url(""), "lab", "lab", 8);
        try (ControlPools pools = new ControlPools(List.of(upstream));
                Connection holder = server.connect(database);
                Connection worker = server.connect(database)) {
            holder.setAutoCommit(false);
            Sql.number(holder, "SELECT id FROM t");
            long id = Sql.number(worker, "SELECT CONNECTION_ID()");
            LockWatch watch = new LockWatch(pools.database("orders", ""), id, "KILL QUERY " + id, LONG, gate);
            try (watch) {
                assertThat(gate.isClosed()).as("before it waits").isFalse();
                CompletableFuture<Void> added = added(worker);
                Awaitility.await().until(() -> gate.isClosed() || added.isDone());
                assertThat(gate.isClosed()).as("while it waits").isTrue();
                holder.commit();
                added.get(LONG.toSeconds(), TimeUnit.SECONDS);
            }
            assertThat(gate.isClosed()).as("once it is over").isFalse();
            assertThat(watch.killed()).isFalse();
        }
    }
}
