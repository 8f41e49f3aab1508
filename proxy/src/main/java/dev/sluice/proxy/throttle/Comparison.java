package dev.sluice.proxy.throttle;

import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * How sure it is that those who met a batch were slow more often than those who met none, or that they were not.
 *
 * <p>Requests are not slow one by one: what holds up one holds up all that are under way. So a few such moments among
 * thousands of requests decide what they look like together, and which of both they happened to fall on says nothing. What
 * is counted is therefore by how much the parts of a window differ among themselves: a proportion of clusters.
 */
final class Comparison {

    /** Fewer parts of a window do not tell how much they differ. */
    private static final int PARTS = 5;

    /** In so many standard deviations. Once in some minutes that looks like harm which is none. */
    private static final double SURE = 2.5;

    private static final double MUCH = 0.5;

    private Comparison() {}

    /**
     * Requests of one part of a window.
     *
     * @param slow how many of all were slow
     */
    record Part(long all, long slow) {
        static Part of(Histogram requests, long slowNanos) {
            long all = requests.getTotalCount();
            return new Part(
                    all,
                    requests.getMaxValue() < slowNanos
                            ? 0
                            : requests.getCountBetweenValues(slowNanos, requests.getMaxValue()));
        }
    }

    /** Whether the first were slow more often, as far as both tell. */
    static boolean isWorse(List<Part> first, List<Part> second) {
        if (first.stream().filter(p -> p.all() > 0).count() < PARTS) {
            return false;
        }
        double off = proportion(first) - proportion(second);
        double of = pooled(first, second);
        return off > SURE * Math.sqrt(variance(first, of) + variance(second, of));
    }

    /** Whether the first were surely not slow half as often again, or more. */
    static boolean isAlike(List<Part> first, List<Part> second) {
        if (first.stream().filter(p -> p.all() > 0).count() < PARTS || all(second) == 0) {
            return false;
        }
        double off = proportion(first) - proportion(second);
        double of = pooled(first, second);
        return off + SURE * Math.sqrt(variance(first, of) + variance(second, of)) < MUCH * proportion(second);
    }

    private static double proportion(List<Part> parts) {
        return slow(parts) / (double) all(parts);
    }

    private static double pooled(List<Part> first, List<Part> second) {
        return (slow(first) + slow(second)) / (double) (all(first) + all(second));
    }

    /** Of a proportion: by how much the parts are off it, and not less than if each request were slow by itself. */
    private static double variance(List<Part> parts, double byItself) {
        double proportion = proportion(parts);
        double squares = parts.stream()
                .mapToDouble(p -> p.slow() - proportion * p.all())
                .map(off -> off * off)
                .sum();
        double all = all(parts);
        return Math.max(squares / (all * all), byItself * (1 - byItself) / all);
    }

    private static long all(List<Part> parts) {
        return parts.stream().mapToLong(Part::all).sum();
    }

    private static long slow(List<Part> parts) {
        return parts.stream().mapToLong(Part::slow).sum();
    }
}
