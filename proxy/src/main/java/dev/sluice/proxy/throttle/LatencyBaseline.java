package dev.sluice.proxy.throttle;

/**
 * What foreground requests usually take, learnt from those that no batch has met. Pure and immutable.
 *
 * <p>Learning goes on for ever, with a half-life, so that yesterday's load does not judge today's. Where there is no
 * backfill it is short: what has changed has changed for another reason, such as other requests than a minute ago. Beside
 * one that stands it is longer, so that a bad minute is not taken for the usual, but what stays is: nobody is held up for
 * ever by a change that is not the backfill's. Beside one at work a rise is learnt slowly, from what is answered between
 * its batches: what a batch leaves behind in caches and queues must not become the usual.
 *
 * <p>A tail is not the same from one window to the next, batches or not. So the usual reaches up to where windows lie
 * that are off by as much as they are on average: what is below that says nothing of a backfill.
 *
 * @param mean of the windows' latencies; 0 while nothing is known
 * @param deviation how far windows are off the mean, on average
 */
public record LatencyBaseline(double mean, double deviation) {

    public static final LatencyBaseline UNKNOWN = new LatencyBaseline(0, 0);

    private static final double HALF_LIFE_SECONDS = 10;
    private static final double HALF_LIFE_BESIDE_BACKFILL_SECONDS = 30;
    private static final double HALF_LIFE_BETWEEN_BATCHES_SECONDS = 240;

    public boolean known() {
        return mean > 0;
    }

    /** The usual latency, in nanoseconds; 0 while nothing is known. */
    public double nanos() {
        return mean + deviation;
    }

    /**
     * @param quietNanos the latency of the requests of the last window that no batch has met; 0: too few to say
     * @param seconds since the last window
     * @param backfill what backfills did meanwhile
     */
    public LatencyBaseline learn(double quietNanos, double seconds, BackfillActivity backfill) {
        if (quietNanos <= 0) {
            return this;
        }
        if (!known()) {
            return backfill == BackfillActivity.WORKING ? this : new LatencyBaseline(quietNanos, 0);
        }
        double halfLife = halfLife(backfill, quietNanos > mean);
        double weight = 1 - Math.pow(0.5, seconds / halfLife);
        double off = Math.abs(quietNanos - mean);
        return new LatencyBaseline(mean + weight * (quietNanos - mean), deviation + weight * (off - deviation));
    }

    /**
     * The same from a longer window, where the last has too few requests that no batch has met. It swings less, so that it
     * tells nothing of how far the others do.
     */
    public LatencyBaseline learnLonger(double quietNanos, double seconds, BackfillActivity backfill) {
        return known()
                ? new LatencyBaseline(learn(quietNanos, seconds, backfill).mean(), deviation)
                : this;
    }

    private static double halfLife(BackfillActivity backfill, boolean rises) {
        return switch (backfill) {
            case NONE -> HALF_LIFE_SECONDS;
            case RESTING -> HALF_LIFE_BESIDE_BACKFILL_SECONDS;
            case WORKING -> rises ? HALF_LIFE_BETWEEN_BATCHES_SECONDS : HALF_LIFE_BESIDE_BACKFILL_SECONDS;
        };
    }
}
