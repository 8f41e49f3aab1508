package dev.sluice.proxy.session;

import java.time.Duration;

/**
 * What a statement that writes rows is to the gateway.
 *
 * @param rule the rule that makes it a backfill of the application's own, and so paced; empty: an ordinary statement
 * @param maxRowsPerSecond the rule's limit for each session, 0 for none
 * @param maxBytesPerSecond likewise for COPY and LOAD DATA
 * @param maxDelay after which it goes on whatever the pressure is
 * @param judged whether a policy has something to say of it before it is sent
 */
public record BulkWrite(String rule, long maxRowsPerSecond, long maxBytesPerSecond, Duration maxDelay, boolean judged) {

    public static final BulkWrite ORDINARY = new BulkWrite("", 0, 0, Duration.ZERO, false);

    public boolean paced() {
        return !rule.isEmpty();
    }
}
