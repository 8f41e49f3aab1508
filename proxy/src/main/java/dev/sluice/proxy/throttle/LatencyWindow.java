package dev.sluice.proxy.throttle;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.HdrHistogram.Histogram;

/**
 * Foreground latency of one upstream, as the relay measures it. Two questions are asked of it:
 *
 * <ul>
 *   <li>Is the tail of the last two seconds longer than it usually is? That sees whatever hurts, but a tail swings by
 *       itself, and so does what is asked of a server.
 *   <li>Is the tail longer than it would be without the batches? Requests that a batch of this gateway may have met are
 *       compared with the others of the same ten seconds, in the proportion of the last two. What the server's day brings
 *       meets both alike, so this sees little harm, though only what batches do while they run.
 * </ul>
 *
 * <p>The worse of the two is the factor. {@link #answered} is wait-free and is called on event loops. {@link #tick} is
 * called by one sampler, about twice a second; everything else by anyone.
 */
public final class LatencyWindow {

    private static final int TICKS = 5;
    private static final int MANY_TICKS = 25;

    /** Where fewer requests are answered in the short window, the long one is looked at. */
    private static final int FEW = 200;

    /**
     * What nobody notices a part of, in requests under way: the rarer requests are, the longer each of them may wait until
     * all of them have lost as much.
     */
    private static final double NOTICED_UNDER_WAY = 3;

    /** However rare requests are. */
    private static final double NOTICED_NANOS = 10e6;

    /** Whoever waits longer than this part of those that met no batch is slow. */
    private static final double SLOW_PERCENTILE = 95;

    /** Where the long window has so many nevertheless, they have just ceased, and say nothing of now. */
    private static final int FEW_IN_MANY_TICKS = FEW * MANY_TICKS / TICKS;

    /**
     * @param factor the latency over what it should be; empty: too little traffic to say
     * @param windowNanos the latency of the window; 0: too little traffic to say
     * @param worse whether those who met a batch are surely worse off
     * @param quietNanos of the requests that no batch has met; 0: too few to say
     * @param usualNanos what it usually is; 0: nothing is known
     * @param underWay how many requests were under way on average
     * @param perSecond how many of them were answered a second
     * @param harmless whether those who met a batch surely fared like the others
     */
    private record State(
            OptionalDouble factor,
            double windowNanos,
            boolean worse,
            double quietNanos,
            double usualNanos,
            OptionalDouble underWay,
            OptionalDouble perSecond,
            boolean harmless) {
        static final State UNKNOWN = new State(
                OptionalDouble.empty(), 0, false, 0, 0, OptionalDouble.empty(), OptionalDouble.empty(), false);
    }

    private final BatchTimes batches = new BatchTimes();
    private final SlidingHistogram quiet = new SlidingHistogram(MANY_TICKS);
    private final SlidingHistogram met = new SlidingHistogram(MANY_TICKS);
    private final double[] spans = new double[MANY_TICKS];
    private final Map<LatencyTail, LatencyBaseline> baselines = new EnumMap<>(LatencyTail.class);
    private volatile State state = State.UNKNOWN;
    private volatile int ticks;

    /** A request was answered: both moments by {@link System#nanoTime}. */
    public void answered(long startedNanos, long endedNanos) {
        (batches.met(startedNanos) ? met : quiet).record(endedNanos - startedNanos);
    }

    /** A batch begins. */
    void batchBegins(long nowNanos) {
        batches.begins(nowNanos);
    }

    /** A batch has ended, however. */
    void batchEnds(long nowNanos) {
        batches.ends(nowNanos);
    }

    /**
     * Moves the window on.
     *
     * @param elapsedSeconds since the last tick
     * @param backfill what backfills did in it, here or through another gateway
     */
    public synchronized void tick(double elapsedSeconds, BackfillActivity backfill) {
        spans[ticks % MANY_TICKS] = elapsedSeconds;
        ticks = ticks + 1;
        quiet.tick();
        met.tick();
        Window recent = new Window(TICKS);
        Window many = new Window(MANY_TICKS);
        Window window = telling(recent, many);
        for (LatencyTail tail : LatencyTail.values()) {
            LatencyBaseline before = baselines.getOrDefault(tail, LatencyBaseline.UNKNOWN);
            double lately = tail.of(window.quiet);
            // Batches leave few who met none: what is judged must go on being learnt.
            baselines.put(
                    tail,
                    lately > 0
                            ? before.learn(lately, elapsedSeconds, backfill)
                            : before.learnLonger(tail.of(many.quiet), elapsedSeconds, backfill));
        }
        state = judged(window, many, besideBatches(recent, many));
    }

    private static Window telling(Window recent, Window many) {
        boolean few = recent.all.getTotalCount() < FEW && many.all.getTotalCount() < FEW_IN_MANY_TICKS;
        return few ? many : recent;
    }

    /** How often the window has moved on. */
    int ticks() {
        return ticks;
    }

    /**
     * {@link #factor} by those requests alone that were answered since a moment; empty also where these are too few to say.
     *
     * @param tick what {@link #ticks} said at that moment
     */
    synchronized OptionalDouble factorSince(int tick) {
        // The moment lies within the first of them.
        int whole = ticks - tick - 1;
        if (whole <= 0) {
            return OptionalDouble.empty();
        }
        Window recent = new Window(Math.min(whole, TICKS));
        Window many = new Window(Math.min(whole, MANY_TICKS));
        return judged(telling(recent, many), many, besideBatches(recent, many)).factor();
    }

    private State judged(Window window, Window many, double besideBatches) {
        for (LatencyTail tail : LatencyTail.values()) {
            double nanos = tail.of(window.all);
            double usual = baselines.getOrDefault(tail, LatencyBaseline.UNKNOWN).nanos();
            if (nanos > 0 && usual > 0) {
                double factor = Math.max(over(nanos, usual, window.perSecond()), besideBatches);
                return new State(
                        OptionalDouble.of(factor),
                        nanos,
                        besideBatches > 1,
                        tail.of(window.quiet),
                        usual,
                        window.underWay(),
                        OptionalDouble.of(window.perSecond()),
                        many.isHarmless());
            }
        }
        return State.UNKNOWN;
    }

    /**
     * Latency over what it would be without the batches, where it is sure to differ; 0: too few requests to say. The mean
     * counts twice: clients that have all their connections in use wait for one as much longer again, where no relay can
     * see it. Where requests are rare, nobody does.
     */
    private static double besideBatches(Window recent, Window many) {
        double part = recent.met.getTotalCount() / (double) Math.max(1, recent.all.getTotalCount());
        double others = recent.underWay().orElse(0);
        for (LatencyTail tail : LatencyTail.values()) {
            double without = tail.of(many.quiet);
            double with = tail.ofMix(part, many.met, many.quiet);
            if (without > 0 && with > 0) {
                if (!many.isWorseBesideBatches()) {
                    return 1;
                }
                double mean = 1 + part * (LatencyTail.mean(many.met) / LatencyTail.mean(many.quiet) - 1);
                double waiting = 1 + (mean * mean - 1) / Pace.room(others);
                return Math.max(over(with, without, recent.perSecond()), waiting);
            }
        }
        return 0;
    }

    /**
     * A latency over what it should be. The rarer requests are, the fewer meet a batch, and a rise of what is next to
     * nothing is nothing: it is taken in proportion to what is noticed at least.
     */
    private static double over(double nanos, double usual, double perSecond) {
        double noticed = Math.min(NOTICED_NANOS, NOTICED_UNDER_WAY * 1e9 / perSecond);
        return 1 + (nanos - usual) / Math.max(usual, noticed);
    }

    /** The requests of the last ticks. */
    private final class Window {
        private final Histogram quiet;
        private final Histogram met;
        private final Histogram all;
        private final int ticks;

        Window(int ticks) {
            this.ticks = ticks;
            quiet = LatencyWindow.this.quiet.last(ticks);
            met = LatencyWindow.this.met.last(ticks);
            all = quiet.copy();
            SlidingHistogram.addTo(all, met);
        }

        /** Whether more of those who met a batch are slow, by more than chance has it. */
        boolean isWorseBesideBatches() {
            return Comparison.isWorse(metParts(), quietParts());
        }

        /** Whether those who met a batch are surely slow as rarely as the others. */
        boolean isHarmless() {
            return met.getTotalCount() > 0 && Comparison.isAlike(metParts(), quietParts());
        }

        private List<Comparison.Part> metParts() {
            return LatencyWindow.this.met.parts(ticks, slow());
        }

        private List<Comparison.Part> quietParts() {
            return LatencyWindow.this.quiet.parts(ticks, slow());
        }

        private long slow() {
            return quiet.highestEquivalentValue(quiet.getValueAtPercentile(SLOW_PERCENTILE)) + 1;
        }

        /** By Little's law: what all requests of the window took together, over the window's length. */
        OptionalDouble underWay() {
            return OptionalDouble.of(all.getMean() * perSecond() / 1e9);
        }

        /** How many requests a second were answered. */
        double perSecond() {
            int newest = LatencyWindow.this.ticks - 1;
            double seconds = 0;
            for (int i = 0; i < ticks; i++) {
                seconds += spans[Math.floorMod(newest - i, MANY_TICKS)];
            }
            return all.getTotalCount() / seconds;
        }
    }

    /** The latency over what it should be, or empty where there is too little traffic to say. */
    public OptionalDouble factor() {
        return state.factor();
    }

    /** How many requests are under way on average, or empty where there is too little traffic to say. */
    OptionalDouble underWay() {
        return state.underWay();
    }

    /** Whether those who met a batch surely fared like the others. */
    boolean isHarmless() {
        return state.harmless();
    }

    /** How many requests a second are answered, or empty where there is too little traffic to say. */
    OptionalDouble perSecond() {
        return state.perSecond();
    }

    /** Whether requests that no batch has met are slow too: then it is not the batches that hurt, or not they alone. */
    boolean isSlowAnyway() {
        State now = state;
        double rise = now.windowNanos() - now.usualNanos();
        return !now.worse() && rise > 0 && now.quietNanos() - now.usualNanos() > rise / 2;
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
