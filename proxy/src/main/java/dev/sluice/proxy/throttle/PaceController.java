package dev.sluice.proxy.throttle;

/**
 * Turns pressure into pace: additive increase, multiplicative decrease, in continuous time.
 *
 * <pre>
 *   no pressure        share' = share + INCREASE · dt               (0.25 a second: full speed within 4 s)
 *   soft pressure p    share' = share · e^(−DECREASE · p · dt)      (never below LEAST)
 *   hard limit         share' = 0; when it has gone, LEAST
 *   always             share' ≤ most                                (signals that slow steadily)
 * </pre>
 *
 * <p>In the soft zone the decrease is in proportion to the pressure, so the share settles near the soft limit instead of
 * swinging between full speed and standstill. Pure: time is an argument. The same formula serves any number of backfills,
 * which divide the share among them.
 */
public final class PaceController {

    private static final double INCREASE_PER_SECOND = 0.25;
    private static final double DECREASE_PER_SECOND = 3;

    /** So slow that nobody is hurt, and yet not a standstill, from which alone the pressure would say nothing. */
    static final double LEAST = 0.002;

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
            return new Pace(0);
        }
        if (pace.standing()) {
            return new Pace(Math.min(LEAST, pressure.most()));
        }
        double seconds = Math.min(MAX_STEP_SECONDS, elapsedNanos / 1e9);
        double share = pressure.level() > 0
                ? pace.share() * Math.exp(-DECREASE_PER_SECOND * pressure.level() * seconds)
                : pace.share() + INCREASE_PER_SECOND * seconds;
        return new Pace(Math.clamp(Math.min(share, pressure.most()), LEAST, 1));
    }
}
