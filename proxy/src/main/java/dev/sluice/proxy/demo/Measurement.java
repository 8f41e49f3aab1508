package dev.sluice.proxy.demo;

import java.time.Duration;
import java.util.Optional;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** What a workload saw over some time. Thread-safe. */
final class Measurement {

    private static final long HIGHEST_US = Duration.ofMinutes(10).toNanos() / 1000;

    private final Histogram latencies = new Histogram(HIGHEST_US, 3);
    private final long begin = System.nanoTime();
    private long lastCommit = begin;
    private long longestPause;
    private long end;
    private long errors;
    private @Nullable String firstError;

    synchronized void committed(long plannedNanos) {
        long now = System.nanoTime();
        latencies.recordValue(Math.clamp((now - plannedNanos) / 1000, 0, HIGHEST_US));
        longestPause = Math.max(longestPause, now - lastCommit);
        lastCommit = now;
    }

    synchronized void failed(Exception e) {
        errors++;
        if (firstError == null) {
            firstError = e.getMessage();
        }
    }

    synchronized void end() {
        end = System.nanoTime();
        longestPause = Math.max(longestPause, end - lastCommit);
    }

    synchronized long transactions() {
        return latencies.getTotalCount();
    }

    synchronized long errors() {
        return errors;
    }

    synchronized Optional<String> firstError() {
        return Optional.ofNullable(firstError);
    }

    /** @param percentile 50 or 99 */
    synchronized Duration latency(double percentile) {
        return Duration.ofNanos(latencies.getValueAtPercentile(percentile) * 1000);
    }

    synchronized Duration slowest() {
        return Duration.ofNanos(latencies.getMaxValue() * 1000);
    }

    /** The longest time in which nothing at all was committed, the one going on included. */
    synchronized Duration longestPause() {
        long open = end == 0 ? System.nanoTime() - lastCommit : 0;
        return Duration.ofNanos(Math.max(longestPause, open));
    }

    synchronized Duration length() {
        return Duration.ofNanos((end == 0 ? System.nanoTime() : end) - begin);
    }
}
