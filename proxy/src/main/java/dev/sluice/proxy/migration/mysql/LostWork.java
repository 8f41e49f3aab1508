package dev.sluice.proxy.migration.mysql;

import java.time.Duration;

/**
 * How often a statement has worked for long and then got nothing for it, since it needed a lock at its end and could not
 * have it: an index build does. The next one may queue for twice as long, so that it comes to its end some time. Pure and
 * immutable.
 *
 * @param times in a row, as far as they count
 */
record LostWork(int times) {

    static final LostWork NONE = new LostWork(0);

    /** Who has worked for so long before it had to give way has lost something. */
    private static final Duration WORK = Duration.ofSeconds(2);

    /** So often is the time doubled: others queue behind it meanwhile. */
    private static final int MOST = 3;

    /** @param timeout how long a statement queues that has lost nothing */
    Duration timeout(Duration timeout) {
        return timeout.multipliedBy(1L << times);
    }

    /**
     * One more had to give way.
     *
     * @param took all that it did and waited
     */
    LostWork after(Duration took, Duration timeout) {
        boolean worked = took.compareTo(WORK.plus(timeout(timeout))) > 0;
        return worked && times < MOST ? new LostWork(times + 1) : this;
    }
}
