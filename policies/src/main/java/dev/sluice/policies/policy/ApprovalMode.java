package dev.sluice.policies.policy;

import java.time.Duration;
import java.util.Optional;

/**
 * What becomes of a client whose statement waits for an approval: it is kept waiting, or gets an error with the request's
 * number at once. Inside a transaction it is always an error, since the transaction may hold locks.
 *
 * @param waits whether it is kept waiting
 * @param atMost for how long; empty: as long as the gateway's {@code approval_timeout}
 * @param decidedBy the place in the policy that says so
 */
public record ApprovalMode(boolean waits, Optional<Duration> atMost, String decidedBy) {

    private static final Duration UNSAID = Duration.ofMinutes(10);

    /**
     * How long the client waits; zero: not at all.
     *
     * @param configured the gateway's {@code approval_timeout}
     */
    public Duration patience(Duration configured) {
        if (!waits) {
            return Duration.ZERO;
        }
        return atMost.orElse(configured.isPositive() ? configured : UNSAID);
    }
}
