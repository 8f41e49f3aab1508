package dev.sluice.proxy.throttle;

import dev.sluice.proxy.throttle.Pacer.Turn;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The throttle of one server: its signals, one pressure, one pace, which the backfills that are at work divide among
 * them. Thread-safe; moments are {@link System#nanoTime}'s, and are arguments.
 */
final class UpstreamThrottle {

    /** A backfill that has not been heard of for so long has ended. */
    private static final long AT_WORK_NANOS = Duration.ofSeconds(5).toNanos();

    /** How long the first batch waits for the signals at most. */
    private static final long FIRST_LOOK_NANOS = Duration.ofSeconds(1).toNanos();

    private static final Duration FIRST_LOOK_PAUSE = Duration.ofMillis(5);
    private static final Duration STANDING_PAUSE = Duration.ofMillis(100);
    private static final Duration CLOSED_PAUSE = Duration.ofSeconds(1);

    /** Longer pauses are cut, since the pace may change meanwhile. */
    private static final long MAX_PAUSE_NANOS = Duration.ofMillis(250).toNanos();

    private final LatencyWindow latency = new LatencyWindow();
    private final InstantSource clock;
    private final Map<Pacer.Work, Worker> atWork = new HashMap<>();
    private ThrottleSettings settings;
    private List<Reading> readings = List.of();
    private Recovery recovery = Recovery.NONE;
    private Pressure pressure = Pressure.NONE;
    private Pace pace = Pace.FULL;
    private Budget rows = Budget.starting(0);
    private long pacedAt;
    private long begunAt;
    private boolean sensed;
    private int elsewhere;
    /** Whether something has held backfills back since the pace was last full. */
    private boolean hurt;
    /** Whether others use the server, as far as anybody tells. */
    private boolean foreground;

    /** One backfill: when it was heard of last, and what it may spend. */
    private static final class Worker {
        private long seenAt;
        private boolean batch;
        private Budget time;
        private Budget own;
        private Budget floor;
        private long paidAt;

        Worker(long now) {
            time = Budget.starting(now);
            own = time;
            floor = time;
            paidAt = now;
        }
    }

    /** Why a backfill rests, and how long. */
    private record Wait(long nanos, String reason) {
        Wait orLonger(long otherNanos, String otherReason) {
            return otherNanos > nanos ? new Wait(otherNanos, otherReason) : this;
        }
    }

    UpstreamThrottle(ThrottleSettings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
    }

    LatencyWindow latency() {
        return latency;
    }

    synchronized void set(ThrottleSettings now) {
        settings = now;
    }

    /** Somebody is at work, or about to be; true when nobody was. */
    synchronized boolean attend(Pacer.Work work, long now) {
        prune(now);
        boolean first = atWork.isEmpty();
        if (first) {
            // Nobody knows yet what a database with traffic bears; one without need not be asked.
            foreground = latency.factor().isPresent();
            pace = foreground || elsewhere > 0 ? Pace.INITIAL : Pace.FULL;
            pacedAt = now;
            begunAt = now;
            sensed = false;
            hurt = false;
        }
        atWork.computeIfAbsent(work, w -> new Worker(now)).seenAt = now;
        return first;
    }

    private void prune(long now) {
        Iterator<Worker> all = atWork.values().iterator();
        while (all.hasNext()) {
            Worker worker = all.next();
            if (now - worker.seenAt > AT_WORK_NANOS) {
                endBatch(worker, now);
                all.remove();
            }
        }
    }

    private void endBatch(Worker worker, long now) {
        if (worker.batch) {
            worker.batch = false;
            latency.batchEnds(now);
        }
    }

    synchronized Turn before(Pacer.Work work, long maxRowsPerSecond, long now) {
        attend(work, now);
        Worker worker = worker(work, now);
        endBatch(worker, now);
        step(now);
        Optional<String> closed = settings.hours().closed(clock.instant());
        if (closed.isPresent()) {
            return new Turn.Rest(CLOSED_PAUSE, closed.get());
        }
        if (!sensed && now - begunAt < FIRST_LOOK_NANOS) {
            return new Turn.Rest(FIRST_LOOK_PAUSE, "");
        }
        if (pace.standing()) {
            return new Turn.Rest(STANDING_PAUSE, pressure.reason());
        }
        Turn turn = turn(worker, maxRowsPerSecond, now);
        if (turn instanceof Turn.Go) {
            worker.batch = true;
            latency.batchBegins();
        }
        return turn;
    }

    private Worker worker(Pacer.Work work, long now) {
        return atWork.computeIfAbsent(work, w -> new Worker(now));
    }

    private Turn turn(Worker worker, long maxRowsPerSecond, long now) {
        double part = part();
        long most = settings.maxRowsPerSecond();
        worker.time = worker.time.filled(part * 1e9, 0, now);
        worker.own = worker.own.filled(maxRowsPerSecond, 0, now);
        worker.floor = worker.floor.filled(settings.minRowsPerSecond(), 0, now);
        rows = rows.filled(most, 0, now);
        Wait limits = new Wait(0, "")
                .orLonger(
                        maxRowsPerSecond > 0 ? worker.own.waitNanos(maxRowsPerSecond) : 0,
                        RowLimit.ofMigration(maxRowsPerSecond))
                .orLonger(
                        most > 0 ? Math.max(rows.waitNanos(most), worker.paidAt - now) : 0, RowLimit.ofUpstream(most));
        Wait wait = limits.orLonger(worker.time.waitNanos(part * 1e9), reason());
        boolean kept = limits.nanos() == 0 && settings.minRowsPerSecond() > 0 && worker.floor.left() >= 0;
        if (wait.nanos() > 0 && !kept) {
            return new Turn.Rest(Duration.ofNanos(Math.min(wait.nanos(), MAX_PAUSE_NANOS)), wait.reason());
        }
        int allowed = Math.min(RowLimit.most(maxRowsPerSecond), RowLimit.most(most));
        return new Turn.Go(
                batchTime(),
                wait.nanos() > 0 ? Math.min(allowed, RowLimit.most(settings.minRowsPerSecond())) : allowed,
                goes(maxRowsPerSecond));
    }

    /** As long as slow requests of the others take anyway, a batch may last too: a shorter one is mostly overhead. */
    private Duration batchTime() {
        double longest = settings.batchTime().toNanos();
        double usual = foreground ? latency.baselineNanos() : 0;
        return Duration.ofNanos((long) Math.min(longest, Math.max(usual, longest * pace.batch(foreground))));
    }

    synchronized Pacer.Share share(Pacer.Work work, long now) {
        attend(work, now);
        step(now);
        if (pressure.stops() && !sees()) {
            // Nobody knows of any trouble. An application whose writes ran until the gateway came must not stand for
            // that.
            return new Pacer.Share((1 - Reading.STEADY_PRESSURE) / among(), reason());
        }
        boolean free = pace.full() || (!hurt && pressure.most() >= 1);
        return free ? Pacer.Share.FULL : new Pacer.Share(part(), reason());
    }

    /** Whether something that was read stops backfills, and not only that something could not be. */
    private boolean sees() {
        return readings.stream().anyMatch(r -> r.seen() && !r.steady() && r.pressure() >= 1);
    }

    /** What each of those who are at work may have of the time. */
    private double part() {
        return pace.full() ? 1 : pace.share() / among();
    }

    private int among() {
        return atWork.size() + elsewhere;
    }

    private String goes(long maxRowsPerSecond) {
        if (!pace.full()) {
            return reason();
        } else if (maxRowsPerSecond > 0) {
            return RowLimit.ofMigration(maxRowsPerSecond);
        }
        return settings.maxRowsPerSecond() > 0 ? RowLimit.ofUpstream(settings.maxRowsPerSecond()) : "";
    }

    private String reason() {
        return pressure.reason().isEmpty() ? "speeds up" : pressure.reason();
    }

    /** @return the rows a second that all gateways together may do; 0: as many as they like */
    synchronized long after(Pacer.Batch batch, long now) {
        attend(batch.work(), now);
        Worker worker = worker(batch.work(), now);
        endBatch(worker, now);
        worker.time = worker.time.spent(batch.took().toNanos());
        worker.own = worker.own.spent(batch.rows());
        worker.floor = worker.floor.spent(batch.rows());
        rows = rows.spent(batch.rows());
        return settings.maxRowsPerSecond();
    }

    /** When what a backfill has taken from the budget of all gateways is paid for. */
    synchronized void paid(Pacer.Work work, long atNanos) {
        worker(work, atNanos).paidAt = atNanos;
    }

    private void step(long now) {
        pace = PaceController.next(pace, pressure, foreground, !latency.isSlowAnyway(), Math.max(0, now - pacedAt));
        pacedAt = now;
        hurt = !pace.full() && (hurt || pressure.level() > 0);
    }

    /** Whether a backfill is at work here. */
    synchronized boolean busy(long now) {
        prune(now);
        return !atWork.isEmpty();
    }

    /** Databases in which a backfill is at work here. */
    synchronized Set<String> databases() {
        return atWork.keySet().stream().map(Pacer.Work::database).collect(Collectors.toUnmodifiableSet());
    }

    /** Those who are at work here, in one database. */
    synchronized Set<Pacer.Work> atWork(String database) {
        return atWork.keySet().stream()
                .filter(w -> w.database().equals(database))
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * What the signals say now.
     *
     * @param complete whether all of them have answered since somebody is at work
     * @param others backfills at work through other gateways
     */
    synchronized void sensed(List<Reading> now, boolean complete, int others, long moment) {
        recovery = recovery.seeing(now, settings.recoverAfter(), moment);
        readings = recovery.judged(now, settings.recoverAfter(), moment);
        pressure = Pressure.of(readings);
        foreground = now.stream().anyMatch(r -> r.signal().name().equals(Watched.FOREGROUND_LATENCY.word()));
        sensed = sensed || complete;
        elsewhere = others;
        step(moment);
    }

    synchronized Throttle.Status status() {
        Optional<String> closed = settings.hours().closed(clock.instant());
        Pace now = atWork.isEmpty() ? PaceController.next(Pace.FULL, pressure, foreground, true, 0) : pace;
        return new Throttle.Status(
                pressure, readings, closed.isPresent() ? 0 : now.share(), atWork.size(), elsewhere, closed);
    }
}
