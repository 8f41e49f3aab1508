package dev.sluice.proxy.config;

import java.time.Duration;

/**
 * What a backfill yields to.
 *
 * @param batchTime how long one batch may hold its row locks
 * @param maxReplicationLag of any standby
 * @param maxLatencyFactor of the foreground's latency over its baseline
 * @param maxActiveSessions most sessions at work in the database, 0: no limit
 * @param maxRowsPerSecond of all migrations of an upstream, 0: no limit
 */
public record ThrottleConfig(
        Duration batchTime,
        Duration maxReplicationLag,
        double maxLatencyFactor,
        int maxActiveSessions,
        int maxRowsPerSecond) {

    public static final ThrottleConfig DEFAULTS =
            new ThrottleConfig(Duration.ofMillis(50), Duration.ofSeconds(2), 1.25, 0, 0);
}
