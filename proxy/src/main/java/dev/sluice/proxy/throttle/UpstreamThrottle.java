package dev.sluice.proxy.throttle;

import dev.sluice.proxy.throttle.Pacer.Turn;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The throttle of one server: its signals, one pressure, one pace, which the backfills that are at work divide among
 * them. Thread-safe; moments are {@link System#nanoTime}'s, and are arguments.
 */
final class UpstreamThrottle {

    /** How long the first batch waits for the signals at most. */
    private static final long FIRST_LOOK_NANOS = Duration.ofSeconds(1).toNanos();

    /** Others are there, and nobody knows how many: enough to go carefully. */
    private static final double CROWD = 1;

    private static final Duration FIRST_LOOK_PAUSE = Duration.ofMillis(5);
    private static final Duration STANDING_PAUSE = Duration.ofMillis(100);
    private static final Duration CLOSED_PAUSE = Duration.ofSeconds(1);

    /** What was borne by a server some time ago is a guess worth beginning with. */
    private static final long REMEMBERED_NANOS = Duration.ofMinutes(10).toNanos();

    /** As good as a standstill, for those who use the server. */
    private static final double RESTING = 0.01;

    /** After so long a rest nothing of it is in the latencies of the last seconds. */
    private static final long RESTED_NANOS = Duration.ofSeconds(2).toNanos();

    /** Longer pauses are cut, since the pace may change meanwhile. */
    private static final long MAX_PAUSE_NANOS = Duration.ofMillis(250).toNanos();

    private final LatencyWindow latency = new LatencyWindow();
    private final InstantSource clock;
    private final Map<Pacer.Work, Worker> atWork = new HashMap<>();
    private ThrottleSettings settings;
    private List<Reading> readings = List.of();
    private Recovery recovery = Recovery.NONE;
    /** The gateway's own backfills. */
    private final Paced own = new Paced();

    private final ApplicationsPace applications = new ApplicationsPace(latency);
    private final FirstRows firstRows = new FirstRows();
    private Budget rows = Budget.starting(0);
    private long begunAt;
    /** When one of our own backfills asked for a batch last. */
    private long askedAt;
    /** When somebody was at work for the last time; empty: nobody ever was. */
    private OptionalLong workedAt = OptionalLong.empty();

    /** What was reached beside others, and when. */
    private Pace besideOthers = Pace.NOTHING_KNOWN;

    private long besideOthersAt;

    private boolean sensed;
    private int elsewhere;
    /** How many requests of others are under way on average; 0: nobody uses the server, as far as anybody tells. */
    private double others;

    private Ceiling ceiling = Ceiling.NONE;
    private long sensedAt;

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
            others = latency.underWay().orElse(0);
            own.begin(first(now), now);
            applications.begin(readings, settings.blindSlowsApplications(), now);
            begunAt = now;
            sensed = false;
        }
        worker(work, now).seen(now);
        return first;
    }

    private Pace first(long now) {
        Pace pace = elsewhere > 0 ? Pace.first(CROWD) : others > 0 ? Pace.first(others) : Pace.FULL;
        return now - besideOthersAt < REMEMBERED_NANOS ? pace.remembering(besideOthers) : pace;
    }

    private void prune(long now) {
        Iterator<Worker> all = atWork.values().iterator();
        while (all.hasNext()) {
            Worker worker = all.next();
            if (worker.isGone(now)) {
                endBatch(worker, now);
                all.remove();
            }
        }
    }

    private void endBatch(Worker worker, long now) {
        if (worker.ends()) {
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
        askedAt = now;
        if (!sensed && now - begunAt < FIRST_LOOK_NANOS) {
            return new Turn.Rest(FIRST_LOOK_PAUSE, "");
        }
        if (own.pace().standing()) {
            return new Turn.Rest(STANDING_PAUSE, own.pressure().reason());
        }
        Turn turn = turn(worker, maxRowsPerSecond, now);
        if (turn instanceof Turn.Go) {
            worker.begins();
            latency.batchBegins(now);
            works(own.pace(), now);
        }
        return turn;
    }

    private void works(Pace pace, long now) {
        if (pace.share() > RESTING) {
            workedAt = OptionalLong.of(now);
        }
    }

    private Worker worker(Pacer.Work work, long now) {
        return atWork.computeIfAbsent(work, w -> new Worker(now));
    }

    private Turn turn(Worker worker, long maxRowsPerSecond, long now) {
        double part = part(own.pace());
        long most = settings.maxRowsPerSecond();
        worker.fill(part, maxRowsPerSecond, settings.minRowsPerSecond(), now);
        rows = rows.filled(most, 0, now);
        Wait limits = new Wait(0, "")
                .orLonger(
                        maxRowsPerSecond > 0 ? worker.own().waitNanos(maxRowsPerSecond) : 0,
                        RowLimit.ofMigration(maxRowsPerSecond))
                .orLonger(
                        most > 0 ? Math.max(rows.waitNanos(most), worker.untilPaidNanos(now)) : 0,
                        RowLimit.ofUpstream(most));
        Wait wait = limits.orLonger(worker.time().waitNanos(part * 1e9), own.reason());
        boolean kept = limits.nanos() == 0
                && settings.minRowsPerSecond() > 0
                && worker.floor().left() >= 0;
        if (wait.nanos() > 0 && !kept) {
            long untilFloor = limits.nanos() > 0 || settings.minRowsPerSecond() == 0
                    ? MAX_PAUSE_NANOS
                    : worker.floor().waitNanos(settings.minRowsPerSecond());
            long pause = Math.min(Math.min(wait.nanos(), untilFloor), MAX_PAUSE_NANOS);
            return new Turn.Rest(Duration.ofNanos(pause), wait.reason());
        }
        int allowed = Math.min(RowLimit.most(maxRowsPerSecond), RowLimit.most(most));
        return new Turn.Go(
                batchTime(),
                wait.nanos() > 0 ? Math.min(allowed, RowLimit.most(settings.minRowsPerSecond())) : allowed,
                goes(maxRowsPerSecond),
                isAlone() && goes(maxRowsPerSecond).isEmpty());
    }

    private boolean isAlone() {
        return others == 0 && working() + elsewhere == 1 && own.pressure().shown() == 0;
    }

    /**
     * As long as slow requests of the others take anyway, a batch may last too, but no longer than beside a few of them: a
     * shorter one is mostly overhead.
     */
    private Duration batchTime() {
        boolean beside = others > 0;
        double share = own.pace().batch(beside);
        double usual = beside ? latency.baselineNanos() / settings.batchTime().toNanos() : 0;
        double part = Math.max(share, Math.min(usual, Pace.BESIDE_FEW_OTHERS));
        return Duration.ofNanos((long) (settings.batchTime().toNanos() * part));
    }

    synchronized Pacer.Share share(Pacer.Work work, long now) {
        boolean known = atWork.containsKey(work);
        boolean first = attend(work, now);
        if (!known && !first && applications.isPaused(now)) {
            applications.begin(readings, settings.blindSlowsApplications(), now);
        }
        applications.seen(now);
        step(now);
        Pace pace = applications.pace();
        works(pace, now);
        return applications.isFree() ? Pacer.Share.FULL : new Pacer.Share(part(pace), applications.reason());
    }

    /** Whether the signals are read already, since somebody is at work. */
    synchronized boolean isAttended(long now) {
        prune(now);
        return !atWork.isEmpty();
    }

    /** What each of those who are at work may have of the time. */
    private double part(Pace pace) {
        return pace.full() ? 1 : pace.share() / (working() + elsewhere);
    }

    private String goes(long maxRowsPerSecond) {
        if (!own.pace().full()) {
            return own.reason();
        } else if (maxRowsPerSecond > 0) {
            return RowLimit.ofMigration(maxRowsPerSecond);
        }
        return settings.maxRowsPerSecond() > 0 ? RowLimit.ofUpstream(settings.maxRowsPerSecond()) : "";
    }

    /** @return the rows a second that all gateways together may do; 0: as many as they like */
    synchronized long after(Pacer.Batch batch, long now) {
        attend(batch.work(), now);
        Worker worker = worker(batch.work(), now);
        endBatch(worker, now);
        worker.spent(batch, firstRows.counts(batch, part(own.pace())));
        rows = rows.spent(batch.rows());
        return settings.maxRowsPerSecond();
    }

    /** Its last batch has ended. */
    synchronized void leave(Pacer.Work work, long now) {
        Worker worker = worker(work, now);
        endBatch(worker, now);
        worker.leaves();
    }

    private int working() {
        return (int) atWork.values().stream().filter(Worker::isWorking).count();
    }

    /** When what a backfill has taken from the budget of all gateways is paid for. */
    synchronized void paid(Pacer.Work work, long atNanos) {
        worker(work, atNanos).paid(atNanos);
    }

    private void step(long now) {
        boolean ours = !latency.isSlowAnyway();
        boolean tried = now - askedAt < RESTED_NANOS;
        own.step(others, ours, ceiling, tried, now);
        applications.step(others, ours, now);
        if (tried && others > 0) {
            besideOthers = own.pace();
            besideOthersAt = now;
        }
    }

    /** What backfills do, as far as those who use the server are concerned. */
    synchronized BackfillActivity activity(long now) {
        prune(now);
        boolean lately = workedAt.isPresent() && now - workedAt.getAsLong() < RESTED_NANOS;
        if (lately || elsewhere > 0) {
            return BackfillActivity.WORKING;
        }
        return atWork.isEmpty() ? BackfillActivity.NONE : BackfillActivity.RESTING;
    }

    /** Databases in which a backfill is at work here. */
    synchronized Set<String> databases() {
        return atWork.keySet().stream().map(Pacer.Work::database).collect(Collectors.toUnmodifiableSet());
    }

    /** Those who are at work here, in one database. */
    synchronized Set<Pacer.Work> atWork(String database) {
        return atWork.entrySet().stream()
                .filter(e -> e.getValue().isWorking())
                .map(Map.Entry::getKey)
                .filter(w -> w.database().equals(database))
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * What the signals say now.
     *
     * @param complete whether all of them have answered since somebody is at work
     * @param through backfills at work through other gateways
     */
    synchronized void sensed(List<Reading> now, boolean complete, int through, long moment) {
        recovery = recovery.seeing(now, settings.recoverAfter(), moment);
        readings = recovery.judged(now, settings.recoverAfter(), moment);
        own.sensed(readings);
        if (!applications.isGone(moment)) {
            applications.sensed(readings, settings.blindSlowsApplications());
        }
        boolean alone = others == 0 && elsewhere == 0;
        others = others(now);
        double seconds = Math.clamp(moment - sensedAt, 0, FIRST_LOOK_NANOS) / 1e9;
        ceiling = ceiling.next(others, latency.perSecond(), latency.isHarmless(), seconds);
        sensedAt = moment;
        sensed = sensed || complete;
        elsewhere = through;
        if (alone && others > 0 && own.pace().share() > first(moment).share()) {
            // What was borne while nobody was there says nothing of what those bear who come.
            own.begin(first(moment), moment);
        }
        step(moment);
    }

    /** Of those who come through other gateways only the latency is known, and whether there are any. */
    private double others(List<Reading> now) {
        List<Reading> clients = now.stream()
                .filter(r -> r.signal().name().equals(Watched.FOREGROUND_LATENCY.word()))
                .toList();
        if (clients.isEmpty()) {
            return 0;
        }
        return clients.stream().allMatch(r -> r.of().isEmpty())
                ? latency.underWay().orElse(CROWD)
                : CROWD;
    }

    synchronized Throttle.Status status() {
        Optional<String> closed = settings.hours().closed(clock.instant());
        Pace now = atWork.isEmpty() ? PaceController.next(Pace.FULL, own.pressure(), others, true, 0) : own.pace();
        return new Throttle.Status(
                own.pressure(), readings, closed.isPresent() ? 0 : now.share(), working(), elsewhere, closed);
    }
}
