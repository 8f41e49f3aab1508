package dev.sluice.proxy.testing;

import java.time.Duration;

/**
 * How long tests wait for what is sure to come. None of them says how fast something is: on a slow machine everything
 * takes its time. {@code -Dsluice.test.patience=5} waits five times as long.
 */
public final class Patience {

    private static final int FACTOR = Integer.getInteger("sluice.test.patience", 1);

    /** For whatever one process or one server does. */
    public static final Duration LONG = Duration.ofSeconds(90).multipliedBy(FACTOR);

    /** {@link #LONG} in seconds, for those who do not know durations. */
    public static final int SECONDS = Math.toIntExact(LONG.toSeconds());

    /** {@link #LONG} in milliseconds, for sockets. */
    public static final int MILLIS = Math.toIntExact(LONG.toMillis());

    private Patience() {}
}
