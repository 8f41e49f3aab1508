package dev.sluice.proxy.throttle;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The throttle of one server: its signals, one pressure, one pace, which the backfills that are at work divide among
 * them. Thread-safe; moments are {@link System#nanoTime}'s, and are arguments.
 */
final class UpstreamThrottle {

    /** A backfill that has not been heard of for so long has ended. */
    private static final long AT_WORK_NANOS = Duration.ofSeconds(5).toNanos();

    private final LatencyWindow latency;
    private final long maxRowsPerSecond;
    private final Map<Pacer.Work, Long> atWork = new HashMap<>();
    private List<Reading> readings = List.of();
    private Pressure pressure = Pressure.NONE;
    private Pace pace = new Pace(1, 0);
    private long pacedAt;
    private long budgetFreeAt;

    UpstreamThrottle(ThrottleSettings settings) {
        this.latency = new LatencyWindow(settings.maxLatencyFactor());
        this.maxRowsPerSecond = settings.maxRowsPerSecond();
    }

    LatencyWindow latency() {
        return latency;
    }

    synchronized Pacer.Rest before(Pacer.Work work, long now) {
        begin(work, now);
        step(now);
        return pace.standing() ? new Pacer.Rest(Duration.ofNanos(pace.pauseNanos(0)), reason()) : Pacer.Rest.NONE;
    }

    synchronized Pacer.Rest after(Pacer.Batch batch, long now) {
        begin(batch.work(), now);
        step(now);
        double share = pace.share() / Math.max(1, atWork.size());
        long took = batch.took().toNanos();
        long pause = pace.share() >= 1 ? 0 : new Pace(share, pace.holdNanos()).pauseNanos(took);
        Pacer.Rest rest = pause <= 0 ? Pacer.Rest.NONE : new Pacer.Rest(Duration.ofNanos(pause), reason());
        return rest.longer(budget(batch.rows(), now), "limit of " + maxRowsPerSecond + " rows/s for the upstream")
                .noFasterThan(batch);
    }

    synchronized Pacer.Share share(Pacer.Work work, long now) {
        begin(work, now);
        step(now);
        return pace.share() >= 1
                ? Pacer.Share.FULL
                : new Pacer.Share(pace.share() / Math.max(1, atWork.size()), reason());
    }

    private void begin(Pacer.Work work, long now) {
        atWork.values().removeIf(seen -> now - seen > AT_WORK_NANOS);
        if (atWork.isEmpty()) {
            // Nobody knows yet what a database with traffic bears; one without need not be asked.
            pace = latency.reading().isPresent() ? Pace.INITIAL : new Pace(1, 0);
            pacedAt = now;
        }
        atWork.put(work, now);
    }

    private void step(long now) {
        pace = PaceController.next(pace, pressure, Math.max(0, now - pacedAt));
        pacedAt = now;
    }

    private String reason() {
        return pressure.reason().isEmpty() ? "speeds up" : pressure.reason();
    }

    private long budget(long rows, long now) {
        if (maxRowsPerSecond <= 0) {
            return 0;
        }
        budgetFreeAt = Math.max(budgetFreeAt, now) + (long) (rows * 1e9 / maxRowsPerSecond);
        return budgetFreeAt - now;
    }

    /** Whether a backfill is at work. */
    synchronized boolean busy(long now) {
        return atWork.values().stream().anyMatch(seen -> now - seen <= AT_WORK_NANOS);
    }

    /** Databases in which a backfill is at work. */
    synchronized List<String> databases() {
        return atWork.keySet().stream().map(Pacer.Work::database).distinct().toList();
    }

    synchronized void sensed(List<Reading> now) {
        readings = List.copyOf(now);
        pressure = Pressure.of(readings);
    }

    synchronized Throttle.Status status() {
        return new Throttle.Status(pressure, readings, pace.share(), atWork.size());
    }
}
