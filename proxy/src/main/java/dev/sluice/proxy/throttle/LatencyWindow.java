package dev.sluice.proxy.throttle;

import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Foreground latency of one upstream, as the relay measures it: a window of the last seconds against a learnt baseline.
 * Requests that a batch of this gateway may have met are kept apart, since the usual is learnt from the others.
 *
 * <p>{@link #answered} is wait-free and is called on event loops. {@link #tick} is called by one sampler, about twice a
 * second; everything else by anyone.
 */
public final class LatencyWindow {

    private static final int SLOTS = 4;
    private static final long MAX_NANOS = 3_600_000_000_000L;
    /** For so long after a batch its traces are still met. */
    private static final long AFTERMATH_NANOS = Duration.ofMillis(20).toNanos();

    /** The tail that is watched: the furthest that the window has enough requests to tell of. */
    private enum Tail {
        P99(99, 1_000),
        P95(95, 200),
        P90(90, 20);

        private final double percentile;
        private final int requests;

        Tail(double percentile, int requests) {
            this.percentile = percentile;
            this.requests = requests;
        }

        double of(Histogram window) {
            return window.getTotalCount() < requests ? 0 : window.getValueAtPercentile(percentile);
        }
    }

    /** A sliding window over what one recorder is told. */
    private static final class Sliding {
        private final Recorder recorder = new Recorder(MAX_NANOS, 2);
        private final Histogram[] slots = new Histogram[SLOTS];
        private int at;

        Sliding() {
            for (int i = 0; i < SLOTS; i++) {
                slots[i] = recorder.getIntervalHistogram();
            }
        }

        Histogram next() {
            at = (at + 1) % SLOTS;
            slots[at] = recorder.getIntervalHistogram(slots[at]);
            Histogram window = new Histogram(MAX_NANOS, 2);
            for (Histogram slot : slots) {
                window.add(slot);
            }
            return window;
        }
    }

    /**
     * @param tail which the figures are of
     * @param quietNanos of the requests that no batch has met; 0: too few to say
     * @param underWay how many requests were under way on average
     */
    private record State(
            Optional<Tail> tail, double windowNanos, double quietNanos, double usualNanos, double underWay) {
        static final State UNKNOWN = new State(Optional.empty(), 0, 0, 0, 0);
    }

    private final Sliding quiet = new Sliding();
    private final Sliding met = new Sliding();
    private final AtomicInteger batches = new AtomicInteger();
    private final double[] spans = new double[SLOTS];
    private final Map<Tail, LatencyBaseline> baselines = new EnumMap<>(Tail.class);
    private volatile long batchEndedNanos = Long.MIN_VALUE;
    private volatile State state = State.UNKNOWN;
    private int ticks;

    /** A request was answered: both moments by {@link System#nanoTime}. */
    public void answered(long startedNanos, long endedNanos) {
        boolean untouched = batches.get() == 0
                && (batchEndedNanos == Long.MIN_VALUE || startedNanos - batchEndedNanos > AFTERMATH_NANOS);
        (untouched ? quiet : met).recorder.recordValue(Math.clamp(endedNanos - startedNanos, 1, MAX_NANOS));
    }

    /** A batch begins. */
    void batchBegins() {
        batches.incrementAndGet();
    }

    /** A batch has ended, however. */
    void batchEnds(long nowNanos) {
        batches.updateAndGet(n -> Math.max(0, n - 1));
        batchEndedNanos = nowNanos;
    }

    /**
     * Moves the window on.
     *
     * @param elapsedSeconds since the last tick
     * @param backfillRuns whether a backfill is at work, here or through another gateway
     */
    public synchronized void tick(double elapsedSeconds, boolean backfillRuns) {
        spans[ticks++ % SLOTS] = elapsedSeconds;
        Histogram untouched = quiet.next();
        for (Tail tail : Tail.values()) {
            LatencyBaseline before = baselines.getOrDefault(tail, LatencyBaseline.UNKNOWN);
            baselines.put(tail, before.learn(tail.of(untouched), elapsedSeconds, backfillRuns));
        }
        Histogram all = untouched.copy();
        all.add(met.next());
        state = State.UNKNOWN;
        for (Tail tail : Tail.values()) {
            double nanos = tail.of(all);
            double usual = usual(tail);
            if (nanos > 0 && usual > 0) {
                state = new State(Optional.of(tail), nanos, tail.of(untouched), usual, underWay(all));
                return;
            }
        }
    }

    /** By Little's law: what all requests of the window took together, over the window's length. */
    private double underWay(Histogram all) {
        return all.getMean() * all.getTotalCount() / 1e9 / Arrays.stream(spans).sum();
    }

    private double usual(Tail tail) {
        return baselines.getOrDefault(tail, LatencyBaseline.UNKNOWN).nanos();
    }

    /** The latency over what it usually is, or empty where there is too little traffic to say. */
    public OptionalDouble factor() {
        State now = state;
        return now.tail().isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(now.windowNanos() / now.usualNanos());
    }

    /** How many requests are under way on average, or empty where there is too little traffic to say. */
    OptionalDouble underWay() {
        State now = state;
        return now.tail().isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(now.underWay());
    }

    /** Whether requests that no batch has met are slow too: then it is not the batches that hurt, or not they alone. */
    boolean isSlowAnyway() {
        State now = state;
        double rise = now.windowNanos() - now.usualNanos();
        return rise > 0 && now.quietNanos() - now.usualNanos() > rise / 2;
    }

    /** The latency of the last seconds, in nanoseconds; 0 where there is too little traffic to say. */
    public double windowNanos() {
        return state.windowNanos();
    }

    /** The usual latency, in nanoseconds; 0 while nothing is known. */
    public double baselineNanos() {
        return state.usualNanos();
    }
}
