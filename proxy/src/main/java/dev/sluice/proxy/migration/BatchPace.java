package dev.sluice.proxy.migration;

import dev.sluice.proxy.backfill.BackfillCursor;
import dev.sluice.proxy.ledger.Progress;
import dev.sluice.proxy.throttle.BatchSizer;
import dev.sluice.proxy.throttle.Pacer;
import dev.sluice.proxy.throttle.Pacer.Rest;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/**
 * What the batches of a client's own statement have in common on every engine: how many rows they take, how fast they
 * follow each other, and how far they are. For one migration; for one thread.
 */
public final class BatchPace {

    private static final double RATE_WEIGHT = 0.2;
    /** Replicas apply a batch as one transaction. */
    private static final int MOST_ROWS = 10_000;

    private final RunnerSettings settings;
    private final Pacer pacer;
    private int contended;
    private double rate;
    private long restedNanos;

    public BatchPace(RunnerSettings settings, Pacer pacer) {
        this.settings = settings;
        this.pacer = pacer;
    }

    private static Pacer.Work work(Run run) {
        return new Pacer.Work(
                run.database().upstream().name(),
                run.database().name(),
                run.entry().id());
    }

    /** Whether no batch may run now. */
    public Optional<Outcome> before(Run run) {
        Rest rest = pacer.before(work(run));
        return rest.throttled()
                ? Optional.of(new Outcome.Wait(rest.pause(), true, rest.reason()))
                : Optional.empty();
    }

    /** Where the next batch begins, and how many rows it takes. */
    public BackfillCursor cursor(Run run) {
        BackfillCursor stored = BackfillCursor.read(run.position().cursor());
        long limit = run.signals().maxRowsPerSecond();
        int most = limit > 0 ? (int) Math.clamp(limit / 2, 1, MOST_ROWS) : MOST_ROWS;
        int rows = Math.clamp(stored.batchRows(), 1, most);
        return stored.sized(Math.max(1, rows >> (2 * Math.min(contended, 8))));
    }

    /** A row of the batch is locked by somebody: the next one is smaller, down to that row alone. */
    public Outcome contended(BackfillCursor tried, String blocker) {
        contended++;
        return tried.batchRows() > 1
                ? new Outcome.Advanced()
                : new Outcome.Wait(
                        settings.lockRetry(), false, blocker.isEmpty() ? "rows are locked by another session" : blocker);
    }

    /** Writes down, in the batch's transaction, where it ended. */
    public void record(Connection connection, Run run, BackfillCursor after, long rows, boolean finished, long tookNanos)
            throws SQLException {
        int asked = after.batchRows();
        if (rows > 0) {
            double now = rows * 1e9 / Math.max(1, tookNanos + restedNanos);
            rate = rate == 0 ? now : rate + RATE_WEIGHT * (now - rate);
        }
        if (finished) {
            run.advance(connection, run.next(), new Progress(after.done(), after.done(), rate, false, ""));
            return;
        }
        // A batch of which the condition left little says nothing about a full one.
        boolean telling = rows >= asked / 2 && asked >= BatchSizer.MIN_ROWS;
        int size = telling
                ? new BatchSizer(Math.min(asked, MOST_ROWS), settings.batchTime().toNanos())
                        .after(tookNanos)
                        .rows()
                : BackfillCursor.read(run.position().cursor()).batchRows();
        Progress before = run.progress();
        run.advance(
                connection,
                run.position().at(after.sized(size).write()),
                new Progress(
                        after.done(),
                        Math.max(after.done(), after.total()),
                        rate,
                        before.throttled(),
                        before.throttled() ? before.reason() : ""));
    }

    /** How long to rest behind a batch that has committed. */
    public Outcome rest(Run run, long rows, long tookNanos) throws SQLException {
        contended = 0;
        Rest rest = pacer.after(new Pacer.Batch(
                work(run), rows, Duration.ofNanos(tookNanos), run.signals().maxRowsPerSecond()));
        restedNanos = rest.pause().toNanos();
        if (rest.throttled()) {
            return new Outcome.Wait(rest.pause(), true, rest.reason());
        }
        if (run.progress().throttled() || !run.progress().reason().isEmpty()) {
            run.note(false, "");
        }
        return new Outcome.Advanced();
    }
}
