package dev.sluice.proxy.throttle;

/**
 * How fast backfills go: the share of time in which they may work, and how much of it the database has borne lately.
 *
 * @param share 0: not at all, 1: batch after batch
 * @param borne up to this share nobody was hurt lately: it is reached quickly, and left slowly; 0: nobody ever was
 * @param pressed whether something holds them back
 */
public record Pace(double share, double borne, boolean pressed) {

    public static final Pace FULL = new Pace(1);

    /** Nobody has worked beside others. */
    static final Pace NOTHING_KNOWN = new Pace(0, 0, false);

    private static final double FIRST = 0.02;
    private static final double FIRST_AT_MOST = 0.1;

    /** Even a small batch is worth what it costs besides its rows. */
    private static final double SMALLEST_BATCH = 0.2;

    /** What others wait behind a batch grows with its length; where they leave little time, that is what counts. */
    private static final double BESIDE_OTHERS = 0.16;

    static final double BESIDE_FEW_OTHERS = 0.4;

    public Pace {
        if (!(share >= 0 && share <= 1) || !(borne >= 0 && borne <= 1)) {
            throw new IllegalArgumentException("pace " + share + ", borne " + borne);
        }
    }

    public Pace(double share) {
        this(share, share, false);
    }

    /**
     * How a backfill begins where there is traffic: nobody knows yet what the database bears. Where hardly ever a request of
     * the others is under way, few can meet it.
     *
     * @param others their requests that are under way on average, at least 0
     */
    public static Pace first(double others) {
        return new Pace(Math.min(FIRST * room(others), FIRST_AT_MOST), 0, false);
    }

    /** The same, where an earlier backfill has reached something: what nobody was hurt by, or half of where it was. */
    Pace remembering(Pace before) {
        return new Pace(share, before.borne() > 0 ? before.borne() : before.share() / 2, pressed);
    }

    /**
     * How much more one may do beside others than where there is always one of them: the rarer they are, the rarer they meet
     * a batch, and the more is left for both where they do.
     */
    static double room(double others) {
        return 1 / Math.pow(Math.clamp(others, 0.01, 1), 2);
    }

    /** Whether no batch may run now. */
    public boolean standing() {
        return share == 0;
    }

    /** Whether nothing holds a backfill back. */
    public boolean full() {
        return share >= 1;
    }

    /**
     * How much of {@code batch_time} a batch may last: little under pressure, and beside others who use the database, so
     * that nobody stands behind a long one, be it for a lock, a core or the disk.
     *
     * @param foreground whether there are others
     */
    public double batch(boolean foreground) {
        return foreground
                ? BESIDE_OTHERS + (BESIDE_FEW_OTHERS - BESIDE_OTHERS) * share
                : SMALLEST_BATCH + (1 - SMALLEST_BATCH) * share;
    }
}
