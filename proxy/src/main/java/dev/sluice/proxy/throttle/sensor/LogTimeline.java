package dev.sluice.proxy.throttle.sensor;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * When the primary's write-ahead log was where. A standby is as far behind as it is since the primary was where the
 * standby is now: in one clock, whatever the servers' own clocks say, and right too when replay stands still, of which
 * the standby's own figure tells nothing. Thread-safe.
 */
final class LogTimeline {

    private static final long KEPT_NANOS = Duration.ofMinutes(10).toNanos();

    private final Deque<Mark> marks = new ArrayDeque<>();
    private final Map<String, Mark> standing = new HashMap<>();

    private record Mark(double position, long at) {}

    /** The primary has flushed its log up to a position, in bytes from the log's beginning. */
    synchronized void primaryAt(double position, long now) {
        marks.addLast(new Mark(position, now));
        while (now - marks.getFirst().at() > KEPT_NANOS) {
            marks.removeFirst();
        }
    }

    /** Whether there is something that a replay has not reached. */
    synchronized boolean behind(double replayed) {
        return !marks.isEmpty() && marks.getLast().position() > replayed;
    }

    /**
     * How far a replay is behind, in seconds.
     *
     * @param told what the server says, which counts where the primary's positions do not go back so far
     */
    synchronized double lagSeconds(double replayed, double told, long now) {
        if (!behind(replayed)) {
            return 0;
        }
        boolean known = false;
        for (Mark mark : marks) {
            if (mark.position() > replayed) {
                double seconds = (now - mark.at()) / 1e9;
                return known ? seconds : Math.max(seconds, told);
            }
            known = true;
        }
        return 0;
    }

    /**
     * For how long a replay that has something to do has not come forward, in seconds.
     *
     * @param who tells the standbys apart
     */
    synchronized double stalledSeconds(String who, double replayed, long now) {
        Mark before = standing.get(who);
        if (before == null || before.position() != replayed || !behind(replayed)) {
            standing.put(who, new Mark(replayed, now));
            return 0;
        }
        return (now - before.at()) / 1e9;
    }
}
