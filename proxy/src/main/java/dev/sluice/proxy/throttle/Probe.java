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
    private static final long APART_NANOS = Duration.ofMillis(400).toNanos();

    private final Sensor sensor;
    private final long madeAt = System.nanoTime();
    private final AtomicBoolean reading = new AtomicBoolean();
    private volatile Told told = new Told(List.of(), 0, false);
    private long lookedAt = madeAt - APART_NANOS;

    private record Told(List<Reading> readings, long at, boolean any) {}

    Probe(Sensor sensor) {
        this.sensor = sensor;
    }

    /** Sets a reading off, unless one is under way or was a moment ago. By one thread. */
    void look(long now) {
        if (now - lookedAt >= APART_NANOS && reading.compareAndSet(false, true)) {
            lookedAt = now;
            Thread.ofVirtual().name("sensor").start(this::read);
        }
    }

    private void read() {
        try {
            told = new Told(List.copyOf(sensor.read()), System.nanoTime(), true);
        } catch (RuntimeException e) {
            told = new Told(List.of(sensor.blind(String.valueOf(e.getMessage()))), System.nanoTime(), true);
        } finally {
            reading.set(false);
        }
    }

    /** Whether it has told something at all, or had the time to. */
    boolean known() {
        return told.any() || System.nanoTime() - madeAt > BELIEVED.toNanos();
    }

    /** What it told last. */
    List<Reading> readings() {
        Told last = told;
        long since = System.nanoTime() - (last.any() ? last.at() : madeAt);
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
