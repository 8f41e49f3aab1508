package dev.sluice.proxy.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class BatchSizerTest {

    private static final Duration TARGET = Duration.ofMillis(50);

    private static BatchSizer batch(BatchSizer sizer, long nanosPerRow) {
        int asked = sizer.next(BatchSizer.MAX_ROWS);
        return sizer.after(asked, asked, Duration.ofNanos(asked * nanosPerRow), TARGET);
    }

    @Property
    void theBatchTimeIsReachedWithinAFewBatches(@ForAll @LongRange(min = 2_000, max = 4_000_000) long nanosPerRow) {
        BatchSizer sizer = BatchSizer.starting(500);
        for (int i = 0; i < 12; i++) {
            sizer = batch(sizer, nanosPerRow);
        }
        assertThat(sizer.rows() * nanosPerRow).isBetween(TARGET.toNanos() / 2, TARGET.toNanos() * 2);
    }

    @Property
    void aFailureSplitsTheBatchAndNeverLeavesItEmpty(@ForAll @IntRange(min = 1, max = 50_000) int asked) {
        BatchSizer failed = BatchSizer.starting(asked).afterFailure(asked);
        assertThat(failed.next(BatchSizer.MAX_ROWS)).isBetween(1, Math.max(1, asked / 4));
    }

    @Test
    void failureUponFailureComesDownToASingleRow() {
        BatchSizer sizer = BatchSizer.starting(50_000);
        for (int i = 0; i < 10; i++) {
            sizer = sizer.afterFailure(sizer.next(BatchSizer.MAX_ROWS));
        }
        assertThat(sizer.next(BatchSizer.MAX_ROWS)).isEqualTo(1);
    }

    @Test
    void whatAFailureTookAwayComesBackStepByStep() {
        BatchSizer sizer = BatchSizer.starting(8_000).afterFailure(8_000);
        assertThat(sizer.next(BatchSizer.MAX_ROWS)).isEqualTo(2_000);
        sizer = batch(sizer, 1_000);
        assertThat(sizer.next(BatchSizer.MAX_ROWS)).isEqualTo(4_000);
        sizer = batch(batch(sizer, 1_000), 1_000);
        assertThat(sizer.next(BatchSizer.MAX_ROWS)).isGreaterThanOrEqualTo(8_000);
    }

    @Test
    void aBatchThatWasNotAllowedMoreDoesNotDecideTheNext() {
        BatchSizer sizer = BatchSizer.starting(8_000).after(100, 100, Duration.ofMillis(1), TARGET);
        assertThat(sizer.rows()).isEqualTo(8_000);
    }
}
