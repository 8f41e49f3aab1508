package dev.sluice.proxy.bulk;

import java.time.Duration;
import java.util.Optional;

/** What is told of a session that is paced. Written on its event loop; read by anyone. */
final class SessionCounts {

    private volatile String rule = "";
    private volatile String reason = "";
    private volatile long rows;
    private volatile long bytes;
    private volatile boolean waiting;
    private volatile long waitingSinceNanos;
    private volatile long delayedNanos;

    void began(String by) {
        rule = by;
    }

    synchronized void wrote(long more, long moreBytes) {
        rows += more;
        bytes += moreBytes;
    }

    void waits(long sinceNanos, String why) {
        waitingSinceNanos = sinceNanos;
        reason = why;
        waiting = true;
    }

    /** @return for how long it was held up, in nanoseconds */
    synchronized long goesOn(long nowNanos) {
        if (!waiting) {
            return 0;
        }
        long waited = nowNanos - waitingSinceNanos;
        delayedNanos += waited;
        waiting = false;
        return waited;
    }

    synchronized PacedSession picture(long session, String upstream, long nowNanos) {
        long now = waiting ? Math.max(0, nowNanos - waitingSinceNanos) : 0;
        return new PacedSession(
                session,
                upstream,
                rule,
                rows,
                bytes,
                waiting ? Optional.of(Duration.ofNanos(now)) : Optional.empty(),
                Duration.ofNanos(delayedNanos + now),
                reason);
    }
}
