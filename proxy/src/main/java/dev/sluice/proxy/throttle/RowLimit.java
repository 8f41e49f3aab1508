package dev.sluice.proxy.throttle;

/** Limits in rows a second, as batches and people see them. */
final class RowLimit {

    private RowLimit() {}

    /** A limit is kept by batches of half a second's rows at most. */
    static int most(long rowsPerSecond) {
        return rowsPerSecond <= 0 ? BatchSizer.MAX_ROWS : Math.clamp(rowsPerSecond / 2, 1, BatchSizer.MAX_ROWS);
    }

    static String ofMigration(long rowsPerSecond) {
        return "limit of " + rowsPerSecond + " rows/s";
    }

    static String ofUpstream(long rowsPerSecond) {
        return ofMigration(rowsPerSecond) + " for the upstream";
    }
}
