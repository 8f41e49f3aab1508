package dev.sluice.proxy.session;

import java.util.function.Supplier;

/**
 * Hears of the traffic that one listener relays, and may pace what writes many rows. Called on event loops:
 * implementations must neither block nor, for each request, allocate, and are thread-safe.
 */
public interface TrafficListener {

    /** Hears nothing and delays nothing. */
    TrafficListener NONE = new TrafficListener() {};

    /**
     * The server has answered a client's request completely; requests that are paced are left out.
     *
     * @param startedNanos {@link System#nanoTime} when its first byte was forwarded
     * @param endedNanos likewise, when ReadyForQuery or the final packet came
     */
    default void answered(long startedNanos, long endedNanos) {}

    /**
     * What follows a session's bulk writes, from the moment that it has begun.
     *
     * @param session who it is, as of the moment of the call; to be asked on the session's event loop
     */
    default BulkPacing pacing(Supplier<SessionInfo> session) {
        return BulkPacing.NONE;
    }
}
