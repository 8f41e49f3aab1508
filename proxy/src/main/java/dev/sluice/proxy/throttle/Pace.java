package dev.sluice.proxy.throttle;

/**
 * How fast backfills go: the share of time in which they may work. It decides both how long a batch lasts and how long
 * the pause behind it.
 *
 * @param share 0: not at all, 1: batch after batch
 */
public record Pace(double share) {

    public static final Pace FULL = new Pace(1);

    /** How a backfill begins where there is traffic: nobody knows yet what the database bears. */
    public static final Pace INITIAL = new Pace(0.25);

    /** Even a small batch is worth what it costs besides its rows. */
    private static final double SMALLEST_BATCH = 0.2;

    public Pace {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("pace " + share);
        }
    }

    /** Whether no batch may run now. */
    public boolean standing() {
        return share == 0;
    }

    /** Whether nothing holds a backfill back. */
    public boolean full() {
        return share >= 1;
    }

    /** How much of {@code batch_time} a batch may last: under pressure small batches, so that nobody meets a long one. */
    public double batch() {
        return SMALLEST_BATCH + (1 - SMALLEST_BATCH) * share;
    }
}
