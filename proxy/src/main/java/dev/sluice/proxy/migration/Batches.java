package dev.sluice.proxy.migration;

import dev.sluice.proxy.throttle.BatchSizer;
import dev.sluice.proxy.throttle.Pacer.Turn;
import java.time.Duration;

/** How large a backfill's batches are, and how fast it goes with its rests. For one migration; not thread-safe. */
public final class Batches {

    private static final double RATE_WEIGHT = 0.2;

    private BatchSizer sizer = BatchSizer.starting(BatchSizer.MIN_ROWS);
    private double rate;
    private long endedAt;

    /**
     * Rows of the next batch.
     *
     * @param stored what the last checkpoint says
     */
    public int rows(int stored, Turn.Go go) {
        sizer = new BatchSizer(stored, sizer.most());
        return sizer.next(go.maxRows());
    }

    /** A batch timed out or deadlocked: the next ones are smaller for a while. */
    public void failed(int asked) {
        sizer = sizer.afterFailure(asked);
    }

    /**
     * A batch is about to commit.
     *
     * @param asked rows that it was to take
     * @param did rows that it wrote
     * @return rows of the next one, for the checkpoint
     */
    public int did(int asked, long did, Duration took, Turn.Go go) {
        sizer = sizer.after(asked, did, took, go.batchTime());
        long now = System.nanoTime();
        if (did > 0) {
            long since = endedAt == 0 ? took.toNanos() : now - endedAt;
            double lately = did * 1e9 / Math.max(1, since);
            rate = rate == 0 ? lately : rate + RATE_WEIGHT * (lately - rate);
        }
        endedAt = now;
        return sizer.rows();
    }

    /** Rows a second, lately. */
    public double rate() {
        return rate;
    }
}
