package dev.sluice.proxy.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LatencyWindowTest {

    private static final long MS = 1_000_000;

    private final LatencyWindow window = new LatencyWindow();
    private long now = MS;

    private void seconds(int seconds, long latencyNanos, boolean backfillRuns) {
        for (int second = 0; second < seconds; second++) {
            for (int request = 0; request < 100; request++) {
                now += 10 * MS;
                window.answered(now - latencyNanos, now);
            }
            window.tick(1, backfillRuns);
        }
    }

    private void secondsOfBatches(int seconds, long latencyNanos) {
        window.batchBegins();
        seconds(seconds, latencyNanos, true);
        window.batchEnds(now);
    }

    @Test
    void thereIsNoFactorWithoutTraffic() {
        window.tick(1, false);
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
        seconds(5, MS, false);
        secondsOfBatches(5, MS);
        assertThat(window.factor().orElseThrow()).isBetween(0.98, 1.02);
    }

    @Test
    void whatABatchSlowsDownRaisesTheFactorAndIsNotLearntAsUsual() {
        seconds(5, MS, false);
        double usual = window.baselineNanos();
        secondsOfBatches(60, 2 * MS);
        assertThat(window.factor().orElseThrow()).isBetween(1.9, 2.1);
        assertThat(window.baselineNanos()).isEqualTo(usual);
    }

    @Test
    void whoIsSlowWithoutABatchIsNotSlowedByIt() {
        seconds(5, MS, false);
        secondsOfBatches(2, 3 * MS);
        assertThat(window.isSlowAnyway()).isFalse();

        now += 1_000 * MS;
        seconds(3, 3 * MS, true);
        assertThat(window.factor().orElseThrow()).isGreaterThan(2);
        assertThat(window.isSlowAnyway()).isTrue();
    }

    @Test
    void aTailThatSwingsAnywayIsNoPressure() {
        for (int i = 0; i < 100; i++) {
            seconds(4, MS, false);
            seconds(4, 2 * MS, false);
        }
        assertThat(window.factor().orElseThrow())
                .isLessThan(Watched.FOREGROUND_LATENCY.byDefault().slowAbove());
        secondsOfBatches(5, 4 * MS);
        assertThat(window.factor().orElseThrow()).isGreaterThan(1.7);
    }

    @Test
    void aSlowerDatabaseBecomesTheUsualOneWhileNoBackfillRuns() {
        seconds(5, MS, false);
        seconds(300, 2 * MS, false);
        assertThat(window.baselineNanos()).isBetween(1.9 * MS, 2.1 * MS);
    }

    @Test
    void betweenTheBatchesOfALongBackfillTheUsualGoesOnBeingLearntSlowly() {
        seconds(5, MS, false);
        seconds(30, 2 * MS, true);
        assertThat(window.baselineNanos()).isBetween(1.02 * MS, 1.2 * MS);
        seconds(1_500, 2 * MS, true);
        assertThat(window.baselineNanos()).isBetween(1.9 * MS, 2.1 * MS);
    }
}
