package dev.sluice.proxy.migration;

import dev.sluice.proxy.backfill.BackfillCursor;
import dev.sluice.proxy.backfill.Walked;
import dev.sluice.proxy.throttle.Pacer;
import dev.sluice.proxy.throttle.Pacer.Turn;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * What the batches of a client's own statement have in common on every engine: when they may run, how many rows they
 * take, and how that is written down. For one migration; for one thread.
 */
public final class StatementBatches {

    /** Replicas apply a batch as one transaction. */
    private static final int MOST_ROWS = 10_000;

    private final RunnerSettings settings;
    private final Pacer pacer;
    private final Batches batches = new Batches();

    public StatementBatches(RunnerSettings settings, Pacer pacer) {
        this.settings = settings;
        this.pacer = pacer;
    }

    /** One batch in a transaction; rolled back when it throws. */
    public interface Work {
        /** @param cursor where it begins, with the rows that it takes */
        Done run(BackfillCursor cursor, Turn.Go go) throws SQLException;
    }

    /** What a batch did that has committed. */
    public record Done(long rows, boolean finished, Duration took) {}

    /** Who holds a row that a batch of one row could not lock; empty when it was something else that failed. */
    public interface Contention {
        boolean is(SQLException e);

        String blocker() throws SQLException;
    }

    /** Does a batch, if one may run now. */
    public Outcome run(Run run, String table, Work work, Contention contention) throws SQLException {
        Pacer.Work worker = run.work(table);
        return switch (pacer.before(worker, run.signals().maxRowsPerSecond())) {
            case Turn.Rest rest -> new Outcome.Wait(rest.pause(), !rest.reason().isEmpty(), rest.reason());
            case Turn.Go go -> {
                BackfillCursor stored = BackfillCursor.read(run.position().cursor());
                int rows = Math.min(MOST_ROWS, batches.rows(stored.batchRows(), go));
                yield batch(worker, stored.sized(rows), go, work, contention);
            }
        };
    }

    private Outcome batch(Pacer.Work worker, BackfillCursor cursor, Turn.Go go, Work work, Contention contention)
            throws SQLException {
        Done done;
        try {
            done = work.run(cursor, go);
        } catch (SQLException e) {
            if (!contention.is(e)) {
                throw e;
            }
            // The same range again in smaller batches, down to the one row that is locked: nothing is skipped.
            batches.failed(cursor.batchRows());
            return cursor.batchRows() > 1
                    ? new Outcome.Advanced()
                    : new Outcome.Wait(settings.lockRetry(), false, contention.blocker());
        }
        pacer.after(new Pacer.Batch(worker, done.rows(), done.took()));
        if (done.finished()) {
            pacer.leave(worker);
            return new Outcome.Done();
        }
        return new Outcome.Advanced();
    }

    /**
     * Writes down, in the batch's transaction, where it ended.
     *
     * @param begin when it began, as {@link System#nanoTime} tells it
     */
    public Done record(Connection connection, Run run, Walked walked, long begin, Turn.Go go) throws SQLException {
        BackfillCursor after = walked.cursor();
        Done done = new Done(walked.rows(), walked.finished(), Duration.ofNanos(System.nanoTime() - begin));
        int next = batches.did(after.batchRows(), done.rows(), done.took(), go);
        batches.record(connection, run, walked, next, go, "");
        return done;
    }
}
