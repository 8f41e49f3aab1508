package dev.sluice.proxy.throttle;

/**
 * How many rows the next batch takes, so that it lasts about {@code batch_time}. Pure and immutable.
 *
 * @param rows of the next batch
 * @param targetNanos what a batch should last
 */
public record BatchSizer(int rows, long targetNanos) {

    public static final int MIN_ROWS = 10;
    public static final int MAX_ROWS = 50_000;
    private static final int FIRST_ROWS = 500;

    public BatchSizer {
        if (rows < MIN_ROWS || rows > MAX_ROWS || targetNanos <= 0) {
            throw new IllegalArgumentException("batch of " + rows + " rows in " + targetNanos + " ns");
        }
    }

    public static BatchSizer starting(long targetNanos) {
        return new BatchSizer(FIRST_ROWS, targetNanos);
    }

    /**
     * After a batch of {@link #rows} that took so long. At most doubles and at most halves, so that one odd batch does not
     * decide the next.
     */
    public BatchSizer after(long tookNanos) {
        double factor = Math.clamp((double) targetNanos / Math.max(1, tookNanos), 0.5, 2);
        return new BatchSizer(Math.clamp((long) (rows * factor), MIN_ROWS, MAX_ROWS), targetNanos);
    }

    /** After a batch that timed out or deadlocked: a quarter, never less than the least. */
    public BatchSizer afterFailure() {
        return new BatchSizer(Math.max(MIN_ROWS, rows / 4), targetNanos);
    }
}
