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

    private BatchSizer sizer = BatchSizer.starting(BatchSizer.MIN_ROWS);
    private final Rate rate = new Rate();

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
        rate.did(did, took);
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
            run.advance(
                    connection,
                    run.next(),
                    new Progress(cursor.done(), cursor.done(), rate.rowsPerSecond(), false, ""));
            return;
        }
        boolean throttled = !go.reason().isEmpty();
        run.advance(
                connection,
                run.position().at(cursor.sized(next).write()),
                new Progress(
                        cursor.done(),
                        Math.max(cursor.done(), cursor.total()),
                        rate.rowsPerSecond(),
                        throttled,
                        throttled ? go.reason() : remark));
    }
}
