package dev.sluice.proxy.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LatencyWindowTest {

    private final LatencyWindow window = new LatencyWindow(1.25);

    private void seconds(int seconds, long latencyNanos, boolean backfillRuns) {
        for (int second = 0; second < seconds; second++) {
            for (int request = 0; request < 100; request++) {
                window.answered(0, latencyNanos);
            }
            window.tick(1, backfillRuns);
        }
    }

    @Test
    void thereIsNoReadingWithoutTraffic() {
        window.tick(1, false);
        assertThat(window.reading()).isEmpty();
    }

    @Test
    void thereIsNoReadingBeforeABaselineIsLearntWithoutBackfill() {
        seconds(5, 1_000_000, true);
        assertThat(window.reading()).isEmpty();
        assertThat(window.baselineNanos()).isZero();
    }

    @Test
    void latencyAsUsualIsNoPressure() {
        seconds(5, 1_000_000, false);
        seconds(5, 1_000_000, true);
        assertThat(window.reading().orElseThrow().pressure()).isZero();
    }

    @Test
    void latencyBeyondTheFactorIsPressureAndFarBeyondItStops() {
        seconds(5, 1_000_000, false);
        seconds(4, 1_300_000, true);
        assertThat(window.reading().orElseThrow().pressure()).isBetween(0.05, 0.95);
        seconds(4, 3_000_000, true);
        assertThat(window.reading().orElseThrow().pressure()).isEqualTo(1);
    }

    @Test
    void whatTheBackfillItselfSlowsDownIsNotLearntAsUsual() {
        seconds(5, 1_000_000, false);
        double usual = window.baselineNanos();
        seconds(60, 2_000_000, true);
        assertThat(window.baselineNanos()).isEqualTo(usual);
    }

    @Test
    void aSlowerDatabaseBecomesTheUsualOneWhileNoBackfillRuns() {
        seconds(5, 1_000_000, false);
        seconds(300, 2_000_000, false);
        assertThat(window.baselineNanos()).isBetween(1_900_000.0, 2_100_000.0);
    }
}
