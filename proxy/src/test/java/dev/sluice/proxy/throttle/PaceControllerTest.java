package dev.sluice.proxy.throttle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

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
            @ForAll @DoubleRange(max = 100) double others,
            @ForAll boolean ours,
            @ForAll @LongRange(min = 0) long elapsedNanos) {
        Pressure pressure = new Pressure(level, most, Optional.empty());
        Pace next = PaceController.next(new Pace(share), pressure, others, ours, elapsedNanos);
        assertThat(next.share()).isBetween(0.0, 1.0);
        assertThat(next.batch(others > 0)).isBetween(0.16, 1.0);
    }

    @Test
    void aHardLimitStopsAtOnce() {
        assertThat(PaceController.next(Pace.FULL, of(new Reading.Measured(LOAD, "", 2)), 1, true, 0)
                        .standing())
                .isTrue();
    }

    @Test
    void afterAHardLimitItBeginsSmallAndLessSoWhereTheOthersAreFew() {
        Pace standing = PaceController.next(Pace.FULL, of(new Reading.Measured(LOAD, "", 2)), 1, true, 0);
        assertThat(PaceController.next(standing, of(), 1, true, SECOND).share()).isEqualTo(PaceController.LEAST);
        assertThat(PaceController.next(standing, of(), 0.1, true, SECOND).share())
                .isEqualTo(10 * PaceController.LEAST);
    }

    @Test
    void softPressureSlowsButDoesNotStop() {
        Pace pace = Pace.FULL;
        for (int i = 0; i < 60; i++) {
            pace = PaceController.next(pace, of(new Reading.Measured(LOAD, "", 1.9)), 1, true, SECOND);
        }
        assertThat(pace.share()).isEqualTo(PaceController.LEAST);
    }

    @Test
    void aSignalThatDoesNotAnswerToThePaceLimitsItSteadily() {
        Pace pace = Pace.FULL;
        for (int i = 0; i < 60; i++) {
            pace = PaceController.next(pace, of(new Reading.Measured(VACUUM, "", 1)), 0, true, SECOND);
        }
        assertThat(pace.share()).isEqualTo(1 - Reading.STEADY_PRESSURE);
    }

    @Test
    void aSignalThatCannotBeReadCountsAsBad() {
        Pressure slows = of(new Reading.Measured(LOAD, "", 0), new Reading.Unreadable(LOAD, "b", "gone"));
        assertThat(slows.stops()).isFalse();
        assertThat(PaceController.next(Pace.FULL, slows, 0, true, SECOND).share())
                .isEqualTo(0.25);
        assertThat(slows.reason()).contains("load of b").contains("gone");
    }

    @Test
    void besideOthersItGoesQuicklyToWhatWasBorneAndSlowlyBeyond() {
        Pace pace = new Pace(0.1, 0.6, false);
        Pace soon = run(pace, of(), 1, 2);
        Pace later = run(pace, of(), 1, 7);
        assertThat(soon.share()).isEqualTo(0.6, offset(0.01));
        assertThat(later.share()).isEqualTo(0.7, offset(0.01));
        assertThat(run(pace, of(), 0, 4).full()).isTrue();
    }

    @Test
    void whereFewRequestsAreUnderWayItNeedNotFeelItsWay() {
        assertThat(Pace.first(4).share()).isEqualTo(0.02);
        assertThat(Pace.first(0.5).share()).isEqualTo(0.08);
        assertThat(run(Pace.first(4), of(), 4, 10).share()).isEqualTo(0.03, offset(0.001));
        assertThat(run(Pace.first(0.05), of(), 0.05, 10).share()).isGreaterThan(0.9);
        Pace hurt = new Pace(0.4, 0.4, false);
        assertThat(run(hurt, of(), 1, 4).share()).isLessThan(0.46);
        assertThat(run(hurt, of(), 0.1, 4).full()).isTrue();
    }

    @Test
    void whatHurtIsKeptInMindButTroubleAtASmallShareIsNotHeldAgainstIt() {
        Pressure stops = of(new Reading.Measured(LOAD, "", 2));
        Pace hurt = PaceController.next(new Pace(0.8), stops, 1, true, SECOND);
        assertThat(hurt.borne()).isEqualTo(0.56, offset(0.001));
        assertThat(PaceController.next(hurt, stops, 1, true, SECOND).borne()).isEqualTo(hurt.borne());

        assertThat(PaceController.next(new Pace(0.8), stops, 1, false, SECOND).borne())
                .as("the others suffer anyway")
                .isEqualTo(0.8);
        assertThat(PaceController.next(new Pace(0.02, 0, false), stops, 1, false, SECOND)
                        .borne())
                .as("what was reached before anything hurt")
                .isEqualTo(0.02);

        Pace small = PaceController.next(new Pace(0.05, 0.56, false), stops, 1, true, SECOND);
        assertThat(small.borne()).isEqualTo(0.392, offset(0.001));
    }

    private static Pace run(Pace from, Pressure pressure, double others, int seconds) {
        Pace pace = from;
        for (int i = 0; i < seconds * 10; i++) {
            pace = PaceController.next(pace, pressure, others, true, SECOND / 10);
        }
        return pace;
    }

    @Test
    void theWorstSignalDecides() {
        Pressure pressure = of(
                new Reading.Measured(LOAD, "a", 1.2),
                new Reading.Measured(LOAD, "b", 1.6),
                new Reading.Measured(LOAD, "c", 0));
        assertThat(pressure.level()).isEqualTo(0.6, offset(1e-9));
        assertThat(pressure.reason()).isEqualTo("load of b 1.6 (slows above 1, stops at 2)");
    }
}
