package dev.sluice.proxy.throttle;

/**
 * What may be spent: it fills at a rate, and whoever finds nothing owed may spend as much as one piece of work takes. So
 * what is spent in the long run is the rate, however large the pieces are. Pure and immutable; moments are those of one
 * monotonic clock.
 *
 * @param left what is there; below zero: owed
 * @param at when that was so
 */
public record Budget(double left, long at) {

    /** A full one. */
    public static Budget starting(long now) {
        return new Budget(0, now);
    }

    /**
     * As it is now.
     *
     * @param perSecond how fast it has filled since
     * @param most more is not kept
     */
    public Budget filled(double perSecond, double most, long now) {
        double seconds = Math.max(0, now - at) / 1e9;
        return new Budget(Math.min(most, left + perSecond * seconds), now);
    }

    public Budget spent(double amount) {
        return new Budget(left - amount, at);
    }

    /** How long until nothing is owed; very long where it does not fill. */
    public long waitNanos(double perSecond) {
        if (left >= 0) {
            return 0;
        }
        return perSecond <= 0 ? Long.MAX_VALUE : (long) Math.min(Long.MAX_VALUE, Math.ceil(-left / perSecond * 1e9));
    }
}
