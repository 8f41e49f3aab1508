package dev.sluice.proxy.bulk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.proxy.session.BulkWrite;
import dev.sluice.proxy.session.SessionInfo;
import dev.sluice.proxy.throttle.Pacer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SessionPacingTest {

    private static final LexicalRules POSTGRES = LexicalRules.defaults(ServerVersion.postgres(18));
    private static final SessionInfo INFO =
            new SessionInfo(7, "orders", "", "shop", "app", "job", "10.0.0.1:5", 42, POSTGRES);
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private volatile Pacer.Share share = Pacer.Share.FULL;
    private volatile boolean attended = true;
    private final ApplicationBackfills all = new ApplicationBackfills(
            () -> Policy.DEFAULTS,
            new Pacer() {
                @Override
                public Turn before(Work work, long maxRowsPerSecond) {
                    return new Turn.Rest(Duration.ofSeconds(1), "nobody asks");
                }

                @Override
                public void after(Batch batch) {}

                @Override
                public Share share(Work work) {
                    attended = true;
                    return share;
                }

                @Override
                public boolean isAttended(Work work) {
                    return attended;
                }
            },
            Clock.systemUTC());
    private final SessionPacing pacing = new SessionPacing(all, () -> INFO, 0);

    private static BulkWrite write(long maxRowsPerSecond) {
        return new BulkWrite("nightly", maxRowsPerSecond, 0, Duration.ofMinutes(1), false);
    }

    private void wrote(BulkWrite write, long rows, long from, long to) {
        pacing.began(write, from);
        pacing.wrote(rows);
        pacing.answered(from, to, false);
    }

    /** When the next statement may go, asked as a session asks. */
    private long nextAt(BulkWrite write, long from) {
        long now = from;
        while (true) {
            long delay = pacing.delayNanos(write, now, now - from);
            if (delay == 0) {
                return now;
            }
            now += delay;
        }
    }

    @Test
    void atAFullShareNothingWaits() {
        wrote(write(0), 1_000_000, 0, SECOND);

        assertThat(pacing.delayNanos(write(0), SECOND, 0)).isZero();
    }

    @Test
    void aQuarterOfTheTimeMakesALoopFourTimesAsSlow() {
        share = new Pacer.Share(0.25, "foreground_latency 1.2 x");
        long now = 0;
        long rows = 0;
        for (int i = 0; i < 20; i++) {
            long end = now + SECOND / 10;
            wrote(write(0), 5_000, now, end);
            rows += 5_000;
            now = nextAt(write(0), end);
        }

        // 50,000 rows in a second of the server's time, 12,500 in one of the clock's.
        assertThat(rows * 1e9 / now).isBetween(11_000.0, 14_500.0);
        assertThat(pacing.picture(now).reason()).isEqualTo("foreground_latency 1.2 x");
    }

    @Test
    void aFewRowsAreNobodysConcern() {
        share = new Pacer.Share(0, "replication_lag 3 s");
        wrote(write(0), SessionPacing.FREE_ROWS - 1, 0, SECOND / 100);

        assertThat(pacing.delayNanos(write(0), SECOND / 100, 0)).isZero();
    }

    @Test
    void whatASessionAsksThatHasJustWrittenMuchIsNoForeground() {
        wrote(write(0), SessionPacing.FREE_ROWS / 2, 0, SECOND / 100);
        assertThat(pacing.isAtIt(SECOND / 100)).isFalse();

        wrote(write(0), 5_000, SECOND, 2 * SECOND);
        assertThat(pacing.isAtIt(3 * SECOND)).isTrue();
        assertThat(pacing.isAtIt(20 * SECOND)).isFalse();
    }

    @Test
    void aStandstillEndsAfterTheRulesLongestDelay() {
        share = new Pacer.Share(0, "replication_lag 3 s");
        wrote(write(0), 5_000, 0, SECOND / 10);

        long next = nextAt(write(0), SECOND);

        assertThat(next - SECOND)
                .isBetween(
                        Duration.ofSeconds(60).toNanos(), Duration.ofSeconds(61).toNanos());
    }

    @Test
    void theRulesOwnLimitHoldsWhateverTheServerBears() {
        wrote(write(1_000), 5_000, 0, SECOND / 10);

        long next = nextAt(write(1_000), SECOND / 10);

        assertThat(next).isBetween(4 * SECOND, 4 * SECOND + SECOND / 5);
        assertThat(pacing.picture(next).reason()).isEqualTo("limit of 1000 rows/s by rule nightly");
    }

    @Test
    void whatWasOwedIsForgottenWhenThePressureHasGone() {
        share = new Pacer.Share(0.02, "replication_lag 3 s");
        wrote(write(0), 100_000, 0, SECOND);
        assertThat(pacing.delayNanos(write(0), SECOND, 0)).isPositive();

        share = Pacer.Share.FULL;

        assertThat(pacing.delayNanos(write(0), SECOND + 1, 1)).isZero();
    }

    @Test
    void aBlockThatWroteMuchHasTheNextOneWait() {
        share = new Pacer.Share(0.5, "x");
        pacing.began(write(0), 0);
        pacing.wrote(5_000);
        pacing.answered(0, SECOND / 10, true);

        assertThat(pacing.owesForBlock()).isTrue();
        assertThat(pacing.delayNanos(BulkWrite.ORDINARY, SECOND / 10, 0)).isPositive();
        pacing.waited();
        assertThat(pacing.owesForBlock()).isFalse();
    }

    @Test
    void bytesOfACopyAreHeldUpWithinIt() {
        share = new Pacer.Share(0.5, "x");
        pacing.began(write(0), SECOND);
        pacing.copied(3 << 20);
        assertThat(pacing.copyDelayNanos(SECOND, 0)).isZero();
        pacing.copied(3 << 20);

        assertThat(pacing.copyDelayNanos(SECOND, 0)).isPositive();
    }

    @Test
    void copiesThatAreOverAtOnceAreNobodysConcernUntilThereAreMore() {
        attended = false;
        share = new Pacer.Share(0.5, "x");
        copied(SECOND, SECOND * 5 / 4);
        assertThat(attended).isFalse();
        assertThat(pacing.isAtIt(2 * SECOND)).isTrue();

        copied(20 * SECOND, SECOND * 20 + SECOND / 4);
        assertThat(attended).isFalse();
        copied(21 * SECOND, SECOND * 21 + SECOND / 2);
        assertThat(attended).isTrue();
    }

    /** A COPY of 100 MB. */
    private void copied(long from, long to) {
        pacing.began(write(0), from);
        for (int piece = 1; piece <= 100; piece++) {
            if (pacing.owesForCopy()) {
                pacing.copyDelayNanos(from + (to - from) * piece / 100, 0);
            }
            pacing.copied(1 << 20);
        }
        pacing.answered(from, to, false);
    }

    @Test
    void aCopyWithALimitOfItsOwnIsHeldUpFromItsBeginning() {
        attended = false;
        pacing.began(new BulkWrite("nightly", 0, 1 << 20, Duration.ofMinutes(1), false), SECOND);
        pacing.copied(8 << 20);

        assertThat(pacing.copyDelayNanos(SECOND, 0)).isPositive();
    }

    @Test
    void statementsAreRecognisedByTheDefaultRules() {
        assertThat(look("UPDATE t SET a = 1").rule()).isEqualTo("unbounded");
        assertThat(look("UPDATE t SET a = 1").judged()).isFalse();
        assertThat(look("INSERT INTO t SELECT 1").paced()).isFalse();
        assertThat(pacing.looksAtOrdinaryWrites()).isFalse();
    }

    private BulkWrite look(String sql) {
        byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
        return pacing.look(bytes, bytes.length, POSTGRES);
    }
}
