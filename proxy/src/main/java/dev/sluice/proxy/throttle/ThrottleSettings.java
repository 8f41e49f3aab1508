package dev.sluice.proxy.throttle;

import java.time.Duration;

/**
 * What a backfill yields to.
 *
 * @param maxReplicationLag of any standby; a backfill slows from half of it on and stops at it
 * @param maxLatencyFactor how many times the usual latency the foreground may have, above 1
 * @param maxActiveSessions most sessions at work on the server, 0: no limit
 * @param maxRowsPerSecond of all migrations of an upstream, 0: no limit
 */
public record ThrottleSettings(
        Duration maxReplicationLag, double maxLatencyFactor, int maxActiveSessions, long maxRowsPerSecond) {

    public static final ThrottleSettings DEFAULTS = new ThrottleSettings(Duration.ofSeconds(2), 1.25, 0, 0);
}
