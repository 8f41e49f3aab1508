package dev.sluice.proxy.migration;

import java.time.Duration;

/**
 * How many batches of a backfill run at once while nobody else uses the server. An UPDATE keeps one core of it busy;
 * whether it has others is nobody's to tell, so one more is tried, and stays if more rows come of it. Pure and
 * immutable.
 *
 * @param count as many run at once
 * @param fewer rows a second with one less; 0: that is not asked
 * @param rows of the batches that are being looked at
 * @param nanos that these took
 * @param batches how many they are; below 0: so many are not looked at yet
 * @param resting for so many looks no more are tried
 * @param look how it is found out whether one more is worth it
 */
public record LaneCount(int count, double fewer, long rows, long nanos, int batches, int resting, Look look) {

    /** Never more than this. */
    public static final int MOST = 4;

    /** A new one has to connect and to find a range first: so many batches tell nothing of what it brings. */
    private static final int SETTLING_BATCHES = 3;

    /**
     * How it is found out whether one more is worth it.
     *
     * @param worth from so many times the rows on; less is chance
     * @param batches so many of them are looked at: what others have under way meanwhile blurs few of them
     * @param rest for so many looks no more are tried after one was not worth it
     * @param unasked so many there are as soon as a batch has lasted as long as it should
     */
    public record Look(double worth, int batches, int rest, int unasked) {}

    /** Batches that commit in one order, whoever did them: more are a burden unless they bring something. */
    public static final LaneCount ORDERED = starting(new Look(1.03, 6, 66, 1));

    /**
     * Batches that commit as they end. Who commits waits for the disk and leaves its core to another, so more than there are
     * cores are worth having, and do no harm where they bring nothing: one that seems slower by chance is kept.
     */
    public static final LaneCount APART = starting(new Look(0.9, 5, 20, 2));

    private static LaneCount starting(Look look) {
        return new LaneCount(1, 0, 0, 0, 0, 0, look);
    }

    /**
     * After a batch.
     *
     * @param lanes how many ran at once
     * @param did rows of all of them
     * @param target how long it should have taken; one that was much shorter tells nothing
     */
    public LaneCount after(int lanes, long did, Duration took, Duration target) {
        if (lanes != count || took.compareTo(target.dividedBy(2)) < 0) {
            return this;
        }
        if (count < look.unasked() && resting == 0) {
            return of(look.unasked(), 0);
        }
        if (batches < 0) {
            return new LaneCount(count, fewer, 0, 0, batches + 1, resting, look);
        }
        LaneCount seen = new LaneCount(count, fewer, rows + did, nanos + took.toNanos(), batches + 1, resting, look);
        return seen.batches < look.batches() ? seen : seen.looked();
    }

    private LaneCount looked() {
        double rate = rows * 1e9 / Math.max(1, nanos);
        if (count > 1 && rate < fewer * look.worth()) {
            return of(count - 1, look.rest());
        }
        if (resting > 0 || count == MOST) {
            return of(count, Math.max(0, resting - 1));
        }
        return new LaneCount(count + 1, rate, 0, 0, -SETTLING_BATCHES, 0, look);
    }

    /** A batch failed: one at a time for a while. */
    public LaneCount afterFailure() {
        return of(1, look.rest());
    }

    private LaneCount of(int newCount, int newResting) {
        return new LaneCount(newCount, 0, 0, 0, 0, newResting, look);
    }
}
