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
 */
public record LaneCount(int count, double fewer, long rows, long nanos, int batches, int resting) {

    /** Never more than this. */
    public static final int MOST = 4;

    /** One more is worth it from here on; less is chance. Who commits leaves its core to another, so it may be more than there are cores. */
    private static final double WORTH = 1.03;

    private static final int LOOK_BATCHES = 6;
    private static final int REST_LOOKS = 66;

    /** A new one has to connect and to find a range first: so many batches tell nothing of what it brings. */
    private static final int SETTLING_BATCHES = 3;

    public static final LaneCount ONE = new LaneCount(1, 0, 0, 0, 0, 0);

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
        if (batches < 0) {
            return new LaneCount(count, fewer, 0, 0, batches + 1, resting);
        }
        LaneCount seen = new LaneCount(count, fewer, rows + did, nanos + took.toNanos(), batches + 1, resting);
        return seen.batches < LOOK_BATCHES ? seen : seen.looked();
    }

    private LaneCount looked() {
        double rate = rows * 1e9 / Math.max(1, nanos);
        if (count > 1 && rate < fewer * WORTH) {
            return of(count - 1, 0, REST_LOOKS);
        }
        if (resting > 0 || count == MOST) {
            return of(count, 0, Math.max(0, resting - 1));
        }
        return new LaneCount(count + 1, rate, 0, 0, -SETTLING_BATCHES, 0);
    }

    /** A batch failed: one at a time for a while. */
    public LaneCount afterFailure() {
        return of(1, 0, REST_LOOKS);
    }

    private static LaneCount of(int count, double fewer, int resting) {
        return new LaneCount(count, fewer, 0, 0, 0, resting);
    }
}
