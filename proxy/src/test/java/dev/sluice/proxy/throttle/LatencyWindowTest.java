package dev.sluice.proxy.throttle;

import static dev.sluice.proxy.throttle.BackfillActivity.NONE;
import static dev.sluice.proxy.throttle.BackfillActivity.RESTING;
import static dev.sluice.proxy.throttle.BackfillActivity.WORKING;
import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class LatencyWindowTest {

    private static final long MS = 1_000_000;

    private final LatencyWindow window = new LatencyWindow();
    private long now = MS;

    /** A hundred requests a second. */
    private void seconds(int seconds, long latencyNanos, BackfillActivity backfill) {
        for (int tick = 0; tick < seconds * 5 / 2; tick++) {
            for (int request = 0; request < 40; request++) {
                request(latencyNanos);
            }
            window.tick(0.4, backfill);
        }
    }

    private void request(long latencyNanos) {
        now += 10 * MS;
        window.answered(now - latencyNanos, now);
    }

    private void secondsOfBatches(int seconds, long latencyNanos) {
        window.batchBegins(now);
        seconds(seconds, latencyNanos, WORKING);
        window.batchEnds(now);
    }

    @Test
    void thereIsNoFactorWithoutTraffic() {
        window.tick(1, BackfillActivity.NONE);
        assertThat(window.factor()).isEmpty();
    }

    @Test
    void thereIsNoFactorBeforeABaselineIsLearntWithoutBackfill() {
        secondsOfBatches(5, MS);
        assertThat(window.factor()).isEmpty();
        assertThat(window.baselineNanos()).isZero();
    }

    @Test
    void latencyAsUsualIsAFactorOfOne() {
        seconds(5, MS, NONE);
        secondsOfBatches(5, MS);
        assertThat(window.factor().orElseThrow()).isBetween(0.98, 1.02);
    }

    @Test
    void whatABatchSlowsDownRaisesTheFactorAndIsNotLearntAsUsual() {
        seconds(5, 10 * MS, NONE);
        double usual = window.baselineNanos();
        secondsOfBatches(60, 20 * MS);
        assertThat(window.factor().orElseThrow()).isBetween(1.9, 2.1);
        assertThat(window.baselineNanos()).isEqualTo(usual);
    }

    @Test
    void whoIsSlowWithoutABatchIsNotSlowedByIt() {
        seconds(5, 10 * MS, NONE);
        secondsOfBatches(2, 30 * MS);
        assertThat(window.isSlowAnyway()).isFalse();

        now += 1_000 * MS;
        seconds(3, 30 * MS, WORKING);
        assertThat(window.factor().orElseThrow()).isGreaterThan(2);
        assertThat(window.isSlowAnyway()).isTrue();
    }

    @Test
    void whereRequestsAreRareARiseOfNextToNothingIsNoPressure() {
        double slowAbove = Watched.FOREGROUND_LATENCY.byDefault().slowAbove();
        seconds(5, MS, NONE);
        secondsOfBatches(5, MS + MS / 5);
        assertThat(window.factor().orElseThrow()).isBetween(1.01, slowAbove);
        secondsOfBatches(5, 4 * MS);
        assertThat(window.factor().orElseThrow()).isGreaterThan(slowAbove);
    }

    @Test
    void aTailThatSwingsAnywayIsNoPressure() {
        for (int i = 0; i < 100; i++) {
            seconds(4, 10 * MS, NONE);
            seconds(4, 20 * MS, NONE);
        }
        assertThat(window.factor().orElseThrow())
                .isLessThan(Watched.FOREGROUND_LATENCY.byDefault().slowAbove());
        secondsOfBatches(5, 40 * MS);
        assertThat(window.factor().orElseThrow()).isGreaterThan(1.7);
    }

    @Test
    void aSlowerDatabaseBecomesTheUsualOneWhileNoBackfillRuns() {
        seconds(5, MS, NONE);
        seconds(300, 2 * MS, NONE);
        assertThat(window.baselineNanos()).isBetween(1.9 * MS, 2.1 * MS);
    }

    @Test
    void betweenTheBatchesOfALongBackfillTheUsualGoesOnBeingLearntSlowly() {
        seconds(5, MS, NONE);
        seconds(30, 2 * MS, WORKING);
        assertThat(window.baselineNanos()).isBetween(1.02 * MS, 1.2 * MS);
        seconds(1_500, 2 * MS, WORKING);
        assertThat(window.baselineNanos()).isBetween(1.9 * MS, 2.1 * MS);
    }

    @Test
    void whereBatchesLeaveFewInTwoSecondsWhoMetNoneTheUsualIsLearntFromTheLastTen() {
        seconds(5, MS, NONE);
        for (int second = 0; second < 2_000; second++) {
            window.batchBegins(now);
            seconds(1, 2 * MS, WORKING);
            window.batchEnds(now);
            seconds(1, 2 * MS, WORKING);
        }
        assertThat(window.baselineNanos()).isBetween(1.9 * MS, 2.1 * MS);
    }

    @Test
    void aChangeThatIsNotTheBackfillsIsLearntWhileItStands() {
        seconds(5, MS, NONE);
        seconds(120, 3 * MS, RESTING);
        assertThat(window.factor().orElseThrow()).isLessThan(1.2);
    }

    @Test
    void aFewRequestsDecideNothing() {
        seconds(20, MS, NONE);
        for (int tick = 0; tick < 50; tick++) {
            request(100 * MS);
            window.tick(0.4, WORKING);
        }
        assertThat(window.factor()).isEmpty();
    }

    @Test
    void whereTrafficHasCeasedNothingIsLeftOfItAfterTwoSeconds() {
        for (int request = 0; request < 2_000; request++) {
            request(MS);
        }
        window.tick(0.4, NONE);
        assertThat(window.underWay()).isNotEmpty();
        for (int tick = 0; tick < 5; tick++) {
            window.tick(0.4, NONE);
        }
        assertThat(window.underWay()).isEmpty();
    }

    @Test
    void aFewReportsAmongManyRequestsAreNoTrouble() {
        seconds(20, MS, NONE);
        for (int tick = 0; tick < 25; tick++) {
            request(5_000 * MS);
            for (int request = 0; request < 40; request++) {
                request(MS);
            }
            window.tick(0.4, WORKING);
        }
        assertThat(window.factor().orElseThrow()).isBetween(0.98, 1.02);
    }

    @Test
    void whereMostRequestsTakeSecondsTheyAreNoReports() {
        seconds(20, MS, NONE);
        window.batchBegins(now);
        seconds(5, 1_500 * MS, WORKING);
        assertThat(window.factor().orElseThrow()).isGreaterThan(10);
    }

    @Property(tries = 50)
    void whatBatchesDoIsSeenHoweverTheRestOfTheDayChanges(
            @ForAll @DoubleRange(min = 0.3, max = 1) double day, @ForAll @DoubleRange(min = 1, max = 3) double harm) {
        LatencyWindow one = new LatencyWindow();
        long at = MS;
        for (int tick = 0; tick < 50; tick++) {
            double slower = tick < 25 ? 1 : day;
            for (int batch = 0; batch < 4; batch++) {
                boolean runs = tick >= 25;
                if (runs) {
                    one.batchBegins(at);
                }
                // A fifth of the requests meets a batch, and each tenth of all takes ten times as long as the others.
                for (int request = 0; request < 300; request++) {
                    if (runs && request == 60) {
                        one.batchEnds(at);
                        at += 30 * MS;
                    }
                    double took = (request % 10 == 0 ? 10 : 1) * slower * (request < 60 ? harm : 1);
                    one.answered(at, at + (long) (took * MS));
                }
            }
            one.tick(0.4, tick < 25 ? NONE : WORKING);
        }
        double factor = one.factor().orElseThrow();
        assertThat(factor).isBetween(0.95, 1.05 * harm);
        if (harm > 1.3) {
            assertThat(factor).isGreaterThan(1.125);
        }
    }
}
