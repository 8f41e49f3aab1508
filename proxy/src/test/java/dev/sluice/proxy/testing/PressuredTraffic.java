package dev.sluice.proxy.testing;

import dev.sluice.policies.policy.Policy;
import dev.sluice.proxy.bulk.ApplicationBackfills;
import dev.sluice.proxy.bulk.PacedSession;
import dev.sluice.proxy.session.BulkPacing;
import dev.sluice.proxy.session.SessionInfo;
import dev.sluice.proxy.session.TrafficListener;
import dev.sluice.proxy.throttle.Throttle;
import dev.sluice.proxy.throttle.ThrottleListener;
import dev.sluice.proxy.throttle.ThrottleSettings;
import java.time.Clock;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;

/** Paces by the real throttle, whose one sensor shows what a test says. */
public final class PressuredTraffic implements TrafficListener, AutoCloseable {

    private volatile double pressure;
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

    /** Whether a session is held up right now. */
    public boolean isWaiting() {
        return applications.sessions().stream().anyMatch(s -> s.waiting().isPresent());
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
        throttle.close();
    }
}
