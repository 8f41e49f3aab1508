package dev.sluice.proxy.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.policy.TimeWindow;
import dev.sluice.proxy.throttle.Pacer.Turn;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class UpstreamThrottleTest {

    private static final Pacer.Work WORK = new Pacer.Work("orders", "shop", 1, "public.t");
    private static final Pacer.Work OTHER = new Pacer.Work("orders", "shop", 2, "public.u");
    private static final Pacer.Work SESSION = Pacer.Work.ofSession("orders", "shop", 7);
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final InstantSource NOON = InstantSource.fixed(Instant.parse("2026-11-21T12:00:00Z"));
    private static final Signal LAG = Watched.REPLICATION_LAG.byDefault();

    private UpstreamThrottle throttle = new UpstreamThrottle(ThrottleSettings.DEFAULTS, NOON);

    private void with(ThrottleSettings settings) {
        throttle = new UpstreamThrottle(settings, NOON);
    }

    private void sensed(long now, Reading... readings) {
        throttle.sensed(List.of(readings), true, 0, now);
    }

    private Turn begin(Pacer.Work work, long now) {
        throttle.attend(work, now);
        sensed(now);
        return throttle.before(work, 0, now);
    }

    private void batch(Pacer.Work work, long rows, long now) {
        throttle.after(new Pacer.Batch(work, rows, Duration.ofMillis(50)), now);
    }

    private static Turn.Rest rest(Turn turn) {
        assertThat(turn).isInstanceOf(Turn.Rest.class);
        return (Turn.Rest) turn;
    }

    @Test
    void anIdleServerIsGivenFullSpeedAtOnce() {
        assertThat(begin(WORK, 0)).isEqualTo(new Turn.Go(Duration.ofMillis(50), BatchSizer.MAX_ROWS, "", true));
        batch(WORK, 1_000, SECOND);
        assertThat(throttle.before(WORK, 0, SECOND)).isInstanceOf(Turn.Go.class);
    }

    @Test
    void whoComesRightBehindABackfillThatHasEndedHasTheServerForItself() {
        begin(WORK, 0);
        assertThat(begin(OTHER, 0)).extracting(turn -> ((Turn.Go) turn).alone()).isEqualTo(false);
        batch(WORK, 1_000, SECOND);
        throttle.leave(WORK, SECOND);

        assertThat(throttle.before(OTHER, 0, SECOND))
                .isEqualTo(new Turn.Go(Duration.ofMillis(50), BatchSizer.MAX_ROWS, "", true));
        assertThat(throttle.status().atWork()).isOne();
        assertThat(throttle.atWork("shop")).containsExactly(OTHER);
        assertThat(throttle.databases()).containsExactly("shop");
    }

    @Test
    void whoHasLeftAndComesAgainSharesItAgain() {
        begin(WORK, 0);
        begin(OTHER, 0);
        throttle.leave(WORK, SECOND);
        throttle.before(WORK, 0, SECOND);

        assertThat(throttle.status().atWork()).isEqualTo(2);
    }

    @Test
    void theFirstBatchWaitsForTheSignalsButNotForEver() {
        assertThat(rest(throttle.before(WORK, 0, 0)).reason()).isEmpty();
        assertThat(throttle.before(WORK, 0, 2 * SECOND)).isInstanceOf(Turn.Go.class);
    }

    @Test
    void aHardLimitStopsBeforeTheNextBatchAndSaysWhy() {
        begin(WORK, 0);
        sensed(SECOND, new Reading.Measured(LAG, "a", 3));

        assertThat(rest(throttle.before(WORK, 0, SECOND)).reason())
                .isEqualTo("replication_lag of a 3 s (slows above 1 s, stops at 2 s)");
        assertThat(throttle.status().go()).isFalse();
    }

    @Test
    void afterAHardLimitItGoesOnSlowlyOnceTheServerHasRecoveredForAWhile() {
        begin(WORK, 0);
        sensed(SECOND, new Reading.Measured(LAG, "a", 3));
        sensed(SECOND * 3 / 2, new Reading.Measured(LAG, "a", 0));
        assertThat(rest(throttle.before(WORK, 0, SECOND * 3 / 2)).reason()).contains("recovering");

        sensed(SECOND * 5 / 2, new Reading.Measured(LAG, "a", 0));

        assertThat(throttle.before(WORK, 0, SECOND * 5 / 2)).isInstanceOf(Turn.Go.class);
        assertThat(throttle.status().share()).isLessThan(0.1);
    }

    @Test
    void underPressureBatchesAreSmallerAndPausesLonger() {
        begin(WORK, 0);
        sensed(SECOND, new Reading.Measured(LAG, "a", 1.5));
        sensed(2 * SECOND, new Reading.Measured(LAG, "a", 1.5));

        Turn turn = throttle.before(WORK, 0, 2 * SECOND);
        assertThat(((Turn.Go) turn).batchTime()).isLessThan(Duration.ofMillis(30));
        batch(WORK, 100, 2 * SECOND);
        assertThat(rest(throttle.before(WORK, 0, 2 * SECOND)).pause()).isGreaterThan(Duration.ofMillis(100));
    }

    /** How long a backfill rests after batches of so many rows, with next to nothing left to backfills. */
    private long restsNanos(long rows, int batches, long from) {
        begin(WORK, from);
        long start = from + 10 * SECOND;
        for (long now = from; now < start; now += SECOND) {
            sensed(now, new Reading.Measured(LAG, "a", 1.9));
            throttle.before(WORK, 0, now);
        }
        assertThat(throttle.status().share()).isLessThan(0.01);
        long now = start;
        for (int i = 0; i < batches; i++) {
            Turn turn = throttle.before(WORK, 0, now);
            while (turn instanceof Turn.Rest rest) {
                now += rest.pause().toNanos();
                turn = throttle.before(WORK, 0, now);
            }
            now += Duration.ofMillis(50).toNanos();
            batch(WORK, rows, now);
        }
        return now - start;
    }

    @Test
    void aSmallTableDoesNotWaitForItsFewRows() {
        assertThat(restsNanos(250, 4, 0)).isLessThan(2 * SECOND);
    }

    @Test
    void whatComesAfterTheFirstRowsIsPaidFor() {
        assertThat(restsNanos(1_000, 3, 0)).isGreaterThan(10 * SECOND);
    }

    @Test
    void batchesThatFindNothingToFillAreFreeOnlyForAWhile() {
        assertThat(restsNanos(0, 12, 0)).isGreaterThan(20 * SECOND);
    }

    @Test
    void aRestDoesNotMakeABackfillsNextRowsItsFirst() {
        restsNanos(1_000, 2, 0);

        assertThat(restsNanos(250, 4, 200 * SECOND)).isGreaterThan(10 * SECOND);
    }

    @Test
    void aHardLimitStopsTheFirstRowsAsWell() {
        begin(WORK, 0);
        batch(WORK, 10, 0);
        sensed(SECOND, new Reading.Measured(LAG, "a", 3));

        assertThat(throttle.before(WORK, 0, SECOND)).isInstanceOf(Turn.Rest.class);
    }

    @Test
    void theLimitOfAnUpstreamIsSharedByItsBackfills() {
        with(ThrottleSettings.DEFAULTS.withMaxRowsPerSecond(1_000));
        begin(WORK, 0);
        begin(OTHER, 0);
        batch(WORK, 250, 0);
        batch(OTHER, 250, 0);

        assertThat(throttle.before(WORK, 0, SECOND / 4)).isInstanceOf(Turn.Rest.class);
        assertThat(rest(throttle.before(OTHER, 0, SECOND / 4)).reason()).contains("1000 rows/s for the upstream");
        assertThat(((Turn.Go) throttle.before(WORK, 0, SECOND / 2 + 1)).maxRows())
                .isEqualTo(500);
    }

    @Test
    void aMigrationsOwnLimitHoldsWhateverTheServerBears() {
        begin(WORK, 0);
        throttle.before(WORK, 100, 0);
        batch(WORK, 50, 0);

        assertThat(rest(throttle.before(WORK, 100, SECOND / 4)).reason()).isEqualTo("limit of 100 rows/s");
        assertThat(throttle.before(WORK, 100, SECOND / 2)).isInstanceOf(Turn.Go.class);
        assertThat(throttle.before(WORK, 0, SECOND / 2)).isInstanceOf(Turn.Go.class);
    }

    @Test
    void whatIsTakenFromTheBudgetOfAllGatewaysMustBePaidFor() {
        with(ThrottleSettings.DEFAULTS.withMaxRowsPerSecond(1_000));
        begin(WORK, 0);
        batch(WORK, 10, 0);
        throttle.paid(WORK, 3 * SECOND);

        assertThat(throttle.before(WORK, 0, 2 * SECOND)).isInstanceOf(Turn.Rest.class);
        assertThat(throttle.before(WORK, 0, 3 * SECOND)).isInstanceOf(Turn.Go.class);
    }

    @Test
    void underPressureTheTimeIsSharedWithOtherGateways() {
        begin(WORK, 0);
        double alone = throttle.share(WORK, SECOND).part();
        throttle.sensed(List.of(new Reading.Measured(LAG, "a", 1.5)), true, 3, 2 * SECOND);

        assertThat(alone).isEqualTo(1);
        double share = throttle.status().share();
        assertThat(throttle.share(WORK, 2 * SECOND).part()).isEqualTo(share / 4);
    }

    @Test
    void whatCannotBeReadHoldsTheGatewaysOwnBackfillsBackAndNotTheApplications() {
        Signal strict = new Signal("replication_lag", Unit.SECONDS, 1, 2, true, true);
        begin(WORK, 0);
        sensed(SECOND, new Reading.Unreadable(strict, "a", "gone"));

        assertThat(rest(throttle.before(WORK, 0, SECOND)).reason()).contains("cannot be read: gone");
        assertThat(throttle.share(WORK, SECOND)).isEqualTo(Pacer.Share.FULL);

        sensed(2 * SECOND, new Reading.Unreadable(strict, "a", "gone"), new Reading.Measured(LAG, "b", 3));
        assertThat(throttle.share(WORK, 2 * SECOND).part()).isZero();
        assertThat(throttle.share(WORK, 2 * SECOND).reason()).contains("of b 3 s");
    }

    @Test
    void whereTheConfigurationSaysSoWhatCannotBeReadSlowsApplicationsTooAndNeverStopsThem() {
        with(ThrottleSettings.DEFAULTS.slowingBlindApplications());
        Signal strict = new Signal("replication_lag", Unit.SECONDS, 1, 2, true, true);
        begin(WORK, 0);
        sensed(SECOND, new Reading.Unreadable(strict, "a", "gone"));

        assertThat(throttle.before(WORK, 0, SECOND)).isInstanceOf(Turn.Rest.class);
        assertThat(throttle.share(WORK, SECOND).part()).isEqualTo(0.25);
        assertThat(throttle.share(WORK, SECOND).reason()).contains("cannot be read: gone");
    }

    @Test
    void anApplicationsOwnBackfillRunsFreeUntilSomethingHurts() {
        answered(4_000, 1_000_000, BackfillActivity.NONE);
        throttle.attend(WORK, 0);
        sensed(SECOND, latency(1));
        assertThat(throttle.status().share()).isLessThan(0.5);
        assertThat(throttle.share(WORK, SECOND).part()).isEqualTo(1);

        answered(4_000, 1_500_000, BackfillActivity.WORKING);
        answered(4_000, 1_500_000, BackfillActivity.WORKING);
        sensed(2 * SECOND, latency(1.5));
        sensed(3 * SECOND, latency(1.5));
        assertThat(throttle.share(WORK, 3 * SECOND).part()).isLessThan(0.6);
    }

    @Test
    void whatWasAnsweredBeforeAnApplicationBeganDoesNotHoldItBack() {
        answered(4_000, 1_000_000, BackfillActivity.NONE);
        answered(4_000, 3_000_000, BackfillActivity.NONE);
        throttle.share(SESSION, SECOND);
        answered(0, 0, BackfillActivity.WORKING);
        sensed(2 * SECOND, latency(1.8));
        answered(0, 0, BackfillActivity.WORKING);
        sensed(3 * SECOND, latency(1.8));

        assertThat(throttle.share(SESSION, 3 * SECOND)).isEqualTo(Pacer.Share.FULL);
    }

    @Test
    void aSessionThatBeginsWhenNoOtherIsAtItBeginsAnew() {
        Pacer.Work next = Pacer.Work.ofSession("orders", "shop", 8);
        answered(4_000, 1_000_000, BackfillActivity.NONE);
        throttle.share(SESSION, 0);
        answered(4_000, 1_500_000, BackfillActivity.WORKING);
        answered(4_000, 1_500_000, BackfillActivity.WORKING);
        sensed(SECOND, latency(1.5));
        sensed(2 * SECOND, latency(1.5));
        assertThat(throttle.share(SESSION, 2 * SECOND).part()).isLessThan(0.6);

        assertThat(throttle.share(next, 2 * SECOND + 1).part()).isLessThan(0.3);
        assertThat(throttle.share(Pacer.Work.ofSession("orders", "shop", 9), 4 * SECOND))
                .isEqualTo(Pacer.Share.FULL);
    }

    @Test
    void theSignalsAreReadWhileSomebodyIsAtWork() {
        assertThat(throttle.isAttended(0)).isFalse();
        throttle.share(SESSION, 0);

        assertThat(throttle.isAttended(SECOND)).isTrue();
        assertThat(throttle.isAttended(10 * SECOND)).isFalse();
    }

    private void answered(int requests, long nanosEach, BackfillActivity backfill) {
        for (int i = 0; i < requests; i++) {
            throttle.latency().answered(1, 1 + nanosEach);
        }
        throttle.latency().tick(1, backfill);
    }

    private static Reading latency(double factor) {
        return new Reading.Measured(Watched.FOREGROUND_LATENCY.byDefault(), "", factor);
    }

    @Test
    void besideALightLoadItBeginsWithATenthOfTheTimeAndBesideAHeavyOneWithTwoHundredths() {
        assertThat(firstShareBeside(200, 1_000_000)).isEqualTo(0.1);
        assertThat(firstShareBeside(20_000, 1_000_000)).isEqualTo(0.02);
    }

    private double firstShareBeside(int requests, long nanosEach) {
        with(ThrottleSettings.DEFAULTS);
        for (int i = 0; i < requests; i++) {
            throttle.latency().answered(1, 1 + nanosEach);
        }
        throttle.latency().tick(2, BackfillActivity.NONE);
        throttle.attend(WORK, 0);
        return throttle.status().share();
    }

    @Test
    void besideForegroundTrafficBatchesAreShortWhateverThePace() {
        begin(WORK, 0);
        Signal latency = Watched.FOREGROUND_LATENCY.byDefault();
        for (int second = 1; second < 200; second++) {
            sensed(second * SECOND, new Reading.Measured(latency, "", 1));
            throttle.before(WORK, 0, second * SECOND);
        }

        assertThat(throttle.status().share()).isEqualTo(1);
        assertThat(throttle.before(WORK, 0, 200 * SECOND))
                .isEqualTo(new Turn.Go(Duration.ofMillis(20), BatchSizer.MAX_ROWS, "", false));
    }

    @Test
    void whereTheOthersAreSlowAnywayBatchesMayLastLongerUpToWhatTheyMayBesideAFew() {
        for (int i = 0; i < 4_000; i++) {
            throttle.latency().answered(1, 30_000_001);
        }
        throttle.latency().tick(1, BackfillActivity.NONE);
        throttle.attend(WORK, 0);
        sensed(SECOND, new Reading.Measured(Watched.FOREGROUND_LATENCY.byDefault(), "", 1));

        Turn turn = throttle.before(WORK, 0, SECOND);

        assertThat(((Turn.Go) turn).batchTime()).isEqualTo(Duration.ofMillis(20));
    }

    @Test
    void aFloorIsKeptUnderSoftPressureOnlyWhereItIsConfigured() {
        with(ThrottleSettings.DEFAULTS.withMinRowsPerSecond(100));
        begin(WORK, 0);
        long now = 0;
        long rows = 0;
        for (int i = 0; i < 600; i++) {
            now += SECOND / 10;
            sensed(now, new Reading.Measured(LAG, "a", 1.99));
            if (throttle.before(WORK, 0, now) instanceof Turn.Go go) {
                int did = Math.min(go.maxRows(), 500);
                rows += did;
                batch(WORK, did, now);
            }
        }
        assertThat(rows).isBetween(5_000L, 8_500L);
        sensed(now, new Reading.Measured(LAG, "a", 2));
        assertThat(throttle.before(WORK, 0, now + 10 * SECOND)).isInstanceOf(Turn.Rest.class);
    }

    @Test
    void outsideItsHoursNoBatchRunsAndTheHoursAreTold() {
        with(ThrottleSettings.DEFAULTS.within(new Hours(List.of(new TimeWindow(
                Set.of(),
                Optional.of(LocalTime.of(22, 0)),
                Optional.of(LocalTime.of(6, 0)),
                Optional.empty(),
                Optional.empty(),
                ZoneOffset.UTC)))));

        assertThat(rest(begin(WORK, 0)).reason()).contains("begin Sat 22:00");
        assertThat(throttle.status().go()).isFalse();
    }

    @Test
    void newSettingsHoldFromTheNextBatchOn() {
        begin(WORK, 0);
        batch(WORK, 1_000, 0);
        assertThat(throttle.before(WORK, 0, SECOND / 10)).isInstanceOf(Turn.Go.class);

        throttle.set(ThrottleSettings.DEFAULTS.withMaxRowsPerSecond(500));
        batch(WORK, 1_000, SECOND);

        assertThat(throttle.before(WORK, 0, SECOND + SECOND / 10)).isInstanceOf(Turn.Rest.class);
    }

    @Test
    void whatNobodyWasHurtByIsRememberedByTheNextBackfill() {
        Signal latency = Watched.FOREGROUND_LATENCY.byDefault();
        for (int i = 0; i < 20_000; i++) {
            throttle.latency().answered(1, 1_000_001);
        }
        throttle.latency().tick(2, BackfillActivity.NONE);
        throttle.attend(WORK, 0);
        for (int second = 1; second < 60; second++) {
            sensed(second * SECOND, new Reading.Measured(latency, "", 1));
            throttle.before(WORK, 0, second * SECOND);
        }
        sensed(60 * SECOND, new Reading.Measured(latency, "", 1.2));
        double reached = throttle.status().share();

        assertThat(throttle.activity(90 * SECOND)).isEqualTo(BackfillActivity.NONE);
        throttle.attend(OTHER, 90 * SECOND);
        sensed(90 * SECOND, new Reading.Measured(latency, "", 1));
        throttle.before(OTHER, 0, 90 * SECOND);
        sensed(91 * SECOND, new Reading.Measured(latency, "", 1));
        assertThat(throttle.status().share()).isBetween(0.5 * reached, reached);
    }

    @Test
    void whoComesToAServerThatABackfillHasToItselfMeetsAGentleOne() {
        Signal latency = Watched.FOREGROUND_LATENCY.byDefault();
        begin(WORK, 0);
        for (int second = 1; second < 10; second++) {
            sensed(second * SECOND);
            throttle.before(WORK, 0, second * SECOND);
        }
        assertThat(throttle.status().share()).isEqualTo(1);

        sensed(10 * SECOND, new Reading.Measured(latency, "", 1));
        assertThat(throttle.status().share()).isLessThan(0.05);
        for (int second = 11; second < 15; second++) {
            throttle.before(WORK, 0, second * SECOND);
            sensed(second * SECOND, new Reading.Measured(latency, "", 1));
        }
        assertThat(throttle.status().share()).isLessThan(0.05);
    }

    @Test
    void whatNobodyHasTriedIsNotTakenForBorne() {
        Signal latency = Watched.FOREGROUND_LATENCY.byDefault();
        begin(WORK, 0);
        sensed(SECOND, new Reading.Measured(latency, "", 1));
        throttle.before(WORK, 0, SECOND);
        double tried = throttle.status().share();
        for (int second = 2; second < 60; second++) {
            sensed(second * SECOND, new Reading.Measured(latency, "", 1));
            throttle.attend(WORK, second * SECOND);
        }
        assertThat(throttle.status().share()).isLessThan(1.5 * tried);
    }
}
