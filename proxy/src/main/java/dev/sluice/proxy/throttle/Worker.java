package dev.sluice.proxy.throttle;

import java.time.Duration;

/**
 * One backfill, as its server's throttle knows it: when it was heard of last, and what it may spend. Not thread-safe;
 * moments are one monotonic clock's.
 */
final class Worker {

    /** A backfill that has not been heard of for so long has ended. */
    private static final long AT_WORK_NANOS = Duration.ofSeconds(5).toNanos();

    private long seenAt;
    private boolean batch;
    private boolean left;
    private Budget time;
    private Budget own;
    private Budget floor;
    private long paidAt;

    Worker(long now) {
        time = Budget.starting(now);
        own = time;
        floor = time;
        paidAt = now;
    }

    void seen(long now) {
        seenAt = now;
        left = false;
    }

    /** It has no more to do for now. Its server's signals are read on: somebody else's may come right behind it. */
    void leaves() {
        left = true;
    }

    boolean isWorking() {
        return !left;
    }

    boolean isGone(long now) {
        return now - seenAt > AT_WORK_NANOS;
    }

    void begins() {
        batch = true;
    }

    /** @return whether a batch of its ran until now */
    boolean ends() {
        boolean ran = batch;
        batch = false;
        return ran;
    }

    /**
     * Time goes by.
     *
     * @param part of the time, in which it may work
     * @param ownRows its own limit, in rows a second
     * @param floorRows the rows a second that it keeps under soft pressure
     */
    void fill(double part, long ownRows, long floorRows, long now) {
        time = time.filled(part * 1e9, 0, now);
        own = own.filled(ownRows, 0, now);
        floor = floor.filled(floorRows, 0, now);
    }

    /** @param counts how much of the time that it took */
    void spent(Pacer.Batch batch, double counts) {
        time = time.spent(batch.took().toNanos() * counts);
        own = own.spent(batch.rows());
        floor = floor.spent(batch.rows());
    }

    /** When what it has taken from the budget of all gateways is paid for. */
    void paid(long atNanos) {
        paidAt = atNanos;
    }

    long untilPaidNanos(long now) {
        return paidAt - now;
    }

    Budget time() {
        return time;
    }

    Budget own() {
        return own;
    }

    Budget floor() {
        return floor;
    }
}
