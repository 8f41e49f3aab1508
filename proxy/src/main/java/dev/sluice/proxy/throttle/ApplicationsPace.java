package dev.sluice.proxy.throttle;

import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * The pace of the applications' own backfills. They run free until something hurts, and are slowed from there; what hurt
 * before they began, or hurts nobody any more, is not their doing: the latency of the others counts as far as it was
 * measured since. Not thread-safe; moments are one monotonic clock's.
 */
final class ApplicationsPace {

    /** When nothing is heard of any for so long, whoever comes next begins anew. */
    private static final long PAUSED_NANOS = Duration.ofSeconds(1).toNanos();

    /** After that whoever comes is unknown. */
    private static final long GONE_NANOS = Duration.ofSeconds(6).toNanos();

    private final LatencyWindow latency;
    private final Paced paced = new Paced();
    private long seenAt;
    /** When they began, in ticks of the latency's window. */
    private int beganAt;
    /** Whether anybody else has been there since. */
    private boolean besideOthers;

    ApplicationsPace(LatencyWindow latency) {
        this.latency = latency;
    }

    /** Whether a session that was not known would begin anew, since nobody else is at it. */
    boolean isPaused(long now) {
        return now - seenAt > PAUSED_NANOS;
    }

    /** @param readings the last that there are */
    void begin(List<Reading> readings, boolean blindSlows, long now) {
        paced.begin(Pace.FULL, now);
        beganAt = latency.ticks();
        sensed(readings, blindSlows);
    }

    /** Whether nobody is there whom the pace could concern. */
    boolean isGone(long now) {
        return now - seenAt > GONE_NANOS;
    }

    /** A session is at it. */
    void seen(long now) {
        seenAt = now;
    }

    Pace pace() {
        return paced.pace();
    }

    /** Whether nothing holds them back. */
    boolean isFree() {
        return paced.pace().full() || (!paced.hurt() && paced.pressure().most() >= 1);
    }

    /** What holds them back, in words. */
    String reason() {
        return paced.reason();
    }

    /** @param blindSlows whether a signal that cannot be read slows them */
    void sensed(List<Reading> readings, boolean blindSlows) {
        OptionalDouble factor = latency.factorSince(beganAt);
        besideOthers = factor.isPresent();
        paced.sensed(readings.stream()
                .flatMap(r -> sinceTheyBegan(r, factor))
                .flatMap(r -> forApplications(r, blindSlows))
                .toList());
    }

    private static Stream<Reading> sinceTheyBegan(Reading reading, OptionalDouble factor) {
        if (!reading.name().equals(Watched.FOREGROUND_LATENCY.word())) {
            return Stream.of(reading);
        }
        if (factor.isEmpty()) {
            return Stream.empty();
        }
        return Stream.of(
                reading instanceof Reading.Measured measured
                        ? new Reading.Measured(measured.signal(), measured.of(), factor.getAsDouble())
                        : reading);
    }

    /** They must never stand because the gateway cannot see, and are slowed by that only where the configuration says so. */
    private static Stream<Reading> forApplications(Reading reading, boolean blindSlows) {
        return switch (reading) {
            case Reading.Measured measured -> Stream.of(measured);
            case Reading.Unreadable unreadable -> blindSlows ? Stream.of(unreadable.slowing()) : Stream.empty();
            case Reading.Recovering recovering ->
                recovering.seen() ? Stream.of(recovering) : forApplications(recovering.last(), blindSlows);
        };
    }

    /** See {@link Paced#step}. */
    void step(double others, boolean ours, long now) {
        paced.step(besideOthers ? others : 0, ours, Ceiling.NONE, true, now);
    }
}
