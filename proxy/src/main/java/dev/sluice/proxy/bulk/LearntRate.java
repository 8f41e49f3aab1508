package dev.sluice.proxy.bulk;

/**
 * How much of something a session does in a second of the server's time when nothing holds it back, learnt from what it
 * did. For one thread.
 */
final class LearntRate {

    private static final double WEIGHT = 0.3;

    private final double assumed;
    private final double least;
    private double perSecond;

    /**
     * @param assumed while nothing is known
     * @param least how much must have been done for it to say something
     */
    LearntRate(double assumed, double least) {
        this.assumed = assumed;
        this.least = least;
    }

    void did(double amount, long nanos) {
        if (amount >= least && nanos > 0) {
            double now = amount * 1e9 / nanos;
            perSecond = perSecond == 0 ? now : perSecond + WEIGHT * (now - perSecond);
        }
    }

    /**
     * The rate that goes with a share of the time.
     *
     * @param limit 0 for none
     */
    double at(double share, long limit) {
        double free = share >= 1 ? Double.POSITIVE_INFINITY : share * (perSecond == 0 ? assumed : perSecond);
        return limit > 0 ? Math.min(limit, free) : free;
    }
}
