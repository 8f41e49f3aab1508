package dev.sluice.proxy.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class SlidingHistogramTest {
    private static final int TICKS = 4;

    @Test
    void aWindowHoldsWhatItsTicksHaveSeenAndNothingElse() {
        SlidingHistogram sliding = new SlidingHistogram(TICKS);
        List<Long> told = new ArrayList<>();
        for (int tick = 0; tick < 3 * TICKS; tick++) {
            // Every third tick nothing happens.
            long nanos = tick % 3 == 2 ? 0 : 1_000L << tick;
            if (nanos > 0) {
                sliding.record(nanos);
            }
            told.add(nanos);
            sliding.tick();
            for (int ticks : new int[] {1, 2, TICKS}) {
                List<Long> last = told.subList(Math.max(0, told.size() - ticks), told.size());
                assertThat(sliding.last(ticks))
                        .as("the last %d of %s", ticks, told)
                        .isEqualTo(histogramOf(last));
            }
        }
    }

    private static Histogram histogramOf(List<Long> nanos) {
        Histogram histogram = new Histogram(SlidingHistogram.MAX_NANOS, 2);
        nanos.stream().filter(n -> n > 0).forEach(histogram::recordValue);
        return histogram;
    }
}
