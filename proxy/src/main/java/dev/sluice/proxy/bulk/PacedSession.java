package dev.sluice.proxy.bulk;

import java.time.Duration;
import java.util.Optional;

/**
 * A session whose bulk writes are followed, as {@code SHOW SLUICE} tells of it.
 *
 * @param session the gateway's number of it
 * @param rule the rule that its last such statement fell under
 * @param rows written by such statements
 * @param bytes sent by COPY and LOAD DATA
 * @param waiting for how long it has been held up by now; empty when it is not
 * @param delayed how long it has been held up in all, the present wait included
 * @param reason what held it up last, empty if nothing ever did
 */
public record PacedSession(
        long session,
        String upstream,
        String rule,
        long rows,
        long bytes,
        Optional<Duration> waiting,
        Duration delayed,
        String reason) {}
