package dev.sluice.proxy.throttle;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Knows no signals: only the limits that migrations have themselves. Thread-safe. */
final class Unthrottled implements Pacer {

    private final Duration batchTime;
    private final Map<Work, Budget> budgets = new ConcurrentHashMap<>();

    Unthrottled(Duration batchTime) {
        this.batchTime = batchTime;
    }

    @Override
    public Turn before(Work work, long maxRowsPerSecond) {
        if (maxRowsPerSecond <= 0) {
            budgets.remove(work);
            return new Turn.Go(batchTime, BatchSizer.MAX_ROWS, "", true);
        }
        long now = System.nanoTime();
        Budget budget =
                budgets.compute(work, (w, b) -> b == null ? Budget.starting(now) : b.filled(maxRowsPerSecond, 0, now));
        long wait = budget.waitNanos(maxRowsPerSecond);
        return wait > 0
                ? new Turn.Rest(Duration.ofNanos(wait), RowLimit.ofMigration(maxRowsPerSecond))
                : new Turn.Go(
                        batchTime, RowLimit.most(maxRowsPerSecond), RowLimit.ofMigration(maxRowsPerSecond), false);
    }

    @Override
    public void after(Batch batch) {
        budgets.computeIfPresent(batch.work(), (w, b) -> b.spent(batch.rows()));
    }
}
