package dev.sluice.proxy.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RecoveryTest {

    private static final Duration HOLD = Duration.ofSeconds(2);
    private static final long TICK = Duration.ofMillis(500).toNanos();
    private static final Signal LAG = new Signal("replication_lag", Unit.SECONDS, 1, 2, true, false);

    private Recovery recovery = Recovery.NONE;
    private long now;

    private Pressure look(Reading... readings) {
        now += TICK;
        recovery = recovery.seeing(List.of(readings), HOLD, now);
        return Pressure.of(recovery.judged(List.of(readings), HOLD, now));
    }

    private static Reading lag(double seconds) {
        return new Reading.Measured(LAG, "a", seconds);
    }

    @Test
    void aSignalThatWasAtItsHardLimitStopsUntilItHasBeenWellForAWhile() {
        assertThat(look(lag(2)).stops()).isTrue();
        for (int i = 1; i < 4; i++) {
            Pressure pressure = look(lag(0));
            assertThat(pressure.stops()).isTrue();
            assertThat(pressure.reason()).contains("recovering").contains("replication_lag of a 0 s");
        }
        assertThat(look(lag(0))).isEqualTo(Pressure.NONE);
    }

    @Test
    void oneThatHoversBelowItsHardLimitIsNotWell() {
        look(lag(2.5));
        for (int i = 0; i < 20; i++) {
            assertThat(look(lag(1.9)).stops()).isTrue();
        }
    }

    @Test
    void aStandbyThatHasGoneAwayHoldsNobodyUpForEver() {
        look(lag(5));
        assertThat(look().stops()).isTrue();
        for (int i = 0; i < 3; i++) {
            look();
        }
        assertThat(look()).isEqualTo(Pressure.NONE);
    }

    @Test
    void oneThatCannotBeReadStopsWherePolicySaysSo() {
        Pressure pressure = look(new Reading.Unreadable(LAG, "a", "permission denied"));
        assertThat(pressure.stops()).isTrue();
        assertThat(pressure.reason()).isEqualTo("replication_lag of a cannot be read: permission denied");
    }

    @Property(tries = 300)
    void nothingThatStaysInTheLowerHalfIsEverStopped(
            @ForAll @Size(max = 30) List<@DoubleRange(max = 1.5) Double> lags) {
        recovery = Recovery.NONE;
        for (double seconds : lags) {
            assertThat(look(lag(seconds)).stops()).isFalse();
        }
    }
}
