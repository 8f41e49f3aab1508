package dev.sluice.proxy.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

class BatchSizerTest {

    private static final long TARGET_NANOS = 50_000_000;

    @Property
    void theBatchTimeIsReachedWithinAFewBatches(@ForAll @LongRange(min = 2_000, max = 4_000_000) long nanosPerRow) {
        BatchSizer sizer = BatchSizer.starting(TARGET_NANOS);
        for (int batch = 0; batch < 12; batch++) {
            sizer = sizer.after(sizer.rows() * nanosPerRow);
        }
        assertThat(sizer.rows() * nanosPerRow).isBetween(TARGET_NANOS / 2, TARGET_NANOS * 2);
    }

    @Property
    void aFailureMakesTheNextBatchSmallerButNeverEmpty(@ForAll @LongRange(min = 0) long tookNanos) {
        BatchSizer sizer = BatchSizer.starting(TARGET_NANOS).after(tookNanos);
        assertThat(sizer.afterFailure().rows()).isBetween(1, sizer.rows());
    }
}
