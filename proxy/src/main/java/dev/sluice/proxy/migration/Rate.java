package dev.sluice.proxy.migration;

import java.time.Duration;

/** How fast a backfill goes lately, with its rests. Not thread-safe. */
public final class Rate {

    private static final double WEIGHT = 0.2;

    private double rowsPerSecond;
    private long endedAt;

    /** @param took how long the rows took; what counts from the second time on is when they came */
    public void did(long rows, Duration took) {
        long now = System.nanoTime();
        if (rows > 0) {
            long since = endedAt == 0 ? took.toNanos() : now - endedAt;
            double lately = rows * 1e9 / Math.max(1, since);
            rowsPerSecond = rowsPerSecond == 0 ? lately : rowsPerSecond + WEIGHT * (lately - rowsPerSecond);
        }
        endedAt = now;
    }

    public double rowsPerSecond() {
        return rowsPerSecond;
    }
}
