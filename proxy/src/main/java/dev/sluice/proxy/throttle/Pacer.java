package dev.sluice.proxy.throttle;

import java.time.Duration;

/** Decides, before and after each batch of a backfill, how long it rests. Thread-safe; does not block. */
public interface Pacer {

    /** Never rests, but for a migration's own limit. */
    Pacer UNTHROTTLED = new Pacer() {
        @Override
        public Rest before(Work work) {
            return Rest.NONE;
        }

        @Override
        public Rest after(Batch batch) {
            return Rest.NONE.noFasterThan(batch);
        }
    };

    /** Whether a batch may run now; one that rests asks again. */
    Rest before(Work work);

    /** How long to rest after a batch. */
    Rest after(Batch batch);

    /**
     * The share of its time that somebody may work who does not work in batches of ours: a client's own backfill. Counts it
     * as being at work.
     */
    default Share share(Work work) {
        return Share.FULL;
    }

    /**
     * Who works.
     *
     * @param upstream the server
     * @param database the database on it
     * @param migration the migration's number in that database; negative: a client's session
     */
    record Work(String upstream, String database, long migration) {

        /** A client whose own statements are a backfill. */
        public static Work ofSession(String upstream, String database, long session) {
            return new Work(upstream, database, -session);
        }
    }

    /**
     * @param part 0: not at all, 1: all the time
     * @param reason the signal that decides, with value and limit; empty at full speed
     */
    record Share(double part, String reason) {
        public static final Share FULL = new Share(1, "");
    }

    /**
     * A batch that was just committed.
     *
     * @param took from its begin to its commit
     * @param maxRowsPerSecond the migration's own limit, 0 for none
     */
    record Batch(Work work, long rows, Duration took, long maxRowsPerSecond) {}

    /**
     * @param pause how long to rest before the next batch
     * @param reason the signal that decides, with value and limit; empty at full speed
     */
    record Rest(Duration pause, String reason) {

        public static final Rest NONE = new Rest(Duration.ZERO, "");

        /** At least the rest that a migration's own limit asks for. */
        public Rest noFasterThan(Batch batch) {
            if (batch.maxRowsPerSecond() <= 0) {
                return this;
            }
            long nanos = (long) (batch.rows() * 1e9 / batch.maxRowsPerSecond())
                    - batch.took().toNanos();
            return longer(nanos, "limit of " + batch.maxRowsPerSecond() + " rows/s");
        }

        Rest longer(long nanos, String why) {
            return nanos <= pause.toNanos() ? this : new Rest(Duration.ofNanos(nanos), why);
        }

        public boolean throttled() {
            return !pause.isZero();
        }
    }
}
