package dev.sluice.proxy.throttle;

import java.util.Optional;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Foreground latency of one upstream, as the relay measures it: a window of the last seconds against a learnt baseline.
 *
 * <p>{@link #answered} is wait-free and is called on event loops. {@link #tick} is called by one sampler, about once a
 * second; {@link #reading} by anyone.
 */
public final class LatencyWindow {

    /** A window with fewer requests says nothing. */
    private static final int MIN_REQUESTS = 20;

    private static final int SECONDS = 3;
    private static final double PERCENTILE = 95;
    private static final long MAX_NANOS = 3_600_000_000_000L;

    private final Recorder recorder = new Recorder(MAX_NANOS, 2);
    private final Histogram[] seconds = new Histogram[SECONDS];
    private final double maxFactor;
    private int at;
    private volatile State state = new State(LatencyBaseline.UNKNOWN, 0, 0);

    private record State(LatencyBaseline baseline, double windowNanos, long requests) {}

    /** @param maxFactor how many times the usual latency the foreground may have, above 1 */
    public LatencyWindow(double maxFactor) {
        if (!(maxFactor > 1)) {
            throw new IllegalArgumentException("latency factor " + maxFactor);
        }
        this.maxFactor = maxFactor;
        for (int i = 0; i < SECONDS; i++) {
            seconds[i] = recorder.getIntervalHistogram();
        }
    }

    /** A request was answered: both moments by {@link System#nanoTime}. */
    public void answered(long startedNanos, long endedNanos) {
        recorder.recordValue(Math.clamp(endedNanos - startedNanos, 1, MAX_NANOS));
    }

    /**
     * Closes a second.
     *
     * @param elapsedSeconds since the last tick
     * @param backfillRuns whether a backfill worked in it
     */
    public synchronized void tick(double elapsedSeconds, boolean backfillRuns) {
        at = (at + 1) % SECONDS;
        seconds[at] = recorder.getIntervalHistogram(seconds[at]);
        Histogram window = new Histogram(MAX_NANOS, 2);
        for (Histogram second : seconds) {
            window.add(second);
        }
        boolean enough = window.getTotalCount() >= MIN_REQUESTS;
        double nanos = enough ? window.getValueAtPercentile(PERCENTILE) : 0;
        state = new State(state.baseline.learn(nanos, elapsedSeconds, backfillRuns), nanos, window.getTotalCount());
    }

    /** The latency in relation to the usual one, or empty where there is too little traffic to say. */
    public Optional<Reading> reading() {
        State now = state;
        if (now.windowNanos == 0 || !now.baseline.known()) {
            return Optional.empty();
        }
        double soft = 1 + (maxFactor - 1) / 2;
        double hard = 1 + (maxFactor - 1) * 4;
        return Optional.of(new Reading.Measured(
                "foreground_latency", now.windowNanos / now.baseline.nanos(), soft, hard, "x the usual"));
    }

    /** The latency of the last seconds, in nanoseconds; 0 where there is too little traffic to say. */
    public double windowNanos() {
        return state.windowNanos;
    }

    /** The usual latency, in nanoseconds; 0 while nothing is known. */
    public double baselineNanos() {
        return state.baseline.nanos();
    }
}
