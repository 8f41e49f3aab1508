package dev.sluice.proxy.throttle;

/**
 * What foreground requests usually take, learnt while no backfill runs. Pure and immutable.
 *
 * <p>Learning goes on for ever, with a half-life, so that yesterday's load does not judge today's. While a backfill runs
 * the baseline only follows the latency down: a database that has become faster counts, one that the backfill made slower
 * does not.
 *
 * @param nanos the usual latency; 0 while nothing is known
 */
public record LatencyBaseline(double nanos) {

    public static final LatencyBaseline UNKNOWN = new LatencyBaseline(0);

    private static final double HALF_LIFE_SECONDS = 30;

    public boolean known() {
        return nanos > 0;
    }

    /**
     * @param windowNanos the latency of the last window
     * @param seconds since the last window
     * @param backfillRuns whether a backfill ran within the window
     */
    public LatencyBaseline learn(double windowNanos, double seconds, boolean backfillRuns) {
        if (windowNanos <= 0) {
            return this;
        }
        if (!known()) {
            return backfillRuns ? this : new LatencyBaseline(windowNanos);
        }
        if (backfillRuns && windowNanos >= nanos) {
            return this;
        }
        double weight = 1 - Math.pow(0.5, seconds / HALF_LIFE_SECONDS);
        return new LatencyBaseline(nanos + weight * (windowNanos - nanos));
    }
}
