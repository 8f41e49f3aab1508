package dev.sluice.proxy.config;

import java.time.Duration;

/**
 * How the gateway takes locks: it waits for {@code timeout}, gives way for {@code retry} (jittered), and gives up after
 * {@code patience}.
 */
public record LockConfig(Duration timeout, Duration retry, Duration patience) {

    public static final LockConfig DEFAULTS =
            new LockConfig(Duration.ofMillis(50), Duration.ofMillis(200), Duration.ofMinutes(2));
}
