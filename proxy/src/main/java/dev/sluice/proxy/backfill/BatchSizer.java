package dev.sluice.proxy.backfill;

import java.time.Duration;

/**
 * Chooses how many rows a batch takes, so that it lasts about as long as it may: {@code rows × target / took}, changed at
 * most twofold at a time and smoothed, within bounds. Pure.
 */
public final class BatchSizer {

    public static final int FIRST = 1_000;
    private static final int LEAST = 20;
    private static final int MOST = 50_000;

    private BatchSizer() {}

    /** @param rows the size that the last batch had been given, @param took how long it lasted */
    public static int next(int rows, Duration took, Duration target) {
        double wanted = rows * (double) target.toNanos() / Math.max(1, took.toNanos());
        double bounded = Math.clamp(wanted, rows * 0.5, rows * 2.0);
        return (int) Math.clamp(Math.round(bounded), LEAST, MOST);
    }

    /** After a batch that found a row locked. */
    public static int afterConflict(int rows) {
        return Math.max(LEAST, rows / 2);
    }

    /** At most what a limit admits in about a second. */
    public static int within(int rows, long maxRowsPerSecond) {
        return maxRowsPerSecond <= 0 ? rows : (int) Math.clamp(Math.min(rows, maxRowsPerSecond), 1, MOST);
    }
}
