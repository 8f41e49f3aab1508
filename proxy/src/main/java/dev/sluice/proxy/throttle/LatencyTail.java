package dev.sluice.proxy.throttle;

import java.time.Duration;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/** The tails of latencies that are watched: of a window, the furthest that it has enough requests to tell of. */
enum LatencyTail {
    P99(99, 1_000),
    P95(95, 200),
    P90(90, 50);

    /** Longer than a batch can hold anybody up. */
    private static final long REPORT_NANOS = Duration.ofSeconds(1).toNanos();

    private static final int REQUESTS_FOR_EACH_REPORT = 20;

    private static final double PRECISION = 1.005;

    private final double percentile;
    private final int requests;

    LatencyTail(double percentile, int requests) {
        this.percentile = percentile;
        this.requests = requests;
    }

    /**
     * The latency of this tail, in nanoseconds; 0: too few requests to say. As long as they are few, requests that take
     * longer than a second are taken for reports and left out: how many of them there happen to be says nothing of a
     * backfill.
     */
    double of(Histogram window) {
        long all = window.getTotalCount();
        long counted = all - reports(window);
        return counted < requests ? 0 : window.getValueAtPercentile(percentile * counted / all);
    }

    /**
     * The latency of this tail where a part of the requests is like those of one window, and the rest like another's; 0:
     * either has too few to say.
     *
     * @param part of the first, at least 0 and at most 1
     */
    double ofMix(double part, Histogram first, Histogram second) {
        double low = of(second);
        if (low == 0 || first.getTotalCount() < P90.requests) {
            return 0;
        }
        double beyond = 1 - percentile / 100;
        double high = Math.max(low, first.getMaxValue());
        if (part * beyond(first, low) + (1 - part) * beyond(second, low) <= beyond) {
            return low;
        }
        while (high > low * PRECISION) {
            double middle = Math.sqrt(low * high);
            if (part * beyond(first, middle) + (1 - part) * beyond(second, middle) > beyond) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    /** Which part of a window's requests took longer. */
    private static double beyond(Histogram window, double nanos) {
        long reports = reports(window);
        long longer = window.getCountBetweenValues((long) nanos, window.getMaxValue()) - reports;
        return Math.max(0, longer) / (double) (window.getTotalCount() - reports);
    }

    /** What the requests of a window take on average, without reports; not of an empty one. */
    static double mean(Histogram window) {
        double total = 0;
        long counted = 0;
        long longest = reports(window) == 0 ? Long.MAX_VALUE : REPORT_NANOS;
        for (HistogramIterationValue value : window.recordedValues()) {
            if (value.getValueIteratedTo() < longest) {
                total += (double) value.getValueIteratedTo() * value.getCountAtValueIteratedTo();
                counted += value.getCountAtValueIteratedTo();
            }
        }
        return total / counted;
    }

    private static long reports(Histogram window) {
        long slow = window.getMaxValue() < REPORT_NANOS
                ? 0
                : window.getCountBetweenValues(REPORT_NANOS, window.getMaxValue());
        return slow * REQUESTS_FOR_EACH_REPORT <= window.getTotalCount() ? slow : 0;
    }
}
