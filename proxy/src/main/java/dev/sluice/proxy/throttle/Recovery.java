package dev.sluice.proxy.throttle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which signals were at their hard limit and have not been well for long enough since. Well is a signal in the lower half
 * between its limits: one that hovers at the hard limit must not start and stop a backfill by turns. Pure and immutable;
 * moments are those of one monotonic clock.
 *
 * @param stopped by the readings' names
 */
public record Recovery(Map<String, Stopped> stopped) {

    public static final Recovery NONE = new Recovery(Map.of());

    private static final double WELL = 0.5;

    /** @param badAt when it was last not well */
    record Stopped(Reading last, long badAt) {}

    public Recovery {
        stopped = Map.copyOf(stopped);
    }

    /** After a look at all signals. One that has gone away counts as well. */
    public Recovery seeing(List<? extends Reading> readings, Duration hold, long now) {
        Map<String, Stopped> next = new HashMap<>();
        stopped.forEach((name, before) -> {
            if (now - before.badAt() < hold.toNanos()) {
                next.put(name, before);
            }
        });
        for (Reading reading : readings) {
            boolean stops = reading.pressure() >= 1;
            boolean unwell = stopped.containsKey(reading.name()) && reading.pressure() > WELL;
            if (stops || unwell) {
                next.put(reading.name(), new Stopped(reading, now));
            } else if (next.containsKey(reading.name())) {
                next.put(
                        reading.name(),
                        new Stopped(reading, next.get(reading.name()).badAt()));
            }
        }
        return new Recovery(next);
    }

    /** The readings as they count: whoever has not recovered still stops. */
    public List<Reading> judged(List<? extends Reading> readings, Duration hold, long now) {
        List<Reading> judged = new ArrayList<>();
        Set<String> present = new HashSet<>();
        for (Reading reading : readings) {
            present.add(reading.name());
            Stopped since = stopped.get(reading.name());
            judged.add(since == null || reading.pressure() >= 1 ? reading : recovering(since, hold, now));
        }
        stopped.forEach((name, since) -> {
            if (!present.contains(name)) {
                judged.add(recovering(since, hold, now));
            }
        });
        return List.copyOf(judged);
    }

    private static Reading recovering(Stopped since, Duration hold, long now) {
        return new Reading.Recovering(
                since.last(), Duration.ofNanos(Math.max(0, hold.toNanos() - (now - since.badAt()))));
    }
}
