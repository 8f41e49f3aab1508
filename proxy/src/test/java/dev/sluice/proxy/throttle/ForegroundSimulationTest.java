package dev.sluice.proxy.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.proxy.throttle.Pacer.Turn;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.HdrHistogram.Histogram;

/**
 * The throttle beside modelled clients, request by request in virtual time: how long requests take is what it is told, by
 * the window as it is, and what is asked of it is what its clients see in the end.
 */
class ForegroundSimulationTest {

    private static final long SECOND = 1_000_000_000;
    private static final long MS = SECOND / 1_000;
    private static final long TICK = SECOND * 2 / 5;
    private static final long MAX = 3_600 * SECOND;
    private static final Pacer.Work WORK = new Pacer.Work("orders", "shop", 1, "public.t");

    /** Clients: what they ask for, by the second. */
    private interface Clients {
        int perSecond(int second);

        /** How long a request takes that meets no batch, in seconds. */
        double seconds(int second, Random luck);
    }

    /**
     * @param share of the time that batches took in the second half
     * @param p99 of the requests of the second half, over what it would have been without batches
     */
    private record Course(double share, double p99) {}

    private static Course run(long seed, int seconds, double harm, Clients clients) {
        return new Run(seed, seconds, harm, clients).course();
    }

    /** One backfill, which begins after half a minute, beside clients of whom those who meet a batch wait so many times as long. */
    private static final class Run {
        private static final int BEGINS = 30;
        private static final Signal LATENCY = Watched.FOREGROUND_LATENCY.byDefault();

        private final UpstreamThrottle throttle =
                new UpstreamThrottle(ThrottleSettings.DEFAULTS, InstantSource.fixed(Instant.EPOCH));
        private final Histogram with = new Histogram(MAX, 3);
        private final Histogram without = new Histogram(MAX, 3);
        private final Random luck;
        private final int seconds;
        private final double harm;
        private final Clients clients;

        private long now = SECOND;
        private long asked = now;
        private long batchBegan;
        private long batchUntil;
        private long restUntil;
        private long worked;

        Run(long seed, int seconds, double harm, Clients clients) {
            this.luck = new Random(seed);
            this.seconds = seconds;
            this.harm = harm;
            this.clients = clients;
        }

        Course course() {
            for (long end = now + TICK; end < (BEGINS + seconds) * SECOND; end += TICK) {
                int second = (int) (end / SECOND);
                long apart = SECOND / clients.perSecond(second);
                for (; now < end; now += Math.min(MS, apart)) {
                    if (second >= BEGINS) {
                        backfill();
                    }
                    if (now >= asked + apart) {
                        asked = now;
                        request(second);
                    }
                }
                throttle.latency().tick(TICK / (double) SECOND, throttle.activity(now));
                throttle.sensed(readings(), true, 0, now);
            }
            double p99 = with.getValueAtPercentile(99) / (double) without.getValueAtPercentile(99);
            return new Course(worked / (seconds / 2.0 * SECOND), p99);
        }

        private List<Reading> readings() {
            return throttle.latency().factor().stream()
                    .<Reading>mapToObj(f -> new Reading.Measured(LATENCY, "", f))
                    .toList();
        }

        private boolean counts() {
            return now >= (BEGINS + seconds / 2) * SECOND;
        }

        private void backfill() {
            if (batchUntil != 0 && now >= batchUntil) {
                throttle.after(new Pacer.Batch(WORK, 100, Duration.ofNanos(now - batchBegan)), now);
                worked += counts() ? now - batchBegan : 0;
                batchUntil = 0;
            }
            if (batchUntil == 0 && now >= restUntil) {
                switch (throttle.before(WORK, 0, now)) {
                    case Turn.Rest rest ->
                        restUntil = now + Math.max(MS, rest.pause().toNanos());
                    case Turn.Go go -> {
                        batchBegan = now;
                        batchUntil = now + go.batchTime().toNanos();
                    }
                }
            }
        }

        private void request(int second) {
            long alone = (long) (clients.seconds(second, luck) * SECOND);
            long took = batchUntil == 0 ? alone : (long) (alone * harm);
            throttle.latency().answered(now, now + took);
            if (counts()) {
                with.recordValue(took);
                without.recordValue(alone);
            }
        }
    }

    /** A millisecond, more or less: one in fifty takes five times as long. */
    private static double usual(Random luck) {
        return 0.001 * (0.8 + 0.4 * luck.nextDouble()) * (luck.nextInt(50) == 0 ? 5 : 1);
    }

    private static Clients steady(int perSecond) {
        return new Clients() {
            @Override
            public int perSecond(int second) {
                return perSecond;
            }

            @Override
            public double seconds(int second, Random luck) {
                return usual(luck);
            }
        };
    }

    @Property(tries = 8)
    void whatBatchesDoToTheTailStaysWithinAQuarter(
            @ForAll long seed, @ForAll @DoubleRange(min = 2, max = 20) double harm) {
        Course course = run(seed, 200, harm, steady(2_000));
        assertThat(course.p99()).as("seed %d", seed).isLessThan(1.25);
    }

    @Property(tries = 2)
    void besideACrowdALongBackfillStaysWhereItHasSettled(
            @ForAll long seed, @ForAll @DoubleRange(min = 2, max = 20) double harm) {
        Course course = run(seed, 400, harm, steady(4_000));
        assertThat(course.share()).as("seed %d", seed).isBetween(0.002, 0.135);
        assertThat(course.p99()).as("seed %d", seed).isLessThan(1.25);
    }

    @Property(tries = 2)
    void besideACrowdThatIsNotHurtItGoesFurther(@ForAll long seed) {
        assertThat(run(seed, 300, 1, steady(4_000)).share()).as("seed %d", seed).isGreaterThan(0.25);
    }

    @Property(tries = 5)
    void whereNobodyIsHurtItComesToFullSpeed(@ForAll long seed) {
        assertThat(run(seed, 200, 1, steady(500)).share()).as("seed %d", seed).isGreaterThan(0.8);
    }

    @Property(tries = 5)
    void aChangeInWhatIsAskedHoldsItBackForAWhileAndNotForEver(
            @ForAll long seed, @ForAll @DoubleRange(min = 0.03, max = 0.3) double others) {
        assertThat(afterAChange(seed, others)).as("seed %d", seed).isGreaterThan(0.3);
    }

    /** The share of a backfill that hurts nobody, long after this part of the clients' requests has become a long one. */
    private static double afterAChange(long seed, double others) {
        Clients clients = new Clients() {
            @Override
            public int perSecond(int second) {
                return 500;
            }

            @Override
            public double seconds(int second, Random luck) {
                boolean changed = second >= 40 && luck.nextDouble() < others;
                return changed ? 0.03 + 0.05 * luck.nextDouble() : usual(luck);
            }
        };
        return run(seed, 500, 1, clients).share();
    }

    @Property(tries = 5)
    void aFewLongRequestsHoldNobodyBack(@ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int perSecond) {
        Course course = run(seed, 120, 1, new Clients() {
            @Override
            public int perSecond(int second) {
                return second < 30 ? 500 : perSecond;
            }

            @Override
            public double seconds(int second, Random luck) {
                return second < 30 ? usual(luck) : 0.2 + 3 * luck.nextDouble();
            }
        });
        assertThat(course.share()).as("seed %d", seed).isGreaterThan(0.8);
    }
}
