package dev.sluice.proxy.throttle;

/**
 * Turns pressure into pace: additive increase, multiplicative decrease, in continuous time.
 *
 * <pre>
 *   no pressure        share' = share + QUICKLY · dt, up to what was borne    (0.25 a second; alone on the server always)
 *                      share' = share · e^(GROWING · dt), while nothing has hurt (4 per cent a second)
 *                      share' = share · e^(PROBING · dt), beyond what was borne (3 per cent a second, and not above SLOWLY)
 *                      all over the square of the others' requests under way, where those are fewer than one (and not
 *                      above QUICKLY)
 *   soft pressure p    share' = share · e^(−DECREASE · p · dt)                (never below LEAST)
 *   hard limit         share' = 0; when it has gone, LEAST, or up to ten times that where the others are few
 *   pressure begins    borne' = 0.7 · share, or 0.7 · borne where that had not been reached again; not where the others
 *                      suffer without us as well
 *   always             share' ≤ most                                          (signals that slow steadily)
 * </pre>
 *
 * <p>A server that is short of something tells nothing of it until it is: latency is flat, and then it is not. Whoever runs
 * into that wall again and again spoils the tail for everybody, so beside other users the way towards it is slow, and what
 * lies before it is kept in mind. Where most of the time nobody has a request under way, there is room, and few to meet. In
 * the soft zone the decrease is in proportion to the pressure, so the share settles near the soft limit instead of swinging
 * between full speed and standstill. Pure: time is an argument. The same formula serves any number of backfills, which
 * divide the share among them.
 */
public final class PaceController {

    private static final double QUICKLY_PER_SECOND = 0.25;
    private static final double SLOWLY_PER_SECOND = 0.02;
    private static final double GROWING_PER_SECOND = 0.04;
    private static final double PROBING_PER_SECOND = 0.03;
    private static final double DECREASE_PER_SECOND = 3;
    private static final double BACK = 0.7;

    /** So slow that nobody is hurt, and yet not a standstill, from which alone the pressure would say nothing. */
    static final double LEAST = 0.002;

    private static final double MOST_AGAIN = 10;

    /** A look that comes late must not count for more than this, or one pause would undo the control. */
    private static final double MAX_STEP_SECONDS = 1;

    private PaceController() {}

    /**
     * The pace from now on.
     *
     * @param pace the pace until now
     * @param pressure what the signals say now
     * @param others how many requests of others are under way on average; 0: nobody uses the database
     * @param ours whether it is backfills that hurt, as far as can be told
     * @param elapsedNanos since the last call, at least 0
     */
    public static Pace next(Pace pace, Pressure pressure, double others, boolean ours, long elapsedNanos) {
        boolean pressed = pressure.level() > 0;
        double borne = pressed && !pace.pressed() ? kept(pace, ours) : pace.borne();
        if (pressure.stops()) {
            return new Pace(0, borne, true);
        }
        double seconds = Math.min(MAX_STEP_SECONDS, elapsedNanos / 1e9);
        double share = pace.standing() ? again(others) : changed(pace, pressure.level(), others, seconds);
        share = Math.min(Math.clamp(share, LEAST, 1), Math.max(LEAST, pressure.most()));
        boolean further = !pressed && borne > 0;
        return new Pace(share, further ? Math.max(borne, share) : borne, pressed);
    }

    private static double again(double others) {
        return LEAST * Math.min(MOST_AGAIN, Pace.room(others));
    }

    private static double kept(Pace pace, boolean ours) {
        return (ours ? BACK : 1) * Math.max(pace.share(), pace.borne());
    }

    private static double changed(Pace pace, double level, double others, double seconds) {
        if (level > 0) {
            return pace.share() * Math.exp(-DECREASE_PER_SECOND * level * seconds);
        }
        double quick = pace.share() + QUICKLY_PER_SECOND * seconds;
        if (others <= 0 || quick <= pace.borne()) {
            return quick;
        }
        double room = Pace.room(others);
        double from = Math.max(pace.borne(), pace.share());
        double slow = Math.min(QUICKLY_PER_SECOND, SLOWLY_PER_SECOND * room) * seconds;
        double growing = (pace.borne() == 0 ? GROWING_PER_SECOND : PROBING_PER_SECOND) * room;
        double grown = from * Math.expm1(Math.min(QUICKLY_PER_SECOND, growing) * seconds);
        return from + Math.min(slow, grown);
    }
}
