package dev.sluice.proxy.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.policy.TimeWindow;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HoursTest {

    private static final Hours NIGHTS = new Hours(List.of(new TimeWindow(
            Set.of(DayOfWeek.MONDAY, DayOfWeek.TUESDAY),
            Optional.of(LocalTime.of(22, 0)),
            Optional.of(LocalTime.of(6, 0)),
            Optional.empty(),
            Optional.empty(),
            ZoneId.of("Europe/Berlin"))));

    @Test
    void atNightItIsOpenInItsOwnZone() {
        // Monday 2026-11-23, 22:30 in Berlin.
        assertThat(NIGHTS.open(Instant.parse("2026-11-23T21:30:00Z"))).isTrue();
        assertThat(NIGHTS.open(Instant.parse("2026-11-24T04:59:00Z"))).isTrue();
        assertThat(NIGHTS.open(Instant.parse("2026-11-24T05:00:00Z"))).isFalse();
    }

    @Test
    void whoWaitsIsToldWhenItOpens() {
        assertThat(NIGHTS.closed(Instant.parse("2026-11-21T11:12:13Z")))
                .contains("outside the hours of backfills, which begin Mon 22:00 Europe/Berlin");
    }

    @Test
    void withoutWindowsItIsAlwaysOpen() {
        assertThat(Hours.ALWAYS.closed(Instant.EPOCH)).isEmpty();
        assertThat(Hours.ALWAYS.text()).isEqualTo("always");
        assertThat(NIGHTS.text()).isEqualTo("Mon Tue 22:00–06:00 Europe/Berlin");
    }
}
