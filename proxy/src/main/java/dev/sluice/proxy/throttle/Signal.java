package dev.sluice.proxy.throttle;

/**
 * Something that is watched, with its two limits.
 *
 * @param name as users see it: {@code replication_lag}
 * @param slowAbove above this value backfills slow down
 * @param stopAt from this value on they stand; infinite for a signal that only slows them
 * @param blindStops whether they stand when it cannot be read, rather than slow down
 * @param asked whether the configuration names it; one that it does not name is left out where the gateway's role may
 *     not see it
 */
public record Signal(String name, Unit unit, double slowAbove, double stopAt, boolean blindStops, boolean asked) {

    public Signal {
        if (!(stopAt > slowAbove) || !(slowAbove >= 0)) {
            throw new IllegalArgumentException(name + " slows above " + slowAbove + " and stops at " + stopAt);
        }
    }

    /** Whether it has no hard limit. */
    public boolean onlySlows() {
        return Double.isInfinite(stopAt);
    }

    /** Both limits, for a person. */
    public String limits() {
        String slows = "slows above " + unit.print(slowAbove);
        return onlySlows() ? slows : slows + ", stops at " + unit.print(stopAt);
    }
}
