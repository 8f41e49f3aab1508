package dev.sluice.proxy.throttle.sensor;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** How fast a counter of the server's grows, over a while. Not thread-safe. */
final class Growth {

    private final long overNanos;
    private final Deque<Mark> marks = new ArrayDeque<>();

    private record Mark(double value, long at) {}

    Growth(Duration over) {
        this.overNanos = over.toNanos();
    }

    /** The growth a second since the while began, or since the first value; 0 for the first, and after a reset. */
    double perSecond(double value, long now) {
        if (!marks.isEmpty() && value < marks.getLast().value()) {
            marks.clear();
        }
        marks.addLast(new Mark(value, now));
        while (marks.size() > 2 && now - marks.getFirst().at() > overNanos) {
            marks.removeFirst();
        }
        double seconds = (now - marks.getFirst().at()) / 1e9;
        return seconds <= 0 ? 0 : (value - marks.getFirst().value()) / seconds;
    }

    /** The growth within the while. */
    double within(double value, long now) {
        double rate = perSecond(value, now);
        return rate * (now - marks.getFirst().at()) / 1e9;
    }
}
