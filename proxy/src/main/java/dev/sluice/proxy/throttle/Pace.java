package dev.sluice.proxy.throttle;

import java.time.Duration;

/**
 * How fast a backfill goes: the share of time in which it may work.
 *
 * @param share 0: not at all, 1: batch after batch
 * @param holdNanos how much longer it stands still although the pressure has gone; 0 when it may go on
 */
public record Pace(double share, long holdNanos) {

    /** How a backfill begins: not at full speed, since nobody knows yet what the database bears. */
    public static final Pace INITIAL = new Pace(0.25, 0);

    /** The longest pause between two looks at the pressure. */
    private static final long MAX_PAUSE_NANOS = Duration.ofSeconds(2).toNanos();

    public Pace {
        if (!(share >= 0 && share <= 1) || holdNanos < 0) {
            throw new IllegalArgumentException("pace " + share + ", " + holdNanos);
        }
    }

    /** Whether no batch may run now. */
    public boolean standing() {
        return share == 0;
    }

    /**
     * How long to pause after a batch so that working and pausing come to this share.
     *
     * @param batchNanos how long the batch took
     */
    public long pauseNanos(long batchNanos) {
        if (share >= 1) {
            return 0;
        }
        if (standing()) {
            return Math.clamp(holdNanos, Duration.ofMillis(100).toNanos(), MAX_PAUSE_NANOS);
        }
        return Math.min(MAX_PAUSE_NANOS, (long) (batchNanos * (1 / share - 1)));
    }
}
