package dev.sluice.proxy.intercept;

import java.time.Duration;
import java.util.Set;

/**
 * What is configured about interception.
 *
 * @param operators users that may change migrations; {@code *} is everybody
 * @param waits whether a phased statement's answer comes when its migration is complete, where nobody says otherwise
 * @param completionTimeout how long such an answer is held at most
 * @param progressEvery how often a waiting client is told
 * @param blockedPatience how long an answer is held while the migration waits for another session's transaction, which
 *     may be waiting for this answer
 * @param approvalTimeout how long a statement outside a transaction waits for its approval; zero: an error at once
 * @param lock how the expand phase takes its locks
 */
public record InterceptorSettings(
        Set<String> operators,
        boolean waits,
        Duration completionTimeout,
        Duration progressEvery,
        Duration blockedPatience,
        Duration approvalTimeout,
        Locking lock) {

    /** The contract's defaults. */
    public static final InterceptorSettings DEFAULTS = new InterceptorSettings(
            Set.of(),
            true,
            Duration.ofMinutes(15),
            Duration.ofSeconds(3),
            Duration.ofSeconds(5),
            Duration.ZERO,
            new Locking(Duration.ofMillis(50), Duration.ofMillis(200), Duration.ofMinutes(2)));

    public InterceptorSettings {
        operators = Set.copyOf(operators);
    }

    /** Waits {@code timeout} for a lock, gives way for {@code retry}, gives up after {@code patience}. */
    public record Locking(Duration timeout, Duration retry, Duration patience) {}
}
