package dev.sluice.proxy.throttle;

import java.time.Duration;

/**
 * How many rows a backfill's next batch takes, so that it lasts as long as it may. Pure and immutable.
 *
 * @param rows that the last batches have led to
 * @param most what a batch that failed lately allows
 */
public record BatchSizer(int rows, int most) {

    public static final int MIN_ROWS = 10;
    public static final int MAX_ROWS = 50_000;

    /** What a failure takes away comes back in steps of this factor. */
    private static final int REGAIN = 2;

    public BatchSizer {
        rows = Math.clamp(rows, MIN_ROWS, MAX_ROWS);
        most = Math.clamp(most, 1, MAX_ROWS);
    }

    public static BatchSizer starting(int rows) {
        return new BatchSizer(rows, MAX_ROWS);
    }

    /** @param allowed most rows that the pace allows */
    public int next(int allowed) {
        return Math.max(1, Math.min(Math.min(rows, most), allowed));
    }

    /**
     * After a batch. At most doubles and at most halves, so that one odd batch does not decide the next; one that had
     * little to do, or that was not allowed more, says nothing about a full one.
     *
     * @param asked rows that it was to take
     * @param did rows that it wrote
     * @param took how long that lasted
     * @param target how long it should have
     */
    public BatchSizer after(int asked, long did, Duration took, Duration target) {
        int free = Math.clamp((long) most * REGAIN, 1, MAX_ROWS);
        if (did < asked / 2 || (asked < rows && took.compareTo(target) <= 0)) {
            return new BatchSizer(rows, free);
        }
        double factor = Math.clamp((double) target.toNanos() / Math.max(1, took.toNanos()), 0.5, 2);
        return new BatchSizer((int) Math.min(MAX_ROWS, asked * factor), free);
    }

    /** After a batch that timed out or deadlocked: a quarter of it, down to a single row. */
    public BatchSizer afterFailure(int asked) {
        return new BatchSizer(rows, asked / 4);
    }
}
