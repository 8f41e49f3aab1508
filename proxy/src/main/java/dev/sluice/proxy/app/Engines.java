package dev.sluice.proxy.app;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.facts.MigrationFacts;
import dev.sluice.proxy.catalog.ControlPools;
import dev.sluice.proxy.catalog.ControlUpstream;
import dev.sluice.proxy.catalog.FactsReader;
import dev.sluice.proxy.catalog.MySqlFactsReader;
import dev.sluice.proxy.catalog.PostgresFactsReader;
import dev.sluice.proxy.config.Configuration;
import dev.sluice.proxy.config.LockConfig;
import dev.sluice.proxy.config.UpstreamConfig;
import dev.sluice.proxy.ledger.Ledger;
import dev.sluice.proxy.migration.Engine;
import dev.sluice.proxy.migration.RunnerSettings;
import dev.sluice.proxy.migration.mysql.MySqlEngine;
import dev.sluice.proxy.migration.postgres.PostgresEngine;
import dev.sluice.proxy.session.Gates;
import dev.sluice.proxy.throttle.Pacer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** What differs between server products, put together. */
final class Engines {

    private final Engine postgres;
    private final Engine mysql;

    Engines(Pacer pacer, Gates gates) {
        this.postgres = new PostgresEngine(pacer);
        this.mysql = new MySqlEngine(pacer, gates);
    }

    Engine of(ControlUpstream upstream) {
        return upstream.isPostgres() ? postgres : mysql;
    }

    /** What reads the catalog of each upstream, by its product. */
    FactsReader facts(ControlPools pools) {
        return new FactsByProduct(
                pools,
                new PostgresFactsReader(pools, connection -> inFlight(postgres.ledger(), connection)),
                new MySqlFactsReader(pools, connection -> inFlight(mysql.ledger(), connection)));
    }

    private static Map<QualifiedName, List<MigrationFacts>> inFlight(Ledger ledger, Connection connection)
            throws SQLException {
        return ledger.installed(connection) ? ledger.inFlight(connection) : Map.of();
    }

    static ControlPools pools(Configuration configuration) {
        return new ControlPools(configuration.upstreams().values().stream()
                .map(Engines::upstream)
                .toList());
    }

    static ControlUpstream upstream(UpstreamConfig upstream) {
        return new ControlUpstream(
                upstream.name(),
                upstream.url().forDriver(),
                upstream.user().orElse(""),
                upstream.password().map(s -> s.reveal()).orElse(""),
                upstream.poolSize());
    }

    static RunnerSettings settings(Configuration configuration) {
        LockConfig lock = configuration.lock();
        RunnerSettings defaults = RunnerSettings.defaults();
        return defaults.withLease(configuration.gateway(), defaults.lease())
                .withLocks(lock.timeout(), lock.retry(), lock.patience());
    }
}
