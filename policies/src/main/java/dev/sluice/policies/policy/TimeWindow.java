package dev.sluice.policies.policy;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A stretch of time that may come again. Days count where it begins; one that ends before it begins goes over midnight.
 *
 * @param days days of the week; empty: every day
 * @param from the first moment of the day; empty: its start
 * @param to the first moment that is no longer in it; empty: the end of the day
 * @param first the first date of a freeze
 * @param last its last date, included
 * @param zone the zone that all of it is meant in
 */
public record TimeWindow(
        Set<DayOfWeek> days,
        Optional<LocalTime> from,
        Optional<LocalTime> to,
        Optional<LocalDate> first,
        Optional<LocalDate> last,
        ZoneId zone) {

    public TimeWindow {
        days = Set.copyOf(days);
    }

    String words() {
        List<String> words = new ArrayList<>();
        days.stream()
                .sorted()
                .forEach(day -> words.add(
                        day.getDisplayName(TextStyle.SHORT, Locale.ROOT).toLowerCase(Locale.ROOT)));
        from.ifPresent(time -> words.add("from " + time));
        to.ifPresent(time -> words.add("to " + time));
        first.ifPresent(date -> words.add("from " + date));
        last.ifPresent(date -> words.add("through " + date));
        words.add(zone.toString());
        return String.join(" ", words);
    }

    /** Whether a moment is in it. */
    public boolean contains(Instant moment) {
        ZonedDateTime local = moment.atZone(zone);
        LocalTime begin = from.orElse(LocalTime.MIN);
        boolean overMidnight = to.isPresent() && to.get().isBefore(begin);
        boolean afterMidnight = overMidnight && local.toLocalTime().isBefore(to.get());
        LocalDate day = afterMidnight ? local.toLocalDate().minusDays(1) : local.toLocalDate();
        boolean inHours = afterMidnight
                || (!local.toLocalTime().isBefore(begin)
                        && (overMidnight || to.isEmpty() || local.toLocalTime().isBefore(to.get())));
        return inHours
                && (days.isEmpty() || days.contains(day.getDayOfWeek()))
                && first.map(f -> !day.isBefore(f)).orElse(true)
                && last.map(l -> !day.isAfter(l)).orElse(true);
    }
}
