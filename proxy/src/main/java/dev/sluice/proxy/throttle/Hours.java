package dev.sluice.proxy.throttle;

import dev.sluice.policies.policy.TimeWindow;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/** When backfills may work. Immutable. */
public record Hours(List<TimeWindow> windows) {

    public static final Hours ALWAYS = new Hours(List.of());

    private static final int MINUTES_LOOKED_AHEAD = 8 * 24 * 60;
    private static final DateTimeFormatter WORDS = DateTimeFormatter.ofPattern("EEE HH:mm VV", Locale.ROOT);

    public Hours {
        windows = List.copyOf(windows);
    }

    public boolean open(Instant moment) {
        return windows.isEmpty() || windows.stream().anyMatch(w -> w.contains(moment));
    }

    /** Why no backfill works at a moment, and when the next may; empty when it may. */
    public Optional<String> closed(Instant moment) {
        if (open(moment)) {
            return Optional.empty();
        }
        Instant minute = moment.truncatedTo(ChronoUnit.MINUTES);
        for (int i = 1; i <= MINUTES_LOOKED_AHEAD; i++) {
            Instant then = minute.plus(Duration.ofMinutes(i));
            Optional<TimeWindow> opens =
                    windows.stream().filter(w -> w.contains(then)).findFirst();
            if (opens.isPresent()) {
                ZonedDateTime local = then.atZone(opens.get().zone());
                return Optional.of("outside the hours of backfills, which begin " + WORDS.format(local));
            }
        }
        return Optional.of("outside the hours of backfills");
    }

    /** For a person. */
    public String text() {
        return windows.isEmpty() ? "always" : windows.stream().map(Hours::text).collect(Collectors.joining(", "));
    }

    private static String text(TimeWindow w) {
        StringJoiner words = new StringJoiner(" ");
        w.days().stream().sorted().forEach(day -> words.add(day.getDisplayName(TextStyle.SHORT, Locale.ROOT)));
        w.first().ifPresent(first -> words.add("from " + first));
        w.last().ifPresent(last -> words.add("until " + last));
        words.add(w.from().orElse(LocalTime.MIN) + "–"
                + w.to().map(LocalTime::toString).orElse("24:00"));
        return words.add(w.zone().toString()).toString();
    }
}
