package dev.sluice.proxy.app;

import dev.sluice.policies.policy.Policy;
import dev.sluice.proxy.bulk.ApplicationBackfills;
import dev.sluice.proxy.catalog.ControlPools;
import dev.sluice.proxy.config.Configuration;
import dev.sluice.proxy.session.BulkPacing;
import dev.sluice.proxy.session.SessionInfo;
import dev.sluice.proxy.session.TrafficListener;
import dev.sluice.proxy.throttle.LatencyWindow;
import dev.sluice.proxy.throttle.Pacer;
import dev.sluice.proxy.throttle.Peers;
import dev.sluice.proxy.throttle.Reading;
import dev.sluice.proxy.throttle.Sensor;
import dev.sluice.proxy.throttle.Sensors;
import dev.sluice.proxy.throttle.Throttle;
import dev.sluice.proxy.throttle.ThrottleListener;
import dev.sluice.proxy.throttle.ThrottleSettings;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** The throttle, put together: the relay tells it latencies from the first client on, sensors come with the control plane. */
final class Throttling implements AutoCloseable {

    private final Configuration configuration;
    private final CompletableFuture<ControlPools> pools = new CompletableFuture<>();
    private final Throttle throttle;
    private final ApplicationBackfills applications;
    private volatile Policy policy;
    private volatile Connected connected = new Connected(Optional.empty(), ThrottleListener.NONE);

    /** What comes with the control plane. */
    private record Connected(Optional<ThrottleSensors> sensors, ThrottleListener listener) {}

    Throttling(Configuration configuration, Policy policy) {
        this.configuration = configuration;
        this.policy = policy;
        this.throttle =
                new Throttle(configuration.throttle(), new LateSensors(), new LateListener(), Clock.systemUTC());
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
    void connect(ControlPools made, ThrottleSensors sensors, ThrottleListener listener) {
        connected = new Connected(Optional.of(sensors), listener);
        pools.complete(made);
    }

    /** From now on these limits hold. */
    void set(ThrottleSettings settings) {
        throttle.set(settings);
    }

    /** The gateway's own connections, once there are any. */
    CompletableFuture<ControlPools> pools() {
        return pools;
    }

    Pacer pacer() {
        return throttle;
    }

    /** What it sees and does. */
    ThrottleReport report() {
        return new ThrottleReport(configuration, throttle, applications);
    }

    @Override
    public void close() {
        throttle.close();
        connected.sensors().ifPresent(ThrottleSensors::close);
    }

    /** Sees nothing until the control plane is there: nobody works before that either. */
    private final class LateSensors implements Sensors {
        @Override
        public List<Sensor> of(
                String upstream, String database, ThrottleSettings settings, Supplier<Set<Pacer.Work>> work) {
            return connected
                    .sensors()
                    .map(s -> s.of(upstream, database, settings, work))
                    .orElse(List.of());
        }

        @Override
        public Peers peers(String upstream, String database) {
            return connected.sensors().map(s -> s.peers(upstream, database)).orElse(Peers.NONE);
        }

        @Override
        public Set<String> databases(String upstream) {
            return connected.sensors().map(s -> s.databases(upstream)).orElse(Set.of());
        }
    }

    private final class LateListener implements ThrottleListener {
        @Override
        public void stopped(String upstream, Reading deciding, Set<Pacer.Work> atWork) {
            connected.listener().stopped(upstream, deciding, atWork);
        }

        @Override
        public void wentOn(String upstream, Reading deciding, Set<Pacer.Work> atWork) {
            connected.listener().wentOn(upstream, deciding, atWork);
        }
    }
}
