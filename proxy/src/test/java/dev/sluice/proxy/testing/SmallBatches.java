package dev.sluice.proxy.testing;

import dev.sluice.proxy.throttle.Pacer;
import java.time.Duration;

/**
 * Never rests, but for a migration's own limit; no batch has more rows than it was told: so it is known how many there are
 * at least, however fast the machine is.
 */
public record SmallBatches(Pacer pacer, int mostRows, boolean alone) implements Pacer {

    /** A process that has just begun is slow: without time its batches would shrink with each that is killed. */
    private static final Duration TIME = Duration.ofSeconds(2);

    public static Pacer of(int mostRows) {
        return new SmallBatches(Pacer.unthrottled(TIME), mostRows, false);
    }

    /** As on a server that nobody else uses, where several are done side by side. */
    public static Pacer alone(int mostRows, Duration time) {
        return new SmallBatches(Pacer.unthrottled(time), mostRows, true);
    }

    @Override
    public Turn before(Work work, long maxRowsPerSecond) {
        return switch (pacer.before(work, maxRowsPerSecond)) {
            case Turn.Go go -> new Turn.Go(go.batchTime(), Math.min(go.maxRows(), mostRows), go.reason(), alone);
            case Turn.Rest rest -> rest;
        };
    }

    @Override
    public void after(Batch batch) {
        pacer.after(batch);
    }
}
