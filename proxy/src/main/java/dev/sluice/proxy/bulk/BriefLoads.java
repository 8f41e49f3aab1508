package dev.sluice.proxy.bulk;

import java.time.Duration;

/**
 * The COPYs and LOADs of one upstream that are over before the throttle's signals would have told anything of them: half a
 * second in all sessions together, and again when there was none for ten seconds. To begin to watch a server costs as much
 * as several megabytes. Thread-safe.
 */
final class BriefLoads {

    private static final long NANOS = Duration.ofMillis(500).toNanos();
    private static final long FORGOTTEN_NANOS = Duration.ofSeconds(10).toNanos();

    private long spentNanos;
    private long lastAt;

    /**
     * Takes in that somebody has loaded for a time.
     *
     * @return whether that is still nobody's concern
     */
    synchronized boolean cover(long nanos, long nowNanos) {
        if (nowNanos - lastAt >= FORGOTTEN_NANOS) {
            spentNanos = 0;
        }
        lastAt = nowNanos;
        spentNanos = Math.min(NANOS + 1, spentNanos + nanos);
        return spentNanos <= NANOS;
    }
}
