package dev.sluice.proxy.bulk;

/**
 * A budget that fills at a rate, up to a capacity, and may be overdrawn: what is taken is known only when it has been
 * spent. Pure but for its state: moments are arguments. For one thread.
 */
final class TokenBucket {

    private final double capacity;
    private double tokens;
    private long atNanos;

    TokenBucket(double capacity, long nowNanos) {
        this.capacity = capacity;
        this.tokens = capacity;
        this.atNanos = nowNanos;
    }

    /** Whether anything may be spent. */
    boolean isSolvent() {
        return tokens > 0;
    }

    void take(double spent) {
        tokens -= spent;
    }

    /**
     * Fills the bucket for the time that has passed since the last call.
     *
     * @param ratePerSecond infinite: whatever was owed is forgotten
     */
    void fill(double ratePerSecond, long nowNanos) {
        double seconds = Math.max(0, nowNanos - atNanos) / 1e9;
        atNanos = nowNanos;
        tokens = Double.isInfinite(ratePerSecond) ? capacity : Math.min(capacity, tokens + ratePerSecond * seconds);
    }

    /** Time passes without anything being saved up. */
    void rest(long nowNanos) {
        atNanos = nowNanos;
    }

    /** How long until something may be spent at this rate; the longest time there is when it never will. */
    long nanosUntilSolvent(double ratePerSecond) {
        if (isSolvent()) {
            return 0;
        }
        double nanos = (1 - tokens) / ratePerSecond * 1e9;
        return nanos < Long.MAX_VALUE ? (long) nanos + 1 : Long.MAX_VALUE;
    }
}
