package dev.sluice.proxy.throttle;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Paces the backfills of every upstream by what its foreground users and its replicas bear. A sampler reads the signals:
 * the latency all the time, what must be asked of a database only while a backfill is at work there. Thread-safe.
 */
public final class Throttle implements Pacer, AutoCloseable {

    private static final Duration SAMPLE = Duration.ofMillis(250);
    /** A backfill that begins waits for the signals. */
    private static final Duration FIRST_SAMPLE = Duration.ofMillis(10);

    private final Sensors sensors;
    private final ThrottleListener listener;
    private final InstantSource clock;
    private final Map<String, UpstreamThrottle> upstreams = new ConcurrentHashMap<>();
    private final Map<String, Sampler> samplers = new ConcurrentHashMap<>();
    private final Semaphore wake = new Semaphore(0);
    private volatile ThrottleSettings settings;
    private volatile boolean closed;

    /**
     * @param sensors what reads the signals of an upstream
     * @param listener hears when backfills stop and go on
     * @param clock the time of day, for the hours of backfills
     */
    public Throttle(ThrottleSettings settings, Sensors sensors, ThrottleListener listener, InstantSource clock) {
        this.settings = settings;
        this.sensors = sensors;
        this.listener = listener;
        this.clock = clock;
        Thread.ofVirtual().name("throttle").start(this::sample);
    }

    /**
     * What the throttle of an upstream sees and does.
     *
     * @param share the part of the time in which backfills may work
     * @param atWork backfills at work here
     * @param elsewhere backfills at work through other gateways
     * @param closed why no backfill may work at this time of day
     */
    public record Status(
            Pressure pressure,
            List<Reading> readings,
            double share,
            int atWork,
            int elsewhere,
            Optional<String> closed) {
        public Status {
            readings = List.copyOf(readings);
        }

        /** Whether backfills may work. */
        public boolean go() {
            return !pressure.stops() && closed.isEmpty();
        }

        /** What holds them back: the deciding signal with its value and limits. Empty when nothing does. */
        public String reason() {
            return closed.orElseGet(pressure::reason);
        }
    }

    private UpstreamThrottle upstream(String name) {
        return upstreams.computeIfAbsent(name, n -> new UpstreamThrottle(settings, clock));
    }

    /** Where the relay tells how long requests took. */
    public LatencyWindow latency(String upstream) {
        return upstream(upstream).latency();
    }

    public Status status(String upstream) {
        return upstream(upstream).status();
    }

    /** The signals are read from now on, until nothing is heard of any work for some seconds. */
    private void attend(Work work) {
        if (upstream(work.upstream()).attend(work, System.nanoTime())) {
            wake.release();
        }
    }

    /** From now on these hold. */
    public void set(ThrottleSettings now) {
        settings = now;
        upstreams.values().forEach(upstream -> upstream.set(now));
        samplers.values().forEach(sampler -> sampler.set(now));
    }

    @Override
    public Turn before(Work work, long maxRowsPerSecond) {
        attend(work);
        return upstream(work.upstream()).before(work, maxRowsPerSecond, System.nanoTime());
    }

    @Override
    public void after(Batch batch) {
        Work work = batch.work();
        UpstreamThrottle upstream = upstream(work.upstream());
        long limit = upstream.after(batch, System.nanoTime());
        if (limit > 0) {
            try {
                Duration wait = sensors.peers(work.upstream(), work.database()).take(batch.rows(), limit);
                upstream.paid(work, System.nanoTime() + wait.toNanos());
            } catch (Peers.Unreachable e) {
                // The next batch needs the ledger as well, and says so.
                return;
            }
        }
    }

    @Override
    public void leave(Work work) {
        upstream(work.upstream()).leave(work, System.nanoTime());
    }

    @Override
    public Share share(Work work) {
        attend(work);
        return upstream(work.upstream()).share(work, System.nanoTime());
    }

    @Override
    public boolean isAttended(Work work) {
        return upstream(work.upstream()).isAttended(System.nanoTime());
    }

    private void sample() {
        try {
            while (!closed) {
                Duration pause = sampleAll() ? SAMPLE : FIRST_SAMPLE;
                if (wake.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                    wake.drainPermits();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @return whether all signals that are read have been read once */
    private boolean sampleAll() {
        boolean complete = true;
        for (Map.Entry<String, UpstreamThrottle> each : upstreams.entrySet()) {
            complete &= samplers.computeIfAbsent(
                            each.getKey(),
                            n -> new Sampler(n, each.getValue(), sensors, listener, settings, wake::release))
                    .sample(System.nanoTime());
        }
        return complete;
    }

    @Override
    public void close() {
        closed = true;
        wake.release();
        samplers.values().forEach(Sampler::close);
    }
}
