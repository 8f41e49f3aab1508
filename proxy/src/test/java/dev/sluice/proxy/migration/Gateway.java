package dev.sluice.proxy.migration;

import dev.sluice.policies.plan.PhaseName;
import dev.sluice.policies.plan.Plan;
import dev.sluice.policies.plan.Step;
import dev.sluice.proxy.catalog.ControlPools;
import dev.sluice.proxy.catalog.ControlUpstream;
import dev.sluice.proxy.migration.postgres.PostgresEngine;
import dev.sluice.proxy.testing.Patience;
import dev.sluice.proxy.testing.TestServer;
import dev.sluice.proxy.throttle.Pacer;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A gateway's control plane on one test database, and a client that does what the gateway would have it do. */
final class Gateway implements AutoCloseable {

    final DatabaseRef ref;
    final ControlPools pools;
    final LedgerMigrations migrations;
    /** What this gateway has ended. */
    final List<MigrationEnd> ends = new CopyOnWriteArrayList<>();

    private final TestServer server;

    Gateway(TestServer server, String database, RunnerSettings settings) {
        this(server, database, settings, server.upstream(), Pacer.UNTHROTTLED);
    }

    Gateway(TestServer server, String database, RunnerSettings settings, ControlUpstream upstream, Pacer pacer) {
        this.server = server;
        ref = new DatabaseRef("test", database);
        pools = new ControlPools(List.of(upstream));
        PostgresEngine engine = new PostgresEngine(pacer);
        migrations = new LedgerMigrations(pools, settings, any -> engine, ends::add);
    }

    static RunnerSettings settings(String name) {
        return new RunnerSettings(
                name,
                Duration.ofSeconds(2),
                Duration.ofMillis(100),
                Duration.ofMillis(200),
                Duration.ofMillis(50),
                Duration.ofMillis(100),
                Duration.ofSeconds(10),
                8);
    }

    /** Proposes a plan and runs its expansion in a transaction of the client's, as the superuser. */
    long expand(Plan plan) throws Exception {
        try (Connection client = server.connect(ref.database())) {
            client.setAutoCommit(false);
            long id = expandIn(client, plan, "postgres");
            client.commit();
            return id;
        }
    }

    long expandIn(Connection client, Plan plan, String role) throws Exception {
        var proposal = migrations.propose(
                new Migrations.Request(ref, "ALTER TABLE orders …", Plans.decision(plan), role, "test"));
        try (Statement statement = client.createStatement()) {
            for (var phase : proposal.prepared().plan().phases()) {
                if (phase.name() == PhaseName.EXPAND) {
                    for (var step : phase.steps()) {
                        for (String sql : ((Step.Statements) step).sql()) {
                            statement.execute(sql);
                        }
                    }
                }
            }
            statement.execute(proposal.expanded());
        }
        return proposal.id();
    }

    /** Proposes a plan that has nothing to expand. */
    long propose(Plan plan) throws MigrationException {
        long id = migrations
                .propose(new Migrations.Request(ref, "…", Plans.decision(plan), "postgres", "test"))
                .id();
        migrations.expanded(ref, id);
        return id;
    }

    Migration await(long id) throws Exception {
        return migrations.await(ref, id, Patience.LONG, m -> {});
    }

    Migration find(long id) throws Exception {
        return migrations.find(ref, id).orElseThrow();
    }

    @Override
    public void close() {
        migrations.close();
        pools.close();
    }
}
