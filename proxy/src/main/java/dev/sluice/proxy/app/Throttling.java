package dev.sluice.proxy.app;

import dev.sluice.policies.policy.Policy;
import dev.sluice.proxy.api.ControlPlane.ThrottleRow;
import dev.sluice.proxy.bulk.ApplicationBackfills;
import dev.sluice.proxy.catalog.ControlPools;
import dev.sluice.proxy.catalog.PostgresLoadSensor;
import dev.sluice.proxy.config.Configuration;
import dev.sluice.proxy.config.ThrottleConfig;
import dev.sluice.proxy.session.BulkPacing;
import dev.sluice.proxy.session.SessionInfo;
import dev.sluice.proxy.session.TrafficListener;
import dev.sluice.proxy.throttle.LatencyWindow;
import dev.sluice.proxy.throttle.Pacer;
import dev.sluice.proxy.throttle.Reading;
import dev.sluice.proxy.throttle.Sensor;
import dev.sluice.proxy.throttle.Throttle;
import dev.sluice.proxy.throttle.ThrottleSettings;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** The throttle, put together: the relay tells it latencies from the first client on, sensors come with the control plane. */
final class Throttling implements AutoCloseable {

    private final Configuration configuration;
    private final ThrottleSettings settings;
    private final CompletableFuture<ControlPools> pools = new CompletableFuture<>();
    private final Throttle throttle;
    private final ApplicationBackfills applications;
    private volatile Policy policy;

    Throttling(Configuration configuration, Policy policy) {
        this.configuration = configuration;
        this.policy = policy;
        ThrottleConfig c = configuration.throttle();
        this.settings = new ThrottleSettings(
                c.maxReplicationLag(), c.maxLatencyFactor(), c.maxActiveSessions(), c.maxRowsPerSecond());
        this.throttle = new Throttle(settings, this::sensor);
        this.applications = new ApplicationBackfills(() -> this.policy, throttle, Clock.systemUTC());
    }

    /** Hears of one upstream's traffic. */
    TrafficListener listener(String upstream) {
        LatencyWindow latency = throttle.latency(upstream);
        return new TrafficListener() {
            @Override
            public void answered(long startedNanos, long endedNanos) {
                latency.answered(startedNanos, endedNanos);
            }

            @Override
            public BulkPacing pacing(Supplier<SessionInfo> session) {
                return applications.pacing(session);
            }
        };
    }

    /** From now on this policy says which statements are paced. */
    void reload(Policy now) {
        policy = now;
    }

    /** The applications' own backfills. */
    ApplicationBackfills applications() {
        return applications;
    }

    /** From now on the sensors can ask databases. */
    void connect(ControlPools made) {
        pools.complete(made);
    }

    /** The gateway's own connections, once there are any. */
    CompletableFuture<ControlPools> pools() {
        return pools;
    }

    Pacer pacer() {
        return throttle;
    }

    List<ThrottleRow> rows() {
        return configuration.upstreams().keySet().stream()
                .sorted()
                .map(this::row)
                .toList();
    }

    double pressure(String upstream) {
        return throttle.status(upstream).pressure().level();
    }

    private ThrottleRow row(String upstream) {
        Throttle.Status status = throttle.status(upstream);
        String reason = status.pressure().reason();
        Map<String, String> signals = new LinkedHashMap<>();
        for (Reading reading : status.readings()) {
            signals.put(reading.signal(), reading.text());
        }
        return new ThrottleRow(
                upstream,
                status.pressure().level(),
                reason.isEmpty() ? Optional.empty() : Optional.of(reason),
                signals);
    }

    private Sensor sensor(String upstream, String database) {
        ControlPools made = pools.getNow(null);
        if (made == null || !made.upstream(upstream).isPostgres()) {
            return List::of;
        }
        return new PostgresLoadSensor(made.database(upstream, database), settings);
    }

    @Override
    public void close() {
        throttle.close();
    }
}
