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

    private static final double FIRST = 0.1;
    private static final double FIRST_AT_MOST = 0.5;

    /** Even a small batch is worth what it costs besides its rows. */
    private static final double SMALLEST_BATCH = 0.2;

    /** What others wait behind a batch grows with its length, but a shorter one is hardly worth what it costs besides its rows. */
    private static final double BESIDE_OTHERS = 0.4;

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
        return new Pace(others <= 0 ? FIRST_AT_MOST : Math.clamp(FIRST / others, FIRST, FIRST_AT_MOST), 0, false);
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
        return foreground ? BESIDE_OTHERS : SMALLEST_BATCH + (1 - SMALLEST_BATCH) * share;
    }
}
