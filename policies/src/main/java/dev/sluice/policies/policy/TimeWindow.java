package dev.sluice.policies.policy;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
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
