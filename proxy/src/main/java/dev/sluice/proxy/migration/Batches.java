package dev.sluice.proxy.migration;

import dev.sluice.proxy.backfill.BackfillCursor;
import dev.sluice.proxy.backfill.Walked;
import dev.sluice.proxy.ledger.Progress;
import dev.sluice.proxy.throttle.BatchSizer;
import dev.sluice.proxy.throttle.Pacer.Turn;
import java.sql.Connection;
import java.sql.SQLException;
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
        return did(asked, did, 1, took, go);
    }

    /**
     * Several batches at once are about to commit.
     *
     * @param asked rows that each was to take
     * @param did rows that they wrote together
     */
    public int did(int asked, long did, int lanes, Duration took, Turn.Go go) {
        sizer = sizer.after(asked, did / lanes, took, go.batchTime());
        long now = System.nanoTime();
        if (did > 0) {
            long since = endedAt == 0 ? took.toNanos() : now - endedAt;
            double lately = did * 1e9 / Math.max(1, since);
            rate = rate == 0 ? lately : rate + RATE_WEIGHT * (lately - rate);
        }
        endedAt = now;
        return sizer.rows();
    }

    /**
     * Writes down, in the batch's transaction, where it ended and how fast it goes.
     *
     * @param next rows of the next batch
     * @param remark what is said of it where the throttle says nothing
     */
    public void record(Connection connection, Run run, Walked batch, int next, Turn.Go go, String remark)
            throws SQLException {
        BackfillCursor cursor = batch.cursor();
        if (batch.finished()) {
            run.advance(connection, run.next(), new Progress(cursor.done(), cursor.done(), rate, false, ""));
            return;
        }
        boolean throttled = !go.reason().isEmpty();
        run.advance(
                connection,
                run.position().at(cursor.sized(next).write()),
                new Progress(
                        cursor.done(),
                        Math.max(cursor.done(), cursor.total()),
                        rate,
                        throttled,
                        throttled ? go.reason() : remark));
    }
}
