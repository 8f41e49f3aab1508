package dev.sluice.proxy.throttle;

import java.util.OptionalDouble;

/**
 * The most of its time that a backfill may work beside others, whether or not harm is seen: to be sure of harm takes longer
 * than those who use the server should suffer it, and a backfill that grows until then goes too far each time. Pure and
 * immutable.
 *
 * <p>Whoever meets a batch may be late, and a tail tells of one in a hundred of all: where always somebody has a request
 * under way, three hundredths of the time are left. It is more where they are rarer, and it rises where those who meet a batch
 * surely fare like all the others, as on a server that has more to give than both of them need.
 *
 * @param share at most 1, which is no limit
 */
record Ceiling(double share) {

    static final Ceiling NONE = new Ceiling(1);

    private static final double BESIDE_A_CROWD = 0.03;

    /** So many requests a second may meet a batch in any case. */
    private static final double MET_PER_SECOND = 500;

    private static final double RISING_PER_SECOND = 0.1;
    private static final double SINKING_PER_SECOND = 0.2;

    /**
     * The ceiling from now on.
     *
     * @param others requests of others that are under way on average; 0: nobody uses the server
     * @param perSecond how many of them are answered a second; empty: nobody can say
     * @param harmless whether those who meet a batch surely fare like the others
     * @param seconds since the last one
     */
    Ceiling next(double others, OptionalDouble perSecond, boolean harmless, double seconds) {
        if (others == 0 || perSecond.isEmpty()) {
            return NONE;
        }
        double least = Math.max(BESIDE_A_CROWD, MET_PER_SECOND / perSecond.getAsDouble()) * Pace.room(others);
        double moved = share * Math.exp((harmless ? RISING_PER_SECOND : -SINKING_PER_SECOND) * seconds);
        return new Ceiling(Math.min(1, Math.max(least, moved)));
    }

    /** The pace, but no more than this of it. */
    Pace over(Pace pace) {
        return new Pace(Math.min(share, pace.share()), pace.borne(), pace.pressed());
    }
}
