package dev.sluice.proxy.throttle;

import java.time.Duration;

/**
 * Turns pressure into pace: additive increase, multiplicative decrease, in continuous time.
 *
 * <pre>
 *   no pressure        share' = share + INCREASE · dt                 (0.25 a second: full speed within 4 s)
 *   soft pressure p    share' = share · e^(−DECREASE · p · dt)        (never below FLOOR)
 *   hard limit         share' = 0, until the pressure has stayed below the hard limit for HOLD; then FLOOR again
 * </pre>
 *
 * <p>In the soft zone the decrease is in proportion to the pressure, so the share settles near the soft limit instead of
 * swinging between full speed and standstill. Pure: time is an argument. The same formula serves any number of backfills,
 * which divide the share among them.
 */
public final class PaceController {

    private static final double INCREASE_PER_SECOND = 0.25;
    private static final double DECREASE_PER_SECOND = 3;

    /** A backfill under soft pressure goes on, slowly: only a hard limit stops it. */
    static final double FLOOR = 0.02;

    private static final long HOLD_NANOS = Duration.ofSeconds(1).toNanos();

    /** A look that comes late must not count for more than this, or one pause would undo the control. */
    private static final double MAX_STEP_SECONDS = 1;

    private PaceController() {}

    /**
     * The pace from now on.
     *
     * @param pace the pace until now
     * @param pressure what the signals say now
     * @param elapsedNanos since the last call, at least 0
     */
    public static Pace next(Pace pace, Pressure pressure, long elapsedNanos) {
        if (pressure.stops()) {
            return new Pace(0, HOLD_NANOS);
        }
        if (pace.standing()) {
            long hold = Math.max(0, pace.holdNanos() - elapsedNanos);
            return hold > 0 ? new Pace(0, hold) : new Pace(FLOOR, 0);
        }
        double seconds = Math.min(MAX_STEP_SECONDS, elapsedNanos / 1e9);
        double share = pressure.level() > 0
                ? Math.max(FLOOR, pace.share() * Math.exp(-DECREASE_PER_SECOND * pressure.level() * seconds))
                : Math.min(1, pace.share() + INCREASE_PER_SECOND * seconds);
        return new Pace(share, 0);
    }
}
