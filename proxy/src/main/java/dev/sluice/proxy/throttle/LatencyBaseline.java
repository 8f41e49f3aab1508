package dev.sluice.proxy.throttle;

/**
 * What foreground requests usually take, learnt from those that no batch has met. Pure and immutable.
 *
 * <p>Learning goes on for ever, with a half-life, so that yesterday's load does not judge today's. While a backfill is at
 * work it goes on more slowly, from what is answered between its batches: what a batch leaves behind in caches and queues
 * must not become the usual.
 *
 * @param nanos the usual latency; 0 while nothing is known
 */
public record LatencyBaseline(double nanos) {

    public static final LatencyBaseline UNKNOWN = new LatencyBaseline(0);

    private static final double HALF_LIFE_SECONDS = 30;
    private static final double HALF_LIFE_BETWEEN_BATCHES_SECONDS = 240;

    public boolean known() {
        return nanos > 0;
    }

    /**
     * @param quietNanos the latency of the requests of the last window that no batch has met; 0: too few to say
     * @param seconds since the last window
     * @param backfillRuns whether a backfill was at work in the window
     */
    public LatencyBaseline learn(double quietNanos, double seconds, boolean backfillRuns) {
        if (quietNanos <= 0) {
            return this;
        }
        if (!known()) {
            return backfillRuns ? this : new LatencyBaseline(quietNanos);
        }
        double halfLife = backfillRuns && quietNanos > nanos ? HALF_LIFE_BETWEEN_BATCHES_SECONDS : HALF_LIFE_SECONDS;
        double weight = 1 - Math.pow(0.5, seconds / halfLife);
        return new LatencyBaseline(nanos + weight * (quietNanos - nanos));
    }
}
