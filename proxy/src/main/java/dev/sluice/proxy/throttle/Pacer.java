package dev.sluice.proxy.throttle;

import java.time.Duration;

/** Decides, between two batches of a backfill, how long it rests. Thread-safe. */
@FunctionalInterface
public interface Pacer {

    /** Never rests, but for a migration's own limit. */
    Pacer UNTHROTTLED = batch -> Rest.GO.noFasterThan(batch);

    Rest after(Batch batch);

    /**
     * A batch that was just committed.
     *
     * @param upstream the server that bore it
     * @param took from its begin to its commit
     * @param maxRowsPerSecond the migration's own limit, 0 for none
     */
    record Batch(String upstream, long rows, Duration took, long maxRowsPerSecond) {}

    /**
     * @param pause how long to rest before the next batch
     * @param reason the signal that decides, with value and limit; empty at full speed
     */
    record Rest(Duration pause, String reason) {

        public static final Rest GO = new Rest(Duration.ZERO, "");

        /** At least the rest that a migration's own limit asks for. */
        public Rest noFasterThan(Batch batch) {
            if (batch.maxRowsPerSecond() <= 0) {
                return this;
            }
            long nanos = (long) (batch.rows() * 1e9 / batch.maxRowsPerSecond())
                    - batch.took().toNanos();
            return nanos <= pause.toNanos()
                    ? this
                    : new Rest(Duration.ofNanos(nanos), "limit of " + batch.maxRowsPerSecond() + " rows/s");
        }

        public boolean throttled() {
            return !pause.isZero();
        }
    }
}
