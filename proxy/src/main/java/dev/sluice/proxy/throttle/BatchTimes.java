package dev.sluice.proxy.throttle;

import java.time.Duration;

/**
 * When batches ran lately, so that a request can be told apart that may have met one. By the moment at which it began
 * alone: whether it took long must not decide what it is compared with.
 *
 * <p>{@link #met} is wait-free and may be asked on any thread. Moments are {@link System#nanoTime}'s.
 */
final class BatchTimes {

    private static final int KEPT = 32;

    /** For so long after a batch its traces are still met. */
    private static final long AFTERMATH_NANOS = Duration.ofMillis(20).toNanos();

    /** Begin and end of one batch or of several that overlap; an end that is not known yet is the largest number. */
    private record Span(long begin, long end) {}

    /** The newest first. */
    private volatile Span[] spans = {};

    private int running;

    synchronized void begins(long now) {
        if (running++ == 0) {
            Span[] before = spans;
            Span[] next = new Span[Math.min(KEPT, before.length + 1)];
            next[0] = new Span(now, Long.MAX_VALUE);
            System.arraycopy(before, 0, next, 1, next.length - 1);
            spans = next;
        }
    }

    synchronized void ends(long now) {
        if (running > 0 && --running == 0) {
            Span[] next = spans.clone();
            next[0] = new Span(next[0].begin(), now);
            spans = next;
        }
    }

    /** Whether a request that began at a moment may have met a batch. One that is older than all that is known has. */
    boolean met(long began) {
        Span[] known = spans;
        for (Span span : known) {
            if (began >= span.begin()) {
                return span.end() == Long.MAX_VALUE || began - span.end() <= AFTERMATH_NANOS;
            }
        }
        return known.length == KEPT;
    }
}
