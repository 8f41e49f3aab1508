package dev.sluice.proxy.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.proxy.throttle.Pacer.Turn;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/**
 * The throttle against modelled databases, in virtual time: the throttle of an upstream as it is, asked before each batch
 * and told what signals say twice a second. A model tells what the signals say, from how much of the time batches took
 * lately.
 */
class SimulationTest {

    private static final long SECOND = 1_000_000_000;
    private static final long SAMPLE = SECOND / 2;
    private static final Pacer.Work WORK = new Pacer.Work("orders", "shop", 1, "public.t");
    private static final Signal LATENCY = Watched.FOREGROUND_LATENCY.byDefault();
    private static final Signal LAG = Watched.REPLICATION_LAG.byDefault();

    /** A database. */
    private interface Model {
        /** @param used the share of the last half second in which batches ran */
        List<Reading> sense(double seconds, double used);
    }

    /** What came of a run: the share that batches took, for each half second. */
    private record Course(List<Double> used) {
        double mean(double from, double to) {
            return used.subList((int) (from * 2), (int) (to * 2)).stream()
                    .mapToDouble(Double::doubleValue)
                    .average()
                    .orElseThrow();
        }

        double max(double from, double to) {
            return used.subList((int) (from * 2), (int) (to * 2)).stream()
                    .mapToDouble(Double::doubleValue)
                    .max()
                    .orElseThrow();
        }

        /** The first half second from a moment on in which at least so much was used, as seconds since that moment. */
        double reaches(double level, double from) {
            for (int i = (int) (from * 2); i < used.size(); i++) {
                if (used.get(i) >= level) {
                    return i / 2.0 - from;
                }
            }
            return Double.POSITIVE_INFINITY;
        }
    }

    private static Course run(int seconds, Model model) {
        UpstreamThrottle throttle = new UpstreamThrottle(ThrottleSettings.DEFAULTS, InstantSource.fixed(Instant.EPOCH));
        List<Double> used = new ArrayList<>();
        long now = 0;
        throttle.attend(WORK, now);
        double lately = 0;
        for (long end = SAMPLE; end <= seconds * SECOND; end += SAMPLE) {
            throttle.sensed(model.sense(now / 1e9, lately), true, 0, now);
            long worked = 0;
            while (now < end) {
                long took = switch (throttle.before(WORK, 0, now)) {
                    case Turn.Rest rest -> -Math.max(1_000_000, rest.pause().toNanos());
                    case Turn.Go go -> go.batchTime().toNanos();
                };
                now += Math.abs(took);
                if (took > 0) {
                    worked += took;
                    throttle.after(new Pacer.Batch(WORK, 500, Duration.ofNanos(took)), now);
                }
            }
            lately = Math.min(1, worked / (double) SAMPLE);
            used.add(lately);
        }
        return new Course(used);
    }

    private static Reading latency(double factor) {
        return new Reading.Measured(LATENCY, "", factor);
    }

    private static Reading lag(double seconds) {
        return new Reading.Measured(LAG, "a", Math.max(0, seconds));
    }

    @Test
    void anIdleDatabaseIsUsedInFull() {
        assertThat(run(60, (t, used) -> List.of()).mean(0, 60)).isGreaterThan(0.97);
    }

    @Property(tries = 100)
    void aSteadyDatabaseIsKeptNearItsSoftLimit(@ForAll @DoubleRange(min = 0.1, max = 0.9) double fits) {
        // Latency rises with what batches take; at the share that fits it is at its soft limit.
        double slope = (LATENCY.slowAbove() - 1) / fits;
        Course course = run(240, (t, used) -> List.of(latency(1 + slope * used)));
        assertThat(course.mean(120, 240)).as("lost throughput").isGreaterThan(fits * 0.75);
        assertThat(course.mean(20, 240)).as("harm").isLessThan(fits * 1.5);
        assertThat(course.max(20, 240)).as("overshoot").isLessThan(Math.min(1.01, fits * 2.2 + 0.1));
    }

    @Property(tries = 100)
    void burstsOfForegroundLoadStopItWhileTheyLastAndItComesBackWithinSeconds(
            @ForAll @IntRange(min = 3, max = 15) int burst, @ForAll @IntRange(min = 15, max = 40) int quiet) {
        // Beside others it takes a while until it has felt its way to full speed.
        int calm = 200;
        int period = burst + quiet;
        Course course =
                run(calm + period * 5, (t, used) -> List.of(latency(t < calm || (t - calm) % period < quiet ? 1 : 3)));
        for (int i = 0; i < 5; i++) {
            double begin = calm + i * period + quiet;
            assertThat(course.max(begin + 1, begin + burst - 1))
                    .as("in burst %d", i)
                    .isZero();
            if (i < 4) {
                assertThat(course.reaches(0.5, begin + burst))
                        .as("after burst %d", i)
                        .isLessThan(5);
            }
        }
        assertThat(course.mean(calm, calm + period * 5)).as("throughput").isGreaterThan(0.7 * (quiet - 5) / period);
    }

    @Property(tries = 60)
    void aWallThatNothingAnnouncesIsRunIntoRarely(@ForAll @DoubleRange(min = 0.2, max = 0.9) double wall) {
        // Latency is flat up to the wall; what is seen of it is two seconds old at worst, as a window of that length
        // is.
        Deque<Double> lately = new ArrayDeque<>();
        Course course = run(300, (t, used) -> {
            lately.addLast(used);
            if (lately.size() > 4) {
                lately.removeFirst();
            }
            return List.of(latency(lately.stream().anyMatch(u -> u > wall) ? 3 : 1));
        });
        List<Double> settled = course.used().subList(40, 600);
        long hits = settled.stream().filter(u -> u > wall).count();
        assertThat(hits / (double) settled.size()).as("of the time").isLessThan(0.05);
        assertThat(course.mean(20, 300)).as("lost throughput").isGreaterThan(wall * 0.4);
    }

    @Test
    void aSaturatedDatabaseIsLeftInPeace() {
        assertThat(run(60, (t, used) -> List.of(latency(5))).mean(1, 60)).isZero();
    }

    @Test
    void aDatabaseAtItsSoftLimitByItselfIsHardlyTouched() {
        assertThat(run(120, (t, used) -> List.of(latency(1.6))).mean(30, 120)).isLessThan(0.02);
    }

    @Property(tries = 36)
    void noiseAboutTheUsualDoesNotStopIt(@ForAll long seed) {
        Random noise = new Random(seed);
        Course course = run(1_500, (t, used) -> List.of(latency(1 + noise.nextGaussian() * 0.1)));
        // Unlucky minutes are unlucky: what is asked is that they do not last.
        assertThat(course.mean(600, 1_500)).as("seed %d", seed).isGreaterThan(0.3);
    }

    /** A replica that applies so many times what a full backfill writes. */
    private static final class Replica {
        private final double applies;
        private double behind;

        Replica(double applies) {
            this.applies = applies;
        }

        double lag(double used) {
            behind = Math.max(0, behind + (used - applies) * 0.5);
            return behind / applies;
        }
    }

    @Property(tries = 100)
    void aReplicaThatCannotKeepUpIsWrittenForAtItsOwnRate(@ForAll @DoubleRange(min = 0.15, max = 0.9) double applies) {
        Replica replica = new Replica(applies);
        List<Double> lags = new ArrayList<>();
        Course course = run(300, (t, used) -> {
            double lag = replica.lag(used);
            lags.add(lag);
            return List.of(lag(lag));
        });
        assertThat(course.mean(60, 300)).as("share of what it applies").isBetween(applies * 0.6, applies * 1.05);
        assertThat(lags.stream().mapToDouble(Double::doubleValue).max().orElseThrow())
                .as("most seconds behind")
                .isLessThan(2 * LAG.stopAt() / applies);
    }

    @Property(tries = 60)
    void aReplicaThatStandsStillStopsItAndItGoesOnAfter(@ForAll @IntRange(min = 5, max = 60) int stands) {
        Course course = run(120, (t, used) -> List.of(lag(t < 20 || t >= 20 + stands ? 0 : t - 20)));
        assertThat(course.mean(5, 20)).isGreaterThan(0.97);
        assertThat(course.max(22.5, 20 + stands)).isZero();
        assertThat(course.reaches(0.9, 20 + stands)).isLessThan(7);
    }

    @Property(tries = 60)
    void aSensorThatFailsNowAndThenSlowsAndNeverFrees(@ForAll long seed) {
        Random luck = new Random(seed);
        Course course = run(
                120,
                (t, used) ->
                        luck.nextInt(4) == 0 ? List.of(new Reading.Unreadable(LAG, "a", "timeout")) : List.of(lag(0)));
        assertThat(course.mean(5, 120)).as("seed %d", seed).isBetween(0.2, 0.9);
    }

    @Test
    void aSensorThatStaysBlindLeavesAQuarterOfTheTime() {
        Course course = run(60, (t, used) -> List.of(new Reading.Unreadable(LAG, "a", "permission denied")));
        assertThat(course.mean(5, 60)).isBetween(0.2, 0.3);
    }

    @Property(tries = 40)
    void itDoesNotSwingBetweenFullSpeedAndStandstill(@ForAll @DoubleRange(min = 0.2, max = 0.8) double fits) {
        double slope = (LATENCY.stopAt() - 1) / fits / 3;
        Course course = run(120, (t, used) -> List.of(latency(1 + slope * used)));
        long stood = course.used().subList(40, 240).stream().filter(u -> u == 0).count();
        long full =
                course.used().subList(40, 240).stream().filter(u -> u >= 0.99).count();
        assertThat(Math.min(stood, full)).isLessThan(5);
    }
}
