package dev.sluice.proxy.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class UpstreamThrottleTest {

    private static final Pacer.Work WORK = new Pacer.Work("orders", "shop", 1);
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final UpstreamThrottle throttle = new UpstreamThrottle(ThrottleSettings.DEFAULTS);

    @Test
    void anIdleServerIsGivenFullSpeedAtOnce() {
        assertThat(throttle.before(WORK, 0)).isEqualTo(Pacer.Rest.NONE);
        assertThat(throttle.after(batch(WORK, 0), SECOND)).isEqualTo(Pacer.Rest.NONE);
    }

    @Test
    void aHardLimitStopsBeforeTheNextBatchAndSaysWhy() {
        throttle.before(WORK, 0);
        throttle.sensed(List.of(new Reading.Measured("replication_lag of a", 3, 1, 2, "s")));

        Pacer.Rest rest = throttle.before(WORK, SECOND);

        assertThat(rest.throttled()).isTrue();
        assertThat(rest.reason()).contains("replication_lag of a");
    }

    @Test
    void afterAHardLimitItGoesOnOnceTheServerHasRecoveredForAWhile() {
        throttle.before(WORK, 0);
        throttle.sensed(List.of(new Reading.Measured("replication_lag of a", 3, 1, 2, "s")));
        throttle.before(WORK, SECOND);
        throttle.sensed(List.of());

        assertThat(throttle.before(WORK, SECOND + SECOND / 10).throttled()).isTrue();
        assertThat(throttle.before(WORK, 3 * SECOND).throttled()).isFalse();
    }

    @Test
    void theLimitOfAnUpstreamIsSharedByItsBackfills() {
        UpstreamThrottle limited = new UpstreamThrottle(new ThrottleSettings(Duration.ofSeconds(2), 1.25, 0, 1000));
        Pacer.Work other = new Pacer.Work("orders", "shop", 2);
        limited.before(WORK, 0);
        limited.before(other, 0);

        Pacer.Rest first = limited.after(new Pacer.Batch(WORK, 500, Duration.ofMillis(1), 0), 0);
        Pacer.Rest second = limited.after(new Pacer.Batch(other, 500, Duration.ofMillis(1), 0), 0);

        assertThat(first.pause()).isEqualTo(Duration.ofMillis(500));
        assertThat(second.pause()).isEqualTo(Duration.ofMillis(1000));
        assertThat(second.reason()).contains("1000 rows/s");
    }

    @Test
    void aMigrationsOwnLimitHoldsWhateverTheServerBears() {
        throttle.before(WORK, 0);

        Pacer.Rest rest = throttle.after(batch(WORK, 100), SECOND);

        assertThat(rest.pause()).isEqualTo(Duration.ofMillis(9_900));
        assertThat(rest.reason()).isEqualTo("limit of 100 rows/s");
    }

    @Test
    void aClientsOwnBackfillCountsAsOneMoreAndIsGivenItsShare() {
        throttle.before(WORK, 0);
        throttle.sensed(List.of(new Reading.Measured("replication_lag of a", 1.5, 1, 2, "s")));

        Pacer.Share share = throttle.share(Pacer.Work.ofSession("orders", "shop", 7), SECOND);

        assertThat(share.part()).isBetween(0.01, 0.5);
        assertThat(share.reason()).contains("replication_lag of a");
    }

    private static Pacer.Batch batch(Pacer.Work work, long limit) {
        return new Pacer.Batch(work, 1_000, Duration.ofMillis(100), limit);
    }
}
