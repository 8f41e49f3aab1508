package dev.sluice.proxy.app;

import dev.sluice.proxy.catalog.ControlDatabase;
import dev.sluice.proxy.catalog.ControlPools;
import dev.sluice.proxy.catalog.ControlUpstream;
import dev.sluice.proxy.ledger.LedgerPeers;
import dev.sluice.proxy.migration.DatabaseRef;
import dev.sluice.proxy.throttle.Pacer.Work;
import dev.sluice.proxy.throttle.Peers;
import dev.sluice.proxy.throttle.Sensor;
import dev.sluice.proxy.throttle.Sensors;
import dev.sluice.proxy.throttle.Signal;
import dev.sluice.proxy.throttle.ThrottleSettings;
import dev.sluice.proxy.throttle.ThrottleSettings.Replica;
import dev.sluice.proxy.throttle.Watched;
import dev.sluice.proxy.throttle.sensor.MySqlReplicaSensor;
import dev.sluice.proxy.throttle.sensor.MySqlSensor;
import dev.sluice.proxy.throttle.sensor.PoolSensor;
import dev.sluice.proxy.throttle.sensor.PostgresReplicaSensor;
import dev.sluice.proxy.throttle.sensor.PostgresSensor;
import dev.sluice.proxy.throttle.sensor.QuerySensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What the throttle sees of servers, through the gateway's own connections. Thread-safe. */
final class ThrottleSensors implements Sensors, AutoCloseable {

    private static final int REPLICA_CONNECTIONS = 2;

    private final ControlPools pools;
    private final String gateway;
    private final Supplier<Set<DatabaseRef>> busy;
    private final Map<DatabaseRef, Peers> peers = new ConcurrentHashMap<>();
    private final Map<Replica, ControlPools> replicas = new ConcurrentHashMap<>();

    /** @param busy databases in which a migration may be under way, through whichever gateway */
    ThrottleSensors(ControlPools pools, String gateway, Supplier<Set<DatabaseRef>> busy) {
        this.pools = pools;
        this.gateway = gateway;
        this.busy = busy;
    }

    @Override
    public List<Sensor> of(String upstream, String database, ThrottleSettings settings, Supplier<Set<Work>> work) {
        ControlDatabase here = pools.database(upstream, database);
        List<Sensor> sensors = new ArrayList<>();
        Optional<Signal> lag = settings.signal(Watched.REPLICATION_LAG);
        boolean asked = settings.signals().keySet().stream().anyMatch(Watched::ofServer);
        if (here.upstream().isPostgres()) {
            PostgresSensor primary = new PostgresSensor(() -> here.dedicated("sluice signals"), settings, work);
            if (asked) {
                sensors.add(primary);
            }
            lag.ifPresent(signal -> replicas(upstream, settings)
                    .forEach(r -> sensors.add(r.lagQuery()
                            .<Sensor>map(sql -> new QuerySensor(replica(r)::onDefaultPath, sql, signal, r.name()))
                            .orElseGet(() ->
                                    new PostgresReplicaSensor(replica(r)::connection, r.name(), signal, primary)))));
        } else {
            if (asked) {
                sensors.add(new MySqlSensor(here::connection, settings, work));
            }
            lag.ifPresent(signal -> replicas(upstream, settings)
                    .forEach(r -> sensors.add(r.lagQuery()
                            .<Sensor>map(sql -> new QuerySensor(replica(r)::onDefaultPath, sql, signal, r.name()))
                            .orElseGet(() -> new MySqlReplicaSensor(replica(r)::connection, r.name(), signal)))));
        }
        settings.signal(Watched.POOL_WAITS).ifPresent(signal -> sensors.add(new PoolSensor(here::waiting, signal)));
        settings.queries().stream()
                .filter(q -> q.upstream().equals(upstream))
                .forEach(q -> sensors.add(new QuerySensor(asked(q, here)::onDefaultPath, q.sql(), q.signal(), "")));
        return sensors;
    }

    private ControlDatabase asked(ThrottleSettings.Query query, ControlDatabase here) {
        ControlUpstream server = here.upstream();
        return query.database().isEmpty()
                ? pools.database(server.name(), server.database())
                : pools.database(server.name(), query.database());
    }

    private static List<Replica> replicas(String upstream, ThrottleSettings settings) {
        return settings.replicas().stream()
                .filter(r -> r.upstream().equals(upstream))
                .toList();
    }

    private ControlDatabase replica(Replica replica) {
        ControlUpstream server = new ControlUpstream(
                "replica " + replica.name(), replica.url(), replica.user(), replica.password(), REPLICA_CONNECTIONS);
        return replicas.computeIfAbsent(replica, r -> new ControlPools(List.of(server)))
                .database(server.name(), server.database());
    }

    @Override
    public Peers peers(String upstream, String database) {
        return peers.computeIfAbsent(new DatabaseRef(upstream, database), ref -> {
            ControlDatabase here = pools.database(upstream, database);
            return here.upstream().isPostgres()
                    ? LedgerPeers.postgres(gateway, here::connection)
                    : LedgerPeers.mysql(gateway, here::connection);
        });
    }

    @Override
    public Set<String> databases(String upstream) {
        return busy.get().stream()
                .filter(ref -> ref.upstream().equals(upstream))
                .map(DatabaseRef::database)
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public void close() {
        replicas.values().forEach(ControlPools::close);
    }
}
