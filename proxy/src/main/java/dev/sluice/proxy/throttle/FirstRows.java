package dev.sluice.proxy.throttle;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A backfill's first rows, which count for less than they take. They are done before anybody has noticed that they are,
 * whereas a table that has no others would wait a minute for them where little is left to backfills. Short, by rows and by
 * batches, since a batch may find none to fill. Of the same backfill not again after a rest. Not thread-safe.
 */
final class FirstRows {

    private static final long ROWS = 1_000;
    private static final int BATCHES = 8;

    /** The part of the time that they have at least. */
    private static final double LEAST_PART = 0.2;

    /** Those whose begin is remembered; the one that was heard of least goes when there are more. */
    private static final int KEPT = 1_000;

    private final Map<Pacer.Work, Begun> begun = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Pacer.Work, Begun> eldest) {
            return size() > KEPT;
        }
    };

    private record Begun(long rows, int batches) {
        static final Begun NOT = new Begun(0, 0);

        boolean first() {
            return rows < ROWS && batches < BATCHES;
        }

        Begun after(Pacer.Batch batch) {
            return first() ? new Begun(rows + batch.rows(), batches + 1) : this;
        }
    }

    /**
     * How much of the time that a batch took is to be paid for.
     *
     * @param part of the time that the backfill has
     * @return at most 1
     */
    double counts(Pacer.Batch batch, double part) {
        Begun before = begun.getOrDefault(batch.work(), Begun.NOT);
        begun.put(batch.work(), before.after(batch));
        return before.first() ? Math.min(1, part / LEAST_PART) : 1;
    }
}
