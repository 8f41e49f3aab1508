package dev.sluice.proxy.throttle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/**
 * Paces the backfills of every upstream by what its foreground users and its replicas bear. A sampler reads the signals:
 * the latency all the time, what must be asked of a database only while a backfill is at work there. Thread-safe.
 */
public final class Throttle implements Pacer, AutoCloseable {

    private static final Duration SAMPLE = Duration.ofMillis(500);
    private static final int SAMPLES_A_TICK = 2;

    private final ThrottleSettings settings;
    private final BiFunction<String, String, Sensor> sensors;
    private final Map<String, UpstreamThrottle> upstreams = new ConcurrentHashMap<>();
    private final Map<List<String>, Sensor> opened = new ConcurrentHashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    /** @param sensors makes what reads the signals of an upstream, through one of its databases */
    public Throttle(ThrottleSettings settings, BiFunction<String, String, Sensor> sensors) {
        this.settings = settings;
        this.sensors = sensors;
        Thread.ofVirtual().name("throttle").start(this::sample);
    }

    /**
     * What the throttle of an upstream sees and does.
     *
     * @param share the part of the time in which backfills may work
     * @param atWork backfills at work
     */
    public record Status(Pressure pressure, List<Reading> readings, double share, int atWork) {
        public Status {
            readings = List.copyOf(readings);
        }
    }

    private UpstreamThrottle upstream(String name) {
        return upstreams.computeIfAbsent(name, n -> new UpstreamThrottle(settings));
    }

    /** Where the relay tells how long requests took. */
    public LatencyWindow latency(String upstream) {
        return upstream(upstream).latency();
    }

    public Status status(String upstream) {
        return upstream(upstream).status();
    }

    @Override
    public Rest before(Work work) {
        return upstream(work.upstream()).before(work, System.nanoTime());
    }

    @Override
    public Rest after(Batch batch) {
        return upstream(batch.work().upstream()).after(batch, System.nanoTime());
    }

    @Override
    public Share share(Work work) {
        return upstream(work.upstream()).share(work, System.nanoTime());
    }

    private void sample() {
        int samples = 0;
        long ticked = System.nanoTime();
        try {
            while (!closed.await(SAMPLE.toMillis(), TimeUnit.MILLISECONDS)) {
                long now = System.nanoTime();
                boolean tick = ++samples % SAMPLES_A_TICK == 0;
                double seconds = (now - ticked) / 1e9;
                if (tick) {
                    ticked = now;
                }
                upstreams.forEach((name, throttle) -> sample(name, throttle, tick, seconds, now));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void sample(String name, UpstreamThrottle throttle, boolean tick, double seconds, long now) {
        boolean busy = throttle.busy(now);
        if (tick) {
            throttle.latency().tick(seconds, busy);
        }
        List<Reading> readings = new ArrayList<>();
        throttle.latency().reading().ifPresent(readings::add);
        if (busy) {
            for (String database : throttle.databases()) {
                readings.addAll(opened.computeIfAbsent(List.of(name, database), k -> sensors.apply(name, database))
                        .read());
            }
        }
        throttle.sensed(readings);
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
