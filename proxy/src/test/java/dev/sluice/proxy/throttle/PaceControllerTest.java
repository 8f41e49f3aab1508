package dev.sluice.proxy.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** The arithmetic by itself; {@link SimulationTest} has it control databases. */
class PaceControllerTest {

    private static final long SECOND = 1_000_000_000;
    private static final Signal LOAD = new Signal("load", Unit.COUNT, 1, 2, false, false);
    private static final Signal VACUUM = Watched.AUTOVACUUM.byDefault();

    private static Pressure of(Reading... readings) {
        return Pressure.of(List.of(readings));
    }

    @Property(tries = 500)
    void thePaceStaysWithinItsRangeWhateverHappens(
            @ForAll @DoubleRange(max = 1) double share,
            @ForAll @DoubleRange(max = 1) double level,
            @ForAll @DoubleRange(max = 1) double most,
            @ForAll @LongRange(min = 0) long elapsedNanos) {
        Pace next = PaceController.next(new Pace(share), new Pressure(level, most, Optional.empty()), elapsedNanos);
        assertThat(next.share()).isBetween(0.0, 1.0);
        assertThat(next.batch()).isBetween(0.2, 1.0);
    }

    @Test
    void aHardLimitStopsAtOnce() {
        assertThat(PaceController.next(Pace.FULL, of(new Reading.Measured(LOAD, "", 2)), 0)
                        .standing())
                .isTrue();
    }

    @Test
    void softPressureSlowsButDoesNotStop() {
        Pace pace = Pace.FULL;
        for (int i = 0; i < 60; i++) {
            pace = PaceController.next(pace, of(new Reading.Measured(LOAD, "", 1.9)), SECOND);
        }
        assertThat(pace.share()).isEqualTo(PaceController.LEAST);
    }

    @Test
    void aSignalThatDoesNotAnswerToThePaceLimitsItSteadily() {
        Pace pace = Pace.FULL;
        for (int i = 0; i < 60; i++) {
            pace = PaceController.next(pace, of(new Reading.Measured(VACUUM, "", 1)), SECOND);
        }
        assertThat(pace.share()).isEqualTo(1 - Reading.STEADY_PRESSURE);
    }

    @Test
    void aSignalThatCannotBeReadCountsAsBad() {
        Pressure slows = of(new Reading.Measured(LOAD, "", 0), new Reading.Unreadable(LOAD, "b", "gone"));
        assertThat(slows.stops()).isFalse();
        assertThat(PaceController.next(Pace.FULL, slows, SECOND).share()).isEqualTo(0.25);
        assertThat(slows.reason()).contains("load of b").contains("gone");
    }

    @Test
    void theWorstSignalDecides() {
        Pressure pressure = of(
                new Reading.Measured(LOAD, "a", 1.2),
                new Reading.Measured(LOAD, "b", 1.6),
                new Reading.Measured(LOAD, "c", 0));
        assertThat(pressure.level()).isEqualTo(0.6, org.assertj.core.data.Offset.offset(1e-9));
        assertThat(pressure.reason()).isEqualTo("load of b 1.6 (slows above 1, stops at 2)");
    }
}
