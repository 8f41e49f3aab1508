package dev.sluice.proxy.config;

import java.time.Duration;

/**
 * When the client gets the answer to a statement that is carried out in phases.
 *
 * @param waits {@code completion: wait}: when the migration is complete; else after its expand phase
 * @param timeout how long that waits at most
 * @param approvalTimeout how long a client waits for an approval; zero: it gets an error at once
 * @param approvalValidity how long an approval may be used
 */
public record CompletionConfig(boolean waits, Duration timeout, Duration approvalTimeout, Duration approvalValidity) {

    public static final CompletionConfig DEFAULTS =
            new CompletionConfig(true, Duration.ofMinutes(15), Duration.ZERO, Duration.ofHours(24));
}
