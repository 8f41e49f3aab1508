package dev.sluice.proxy.config;

import dev.sluice.policies.policy.TimeWindow;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Reads windows of time: {@code {days: [sat, sun], from: "22:00", to: "06:00", zone: Europe/Berlin}}. */
final class Windows {

    private Windows() {}

    static List<TimeWindow> read(Section s, String key) {
        List<TimeWindow> windows = new ArrayList<>();
        for (Section window : s.sections(key)) {
            windows.add(new TimeWindow(
                    days(window),
                    window.parsed("from", parse(LocalTime::parse), "a time of day such as 22:00"),
                    window.parsed("to", parse(LocalTime::parse), "a time of day such as 06:00"),
                    window.parsed("first", parse(LocalDate::parse), "a date such as 2026-12-20"),
                    window.parsed("last", parse(LocalDate::parse), "a date such as 2027-01-06"),
                    window.parsed("zone", parse(ZoneId::of), "a time zone such as Europe/Berlin")
                            .orElse(ZoneOffset.UTC)));
            window.end();
        }
        return windows;
    }

    private static Set<DayOfWeek> days(Section window) {
        Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
        for (String word : window.texts("days")) {
            Optional<DayOfWeek> day = day(word.toUpperCase(Locale.ROOT));
            day.ifPresent(days::add);
            if (day.isEmpty()) {
                window.problem("days", "expected mon, tue, wed, thu, fri, sat or sun, found \"" + word + "\"");
            }
        }
        return days;
    }

    private static Optional<DayOfWeek> day(String word) {
        for (DayOfWeek day : DayOfWeek.values()) {
            if (word.length() >= 3 && day.name().startsWith(word)) {
                return Optional.of(day);
            }
        }
        return Optional.empty();
    }

    private static <T> Function<String, Optional<T>> parse(Function<String, T> parse) {
        return text -> {
            try {
                return Optional.of(parse.apply(text));
            } catch (DateTimeException e) {
                return Optional.empty();
            }
        };
    }
}
