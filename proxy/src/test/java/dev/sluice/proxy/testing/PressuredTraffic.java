package dev.sluice.proxy.testing;

import dev.sluice.policies.policy.Policy;
import dev.sluice.proxy.bulk.ApplicationBackfills;
import dev.sluice.proxy.bulk.PacedSession;
import dev.sluice.proxy.session.BulkPacing;
import dev.sluice.proxy.session.SessionInfo;
import dev.sluice.proxy.session.TrafficListener;
import dev.sluice.proxy.throttle.LatencyWindow;
import dev.sluice.proxy.throttle.Throttle;
import dev.sluice.proxy.throttle.ThrottleListener;
import dev.sluice.proxy.throttle.ThrottleSettings;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Paces by the real throttle, whose one sensor shows what a test says. */
public final class PressuredTraffic implements TrafficListener, AutoCloseable {

    private volatile double pressure;
    private volatile long foregroundNanos;
    private volatile boolean closed;
    private volatile Policy policy;
    private final Throttle throttle;
    private final ApplicationBackfills applications;

    public PressuredTraffic(Policy policy) {
        this.policy = policy;
        this.throttle = new Throttle(
                ThrottleSettings.DEFAULTS,
                new TestSensors(() -> pressure),
                ThrottleListener.NONE,
                InstantSource.system());
        this.applications = new ApplicationBackfills(() -> this.policy, throttle, Clock.systemUTC());
    }

    /**
     * From now on somebody else's requests to the upstream take so long, by the same measure as those of the relay.
     * Returns once the throttle has seen as many as it needs to know what is usual.
     */
    public void foregroundTakes(String upstream, Duration latency) {
        boolean first = foregroundNanos == 0;
        foregroundNanos = latency.toNanos();
        if (first) {
            LatencyWindow window = throttle.latency(upstream);
            Thread.ofVirtual().name("foreground").start(() -> {
                while (!closed) {
                    long now = System.nanoTime();
                    window.answered(now - foregroundNanos, now);
                    LockSupport.parkNanos(1_000_000);
                }
            });
            while (window.factor().isEmpty()) {
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    /** From now on nothing goes. */
    public void stop() {
        pressure = 5;
    }

    /** From now on the database bears everything. */
    public void ease() {
        pressure = 0;
    }

    public void policy(Policy now) {
        policy = now;
    }

    public Throttle throttle() {
        return throttle;
    }

    /** What is known of the one session that has written in bulk and is still there. */
    public Optional<PacedSession> session() {
        return applications.sessions().stream().findFirst();
    }

    /** What COPY and LOAD DATA have brought. */
    public long bytes() {
        return applications.sessions().stream().mapToLong(PacedSession::bytes).sum();
    }

    /** All that have written in bulk and are still there. */
    public List<PacedSession> sessions() {
        return applications.sessions();
    }

    /** Those that wait right now. */
    public List<PacedSession> waiting() {
        return applications.sessions().stream()
                .filter(s -> s.waiting().isPresent())
                .toList();
    }

    /** Whether a session is held up right now. */
    public boolean isWaiting() {
        return applications.sessions().stream().anyMatch(s -> s.waiting().isPresent());
    }

    /** Whether a session has been held up for longer than until somebody looks again. */
    public boolean isStanding() {
        return waiting().stream().anyMatch(s -> s.waiting().orElseThrow().compareTo(Duration.ofMillis(600)) > 0);
    }

    /** What somebody was ever held up for, in nanoseconds. */
    public long delayedNanos() {
        return applications.sessions().stream()
                .mapToLong(s -> s.delayed().toNanos())
                .sum();
    }

    @Override
    public BulkPacing pacing(Supplier<SessionInfo> session) {
        return applications.pacing(session);
    }

    @Override
    public void close() {
        closed = true;
        throttle.close();
    }
}
