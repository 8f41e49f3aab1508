package dev.sluice.proxy.throttle;

import java.util.List;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** A sliding window over what one recorder is told, in ticks. {@link #record} by any thread, the rest by one. */
final class SlidingHistogram {

    static final long MAX_NANOS = 3_600_000_000_000L;
    private static final int DIGITS = 2;

    private final Recorder recorder = new Recorder(MAX_NANOS, DIGITS);
    private final Histogram[] slots;
    /** All slots together: to add up dozens of them anew each time costs a gateway at rest more than all else it does. */
    private final Histogram whole = new Histogram(MAX_NANOS, DIGITS);

    private int at;

    /** @param ticks the most that are kept */
    SlidingHistogram(int ticks) {
        slots = new Histogram[ticks];
        for (int i = 0; i < ticks; i++) {
            slots[i] = recorder.getIntervalHistogram();
        }
    }

    /** Wait-free. */
    void record(long nanos) {
        recorder.recordValue(Math.clamp(nanos, 1, MAX_NANOS));
    }

    void tick() {
        at = (at + 1) % slots.length;
        if (slots[at].getTotalCount() > 0) {
            whole.subtract(slots[at]);
        }
        slots[at] = recorder.getIntervalHistogram(slots[at]);
        addTo(whole, slots[at]);
    }

    /** Of each of the last ticks, how much was recorded and how much of it above a value. */
    List<Comparison.Part> parts(int ticks, long slowNanos) {
        return IntStream.range(0, ticks)
                .mapToObj(i -> Comparison.Part.of(slots[Math.floorMod(at - i, slots.length)], slowNanos))
                .toList();
    }

    /** What was recorded in the last ticks. */
    Histogram last(int ticks) {
        if (ticks == slots.length) {
            return whole.copy();
        }
        Histogram window = new Histogram(MAX_NANOS, DIGITS);
        for (int i = 0; i < ticks; i++) {
            addTo(window, slots[Math.floorMod(at - i, slots.length)]);
        }
        return window;
    }

    /** Most are empty where there is no backfill, and an empty one costs as much to add as a full one. */
    static void addTo(Histogram sum, Histogram more) {
        if (more.getTotalCount() > 0) {
            sum.add(more);
        }
    }
}
