package dev.sluice.proxy.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.plan.Plan;
import dev.sluice.proxy.catalog.ControlPools;
import dev.sluice.proxy.equivalence.CatalogSnapshot;
import dev.sluice.proxy.migration.postgres.PostgresEngine;
import dev.sluice.proxy.plan.PlanRunner;
import dev.sluice.proxy.testing.CrashingEngine;
import dev.sluice.proxy.testing.TestServer;
import dev.sluice.proxy.testing.Writer;
import dev.sluice.proxy.throttle.Pacer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Plans of every shape whose gateway dies at each commit, before it and behind it by turns, under an application that goes
 * on writing: the end is the statement's own. A gateway dies here as far as the server can tell: its connections are gone
 * at that instant, and it never asks for anything again.
 */
@Tag("integration")
class PlanCrashTest {

    private static final int ROWS = 2_000;
    private static final int MOST_DEATHS = 60;
    private static final List<String> FIXTURE = List.of(
            "CREATE DOMAIN positive AS int CHECK (VALUE > 0)",
            "CREATE TABLE customers (id bigint PRIMARY KEY)",
            "INSERT INTO customers SELECT generate_series(1, 10)",
            "CREATE TABLE orders (id bigint PRIMARY KEY, v int, p positive DEFAULT 1)",
            "INSERT INTO orders SELECT i, i FROM generate_series(1, " + ROWS + ") i",
            "CREATE TABLE parts (id bigint NOT NULL, v int) PARTITION BY RANGE (id)",
            "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (1000)",
            "CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (1000) TO (9000) PARTITION BY RANGE (id)",
            "CREATE TABLE parts_2a PARTITION OF parts_2 FOR VALUES FROM (1000) TO (9000)",
            "INSERT INTO parts SELECT i, i FROM generate_series(1, " + ROWS + ") i",
            "ANALYZE");

    private final TestServer server = TestServer.newest();
    private final String database = server.newDatabaseAfter(FIXTURE);

    /** What a dead gateway throws at whoever still asks it for something. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1;

        Killed() {
            super("killed by the test", null, false, false);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE orders ADD COLUMN total int /* sluice: backfill=\"id * 2\" */",
                "ALTER TABLE orders ADD COLUMN c bigint DEFAULT (1 + random() * 8)::int REFERENCES customers",
                "ALTER TABLE orders ADD COLUMN n bigint GENERATED ALWAYS AS IDENTITY",
                "ALTER TABLE orders ALTER COLUMN v SET NOT NULL",
                "ALTER DOMAIN positive ADD CONSTRAINT small CHECK (VALUE < 1000000)",
                "CREATE INDEX orders_v ON orders (v)",
                "ALTER TABLE parts ADD COLUMN ref uuid NOT NULL DEFAULT gen_random_uuid(), ADD UNIQUE (ref, id)",
                "CREATE INDEX ON parts (v)"
            })
    void theEndIsTheStatementsOwn(String sql) throws Exception {
        String twin = server.newDatabaseAfter(FIXTURE);
        // What a directive asks for takes two statements without one.
        boolean told = sql.contains("backfill=");
        server.execute(
                twin,
                told
                        ? new String[] {"ALTER TABLE orders ADD COLUMN total int", "UPDATE orders SET total = id * 2"}
                        : new String[] {sql});
        long id = expand(sql);
        int deaths = 0;
        try (Writer writer = new Writer(() -> server.connect(database), ROWS)) {
            while (!runs(id, deaths % 2 == 0)) {
                assertThat(++deaths).isLessThan(MOST_DEATHS);
            }
            long inserted = writer.stop();
            assertThat(server.text(database, "SELECT count(*) FROM orders")).isEqualTo(Long.toString(ROWS + inserted));
        }
        assertThat(deaths).isGreaterThan(1);
        assertThat(state(id)).isEqualTo("complete");
        try (Connection here = server.connect(database);
                Connection there = server.connect(twin)) {
            assertThat(CatalogSnapshot.of(here)).isEqualTo(CatalogSnapshot.of(there));
        }
        server.drop(twin);
        server.drop(database);
    }

    private long expand(String sql) throws Exception {
        Plan plan;
        try (Connection connection = server.connect(database)) {
            plan = new PlanRunner(connection).judge(sql).plan();
        }
        try (Connection client = server.connect(database)) {
            client.setAutoCommit(false);
            long id;
            try (Gateway proposer = new Gateway(server, database, Gateway.settings("proposer"))) {
                id = proposer.expandIn(client, plan, "postgres");
            }
            // Only once the gateway that proposed it is gone is there something to run.
            client.commit();
            return id;
        }
    }

    /**
     * A gateway's life.
     *
     * @param behind whether it dies behind its first commit, or before its second
     * @return whether it lived to see the end
     */
    private boolean runs(long id, boolean behind) throws Exception {
        Death death = new Death();
        CrashingEngine engine = new CrashingEngine(
                new PostgresEngine(Pacer.UNTHROTTLED), Set.of("advance"), behind ? 1 : 2, !behind, () -> die(death));
        ControlPools pools = new ControlPools(List.of(server.upstream()));
        String name = "gateway " + System.nanoTime();
        LedgerMigrations migrations = new LedgerMigrations(
                pools,
                Gateway.settings(name).withLease(name, Duration.ofMillis(200)),
                upstream -> engine,
                MigrationEnd.Listener.NONE);
        try {
            migrations.await(new DatabaseRef("test", database), id, Duration.ZERO, m -> {});
            Awaitility.await()
                    .dontCatchUncaughtExceptions()
                    .until(() -> engine.isDead() || !state(id).matches("proposed|ready|running|throttled"));
            return !engine.isDead();
        } catch (Killed | MigrationException e) {
            assertThat(engine.isDead()).as(e.toString()).isTrue();
            return false;
        } finally {
            Awaitility.await().dontCatchUncaughtExceptions().until(() -> !engine.isDead() || death.over);
            pools.close();
        }
    }

    /** A gateway's end; over when the server has none of its connections any more, and so another one may come. */
    private static final class Death {
        final AtomicBoolean begun = new AtomicBoolean();
        volatile boolean over;
    }

    /** Once: what of a dead gateway still stirs must not take its successor's connections. */
    private void die(Death death) {
        if (!death.begun.getAndSet(true)) {
            try {
                server.execute(
                        "postgres",
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + database
                                + "' AND application_name LIKE 'sluice%'");
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            } finally {
                death.over = true;
            }
        }
        throw new Killed();
    }

    private String state(long id) throws SQLException {
        return server.text(database, "SELECT state FROM sluice.migrations WHERE id = " + id);
    }
}
