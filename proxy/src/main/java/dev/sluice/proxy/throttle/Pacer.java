package dev.sluice.proxy.throttle;

import java.time.Duration;

/** Decides before each batch of a backfill whether it may run now, and how large it may be. Thread-safe. */
public interface Pacer {

    /** Batches of 50 ms without a rest, but for a migration's own limit. */
    Pacer UNTHROTTLED = unthrottled(Duration.ofMillis(50));

    /** Never rests, but for a migration's own limit. */
    static Pacer unthrottled(Duration batchTime) {
        return new Unthrottled(batchTime);
    }

    /**
     * Whether a batch may run now; one that rests asks again.
     *
     * @param maxRowsPerSecond the migration's own limit, 0 for none
     */
    Turn before(Work work, long maxRowsPerSecond);

    /**
     * The share of its time that somebody may work who does not work in batches of ours: a client's own backfill. All of it
     * until something holds backfills back: unlike ours it need not feel its way. Counts it as being at work; does not block.
     */
    default Share share(Work work) {
        return Share.FULL;
    }

    /** Whether the signals are read already, be it for somebody else's work: then {@link #share} costs next to nothing. */
    default boolean isAttended(Work work) {
        return true;
    }

    /** A batch has committed. May ask the ledger, where a budget is shared. */
    void after(Batch batch);

    /** The last batch has committed: who works next does not share the server with this. Whoever asks again is back. */
    default void leave(Work work) {}

    /**
     * Who works.
     *
     * @param upstream the server
     * @param database the database on it
     * @param migration the migration's number in that database; negative: a client's session
     * @param table what is filled, as SQL names it; may be empty
     */
    record Work(String upstream, String database, long migration, String table) {

        /** A client whose own statements are a backfill. */
        public static Work ofSession(String upstream, String database, long session) {
            return new Work(upstream, database, -session, "");
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
     */
    record Batch(Work work, long rows, Duration took) {}

    /** What a backfill does next. */
    sealed interface Turn {

        /**
         * One batch.
         *
         * @param batchTime how long it should last
         * @param maxRows most rows of it
         * @param reason what holds the backfill back besides; empty at full speed
         * @param alone whether nobody else uses the server, as far as anybody tells: several batches may run at once
         */
        record Go(Duration batchTime, int maxRows, String reason, boolean alone) implements Turn {}

        /**
         * No batch for now.
         *
         * @param pause when to ask again
         * @param reason the signal that decides, with value and limit
         */
        record Rest(Duration pause, String reason) implements Turn {}
    }
}
