package dev.sluice.proxy.throttle;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Has one sensor read beside the others, so that a server that hangs delays nobody. What it has not told for a while is
 * not believed any longer. Thread-safe.
 */
final class Probe implements AutoCloseable {

    private static final Duration BELIEVED = Duration.ofSeconds(3);

    private final Sensor sensor;
    private final Runnable news;
    private volatile long wantedAt = System.nanoTime();
    private final AtomicBoolean reading = new AtomicBoolean();
    private volatile Told told = Told.NOTHING;
    private long lookedAt;

    private record Told(List<Reading> readings, long at, boolean any) {
        static final Told NOTHING = new Told(List.of(), 0, false);
    }

    /** @param news told when there is a reading that somebody waits for: the first, and whatever presses */
    Probe(Sensor sensor, Runnable news) {
        this.sensor = sensor;
        this.news = news;
        this.lookedAt = wantedAt - BELIEVED.toNanos();
    }

    /** It is wanted again: what it told before it rested counts for nothing. By the thread that looks. */
    void resume() {
        told = Told.NOTHING;
        wantedAt = System.nanoTime();
        lookedAt = wantedAt - BELIEVED.toNanos();
    }

    /**
     * Sets a reading off, unless one is under way or was a moment ago. By one thread.
     *
     * @param apart the least time between two readings, below three seconds
     */
    void look(long now, Duration apart) {
        if (now - lookedAt >= apart.toNanos() && reading.compareAndSet(false, true)) {
            lookedAt = now;
            Thread.ofVirtual().name("sensor").start(this::read);
        }
    }

    private void read() {
        boolean awaited = !told.any() || presses();
        try {
            told = new Told(List.copyOf(sensor.read()), System.nanoTime(), true);
        } catch (RuntimeException e) {
            told = new Told(List.of(sensor.blind(String.valueOf(e.getMessage()))), System.nanoTime(), true);
        } finally {
            reading.set(false);
            if (awaited || presses()) {
                news.run();
            }
        }
    }

    /** Whether it has told something at all, or had the time to. */
    boolean known() {
        return told.any() || System.nanoTime() - wantedAt > BELIEVED.toNanos();
    }

    /** Whether what it told last holds backfills back. */
    boolean presses() {
        return told.readings().stream().anyMatch(r -> r.pressure() > 0);
    }

    /** What it told last. */
    List<Reading> readings() {
        Told last = told;
        long since = System.nanoTime() - (last.any() ? last.at() : wantedAt);
        if (since <= BELIEVED.toNanos()) {
            return last.readings();
        }
        return List.of(sensor.blind("no answer for " + since / 1_000_000_000 + " s"));
    }

    @Override
    public void close() {
        sensor.close();
    }
}
