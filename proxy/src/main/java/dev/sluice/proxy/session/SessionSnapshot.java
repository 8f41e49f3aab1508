package dev.sluice.proxy.session;

import java.time.Duration;

/**
 * A session as {@code SHOW SLUICE SESSIONS} tells of it.
 *
 * @param transaction where it stands
 * @param state {@code idle}, {@code active}, {@code held}, {@code delayed} by the throttle, {@code connecting}
 * @param age since the client connected
 */
public record SessionSnapshot(SessionInfo info, TransactionStatus transaction, String state, Duration age) {}
