package dev.sluice.proxy.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** The controller against modelled databases, in virtual time. */
class PaceControllerTest {

    private static final long TICK_NANOS = 100_000_000;
    private static final int TICKS_A_SECOND = 10;

    /** Runs for so many seconds; what the model answers to a share is the reading of a signal with limits 1 and 2. */
    private static List<Double> run(int seconds, DoubleUnaryOperator reading) {
        List<Double> shares = new ArrayList<>();
        Pace pace = Pace.INITIAL;
        for (int tick = 0; tick < seconds * TICKS_A_SECOND; tick++) {
            double value = reading.applyAsDouble(pace.share());
            pace = PaceController.next(
                    pace, Pressure.of(List.of(new Reading.Measured("model", value, 1, 2, "x"))), TICK_NANOS);
            shares.add(pace.share());
        }
        return shares;
    }

    private static double mean(List<Double> shares) {
        return shares.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    @Test
    void anIdleDatabaseIsUsedInFullWithinFourSeconds() {
        List<Double> shares = run(10, share -> 0);
        assertThat(shares.get(4 * TICKS_A_SECOND)).isEqualTo(1);
        assertThat(mean(shares)).isGreaterThan(0.8);
    }

    @Property(tries = 200)
    void aSteadyDatabaseIsPacedNearItsSoftLimitWithoutSwinging(@ForAll @DoubleRange(min = 0.1, max = 0.9) double fits) {
        // The signal reaches its soft limit exactly when the backfill takes the share that fits.
        List<Double> shares = run(60, share -> share / fits);
        List<Double> settled = shares.subList(10 * TICKS_A_SECOND, shares.size());
        assertThat(mean(settled)).isBetween(fits * 0.8, fits * 1.25);
        assertThat(settled).allSatisfy(share -> assertThat(share).isBetween(fits * 0.5, fits * 1.6));
    }

    @Test
    void aSaturatedDatabaseIsLeftInPeace() {
        assertThat(run(5, share -> 3)).allMatch(share -> share == 0);
    }

    @Test
    void softPressureSlowsButNeverStops() {
        List<Double> shares = run(30, share -> 1.6);
        assertThat(shares.getLast()).isEqualTo(PaceController.FLOOR);
    }

    @Property(tries = 100)
    void afterAHardStopItGoesOnWithinSecondsAndSlowly(@ForAll @LongRange(min = 1, max = 20) long stoppedSeconds) {
        Pace pace = Pace.INITIAL;
        for (int tick = 0; tick < stoppedSeconds * TICKS_A_SECOND; tick++) {
            pace = PaceController.next(pace, new Pressure(1, "lag"), TICK_NANOS);
            assertThat(pace.standing()).isTrue();
        }
        int waited = 0;
        while (pace.standing()) {
            pace = PaceController.next(pace, Pressure.NONE, TICK_NANOS);
            waited++;
        }
        assertThat(waited).isBetween(TICKS_A_SECOND / 2, 2 * TICKS_A_SECOND);
        assertThat(pace.share()).isEqualTo(PaceController.FLOOR);
    }

    @Property(tries = 100)
    void burstsOfLoadCostNoMoreThanTheyLast(@ForAll long seed) {
        // Load comes for five seconds in every twenty and leaves no room; between, all of the database is free.
        Random noise = new Random(seed);
        List<Double> shares = new ArrayList<>();
        Pace pace = Pace.INITIAL;
        for (int tick = 0; tick < 200 * TICKS_A_SECOND; tick++) {
            boolean busy = tick / TICKS_A_SECOND % 20 < 5;
            double value = busy ? 1.2 + noise.nextDouble() / 2 : noise.nextDouble();
            pace = PaceController.next(
                    pace, Pressure.of(List.of(new Reading.Measured("load", value, 1, 2, "x"))), TICK_NANOS);
            shares.add(pace.share());
        }
        assertThat(mean(shares)).as("seed %d", seed).isGreaterThan(0.5);
    }

    @Test
    void aSignalThatCannotBeReadCountsAsBad() {
        Reading blind = new Reading.Unreadable("replication_lag", "permission denied", true);
        Pressure pressure = Pressure.of(List.of(new Reading.Measured("load", 0, 1, 2, ""), blind));
        assertThat(pressure.stops()).isTrue();
        assertThat(pressure.reason()).contains("replication_lag").contains("permission denied");
        assertThat(new Reading.Unreadable("replication_lag", "gone", false).pressure())
                .isBetween(0.1, 0.9);
    }

    @Property(tries = 500)
    void thePaceStaysWithinItsRangeWhateverHappens(
            @ForAll @DoubleRange(max = 1) double share,
            @ForAll @DoubleRange(max = 1) double level,
            @ForAll @LongRange(min = 0) long elapsedNanos) {
        Pace next = PaceController.next(new Pace(share, 0), new Pressure(level, ""), elapsedNanos);
        assertThat(next.share()).isBetween(0.0, 1.0);
        assertThat(next.pauseNanos(50_000_000)).isBetween(0L, 2_000_000_000L);
    }

    @Test
    void workAndPauseComeToTheShare() {
        assertThat(new Pace(0.25, 0).pauseNanos(50)).isEqualTo(150);
        assertThat(new Pace(1, 0).pauseNanos(50)).isZero();
    }
}
