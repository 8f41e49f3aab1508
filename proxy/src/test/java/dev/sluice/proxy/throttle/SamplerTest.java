package dev.sluice.proxy.throttle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SamplerTest {

    private static final Pacer.Work WORK = new Pacer.Work("orders", "shop", 1, "public.t");
    private static final Signal LAG = Watched.REPLICATION_LAG.byDefault();
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final AtomicInteger made = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();
    private final Semaphore answers = new Semaphore(0);
    private final UpstreamThrottle throttle = new UpstreamThrottle(ThrottleSettings.DEFAULTS, InstantSource.system());
    private final Sampler sampler =
            new Sampler("orders", throttle, new Counted(), ThrottleListener.NONE, ThrottleSettings.DEFAULTS, () -> {});
    private long now = System.nanoTime();

    /** One sensor, that tells of a lag as often as it is let. */
    private final class Counted implements Sensors {
        @Override
        public List<Sensor> of(
                String upstream, String database, ThrottleSettings settings, Supplier<Set<Pacer.Work>> work) {
            made.incrementAndGet();
            return List.of(new Sensor() {
                @Override
                public List<Reading> read() {
                    answers.acquireUninterruptibly();
                    return List.of(new Reading.Measured(LAG, "a", 3));
                }

                @Override
                public Reading blind(String why) {
                    return new Reading.Unreadable(LAG, "a", why);
                }

                @Override
                public void close() {
                    closed.incrementAndGet();
                }
            });
        }

        @Override
        public Peers peers(String upstream, String database) {
            return Peers.NONE;
        }

        @Override
        public Set<String> databases(String upstream) {
            return Set.of();
        }
    }

    @AfterEach
    void letGo() {
        answers.release(1_000);
        sampler.close();
    }

    private void atWork() {
        throttle.attend(WORK, now);
        sampler.sample(now);
    }

    private void nobodyFor(long seconds) {
        long until = now + seconds * SECOND;
        while (now < until) {
            now += SECOND;
            throttle.sensed(List.of(), true, 0, now);
            sampler.sample(now);
        }
    }

    private boolean stops() {
        now += SECOND / 4;
        atWork();
        return !throttle.status().go();
    }

    @Test
    void aPauseKeepsTheSensorsAndNotWhatTheyHadTold() {
        answers.release();
        await().until(this::stops);

        nobodyFor(8);
        assertThat(throttle.databases()).isEmpty();
        assertThat(closed).hasValue(0);

        atWork();
        assertThat(throttle.status().readings()).isEmpty();
        assertThat(made).hasValue(1);

        answers.release(2);
        await().until(this::stops);
    }

    @Test
    void whatNobodyNeedsForLongIsClosed() {
        answers.release(100);
        await().until(this::stops);

        nobodyFor(20);
        assertThat(closed).hasValue(1);

        await().until(this::stops);
        assertThat(made).hasValue(2);
    }

    @Test
    void newSettingsMakeNewSensorsOfThoseThatRestToo() {
        answers.release(100);
        await().until(this::stops);
        nobodyFor(8);

        sampler.set(ThrottleSettings.DEFAULTS);

        assertThat(closed).hasValue(1);
        await().until(this::stops);
        assertThat(made).hasValue(2);
    }
}
