package dev.sluice.proxy.throttle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Looks at one upstream's signals at intervals, and tells its throttle. {@link #set} and {@link #close} may come from
 * another thread than {@link #sample}.
 */
final class Sampler implements AutoCloseable {

    private static final long TICK_NANOS = Duration.ofMillis(400).toNanos();

    /** A standby that stands still must be seen within a second and a half, or a backfill goes on for two. */
    private static final Duration SENSORS_APART = Duration.ofMillis(200);

    /** Each meeting writes a row. */
    private static final Duration MEETINGS_APART = Duration.ofMillis(400);

    /**
     * Where nothing presses and there is nobody else to hear of. Each look costs as much as some hundred rows, and those
     * who use the server pay for it.
     */
    private static final Duration CALMLY_APART = Duration.ofMillis(950);

    /**
     * A sensor that nobody needs is kept for so long: whoever goes on after a pause, or comes next, would have the others pay
     * for new connections and all that a server looks up on each of them first.
     */
    private static final long RESTING_NANOS = Duration.ofSeconds(10).toNanos();

    private static final Set<String> OF_REPLICAS =
            Set.of(Watched.REPLICATION_LAG.word(), Watched.REPLICATION_STALL.word());

    private final String upstream;
    private final UpstreamThrottle throttle;
    private final Sensors sensors;
    private final ThrottleListener listener;
    private final Runnable news;
    private final Map<String, List<Probe>> probes = new HashMap<>();
    private final Map<String, Resting> resting = new HashMap<>();
    private final Map<String, Probe> meetings = new HashMap<>();
    /** By database. */
    private final Map<String, Integer> elsewhere = new ConcurrentHashMap<>();

    private ThrottleSettings settings;
    private Optional<Reading> stoppedBy = Optional.empty();
    private long tickedAt = System.nanoTime();

    /** Those of a database in which nobody is at work. */
    private record Resting(List<Probe> probes, long since) {
        void close() {
            probes.forEach(Probe::close);
        }
    }

    /** @param news told whenever a sensor has read something, which the next sample takes up */
    Sampler(
            String upstream,
            UpstreamThrottle throttle,
            Sensors sensors,
            ThrottleListener listener,
            ThrottleSettings settings,
            Runnable news) {
        this.upstream = upstream;
        this.throttle = throttle;
        this.sensors = sensors;
        this.listener = listener;
        this.settings = settings;
        this.news = news;
    }

    synchronized void set(ThrottleSettings now) {
        settings = now;
        closeProbes();
    }

    /** @return whether all signals have been read since somebody is at work */
    synchronized boolean sample(long now) {
        Set<String> here = throttle.databases();
        keepProbes(here, now);
        meet(here, now);
        if (now - tickedAt >= TICK_NANOS) {
            throttle.latency().tick((now - tickedAt) / 1e9, throttle.activity(now));
            tickedAt = now;
        }
        List<Probe> all = probes.values().stream().flatMap(List::stream).toList();
        Duration apart = isUrgent(all) ? SENSORS_APART : CALMLY_APART;
        all.forEach(probe -> probe.look(now, apart));
        boolean complete = all.stream().allMatch(Probe::known);
        throttle.sensed(readings(all), complete, others(), now);
        tell();
        return complete;
    }

    /** Whether something presses, or a replica has to be kept an eye on. */
    private static boolean isUrgent(List<Probe> all) {
        return all.stream()
                .anyMatch(probe -> probe.presses()
                        || probe.readings().stream()
                                .anyMatch(r -> OF_REPLICAS.contains(r.signal().name())));
    }

    private int others() {
        return elsewhere.values().stream().mapToInt(Integer::intValue).sum();
    }

    private void keepProbes(Set<String> databases, long now) {
        probes.entrySet().removeIf(entry -> {
            boolean idle = !databases.contains(entry.getKey());
            if (idle) {
                resting.put(entry.getKey(), new Resting(entry.getValue(), now));
            }
            return idle;
        });
        for (String database : databases) {
            probes.computeIfAbsent(database, this::probes);
        }
        resting.values().removeIf(rested -> {
            boolean over = now - rested.since() > RESTING_NANOS;
            if (over) {
                rested.close();
            }
            return over;
        });
    }

    private List<Probe> probes(String database) {
        Resting rested = resting.remove(database);
        if (rested != null) {
            rested.probes().forEach(Probe::resume);
            return rested.probes();
        }
        return sensors.of(upstream, database, settings, () -> throttle.atWork(database)).stream()
                .map(sensor -> new Probe(sensor, news))
                .toList();
    }

    private void closeProbes() {
        probes.values().forEach(all -> all.forEach(Probe::close));
        probes.clear();
        resting.values().forEach(Resting::close);
        resting.clear();
    }

    /** Hears of the other gateways, wherever somebody may be at work, through whichever gateway. */
    private void meet(Set<String> here, long now) {
        Set<String> databases = new HashSet<>(here);
        databases.addAll(sensors.databases(upstream));
        meetings.keySet().retainAll(databases);
        elsewhere.keySet().retainAll(databases);
        List<Probe> sensed = probes.values().stream().flatMap(List::stream).toList();
        boolean alone = others() == 0
                && meetings.values().stream().allMatch(m -> m.readings().isEmpty());
        Duration apart = alone && !isUrgent(sensed) ? CALMLY_APART : MEETINGS_APART;
        for (String database : databases) {
            meetings.computeIfAbsent(database, d -> new Probe(new Meeting(d), news))
                    .look(now, apart);
        }
    }

    /** The worst of each name: two databases of one server tell of the same standby. */
    private List<Reading> readings(List<Probe> all) {
        Map<String, Reading> byName = new LinkedHashMap<>();
        List<Reading> told = new ArrayList<>();
        latency("", throttle.latency().factor().orElse(0)).ifPresent(told::add);
        if (settings.signal(Watched.FOREGROUND_LATENCY).isPresent()) {
            meetings.values().forEach(meeting -> told.addAll(meeting.readings()));
        }
        all.forEach(probe -> told.addAll(probe.readings()));
        for (Reading reading : told) {
            byName.merge(reading.name(), reading, (a, b) -> a.pressure() >= b.pressure() ? a : b);
        }
        return List.copyOf(byName.values());
    }

    private Optional<Reading> latency(String of, double factor) {
        return settings.signal(Watched.FOREGROUND_LATENCY)
                .filter(signal -> factor > 0)
                .map(signal -> new Reading.Measured(signal, of, factor));
    }

    private void tell() {
        Pressure pressure = throttle.status().pressure();
        Optional<Reading> stops = pressure.stops() ? pressure.deciding() : Optional.empty();
        Set<Pacer.Work> atWork = new HashSet<>();
        throttle.databases().forEach(d -> atWork.addAll(throttle.atWork(d)));
        if (stops.isPresent() && stoppedBy.isEmpty() && !atWork.isEmpty()) {
            listener.stopped(upstream, stops.get(), atWork);
            stoppedBy = stops;
        } else if (stops.isEmpty() && stoppedBy.isPresent()) {
            listener.wentOn(upstream, lastOf(stoppedBy.get(), throttle.status().readings()), atWork);
            stoppedBy = Optional.empty();
        }
    }

    private static Reading lastOf(Reading before, List<Reading> now) {
        return now.stream()
                .filter(r -> r.name().equals(before.name()))
                .findFirst()
                .orElse(before);
    }

    @Override
    public synchronized void close() {
        closeProbes();
    }

    /** What the other gateways of a database tell, as a sensor. */
    private final class Meeting implements Sensor {
        private final String database;

        Meeting(String database) {
            this.database = database;
        }

        @Override
        public List<Reading> read() {
            try {
                List<Peers.Peer> others = sensors.peers(upstream, database)
                        .meet(
                                throttle.atWork(database).size(),
                                throttle.latency().factor().orElse(0));
                elsewhere.put(
                        database, others.stream().mapToInt(Peers.Peer::atWork).sum());
                return others.stream()
                        .flatMap(o -> latency("clients of gateway " + o.gateway(), o.latencyFactor()).stream())
                        .toList();
            } catch (Peers.Unreachable e) {
                // Without the ledger nobody works either.
                return List.of();
            }
        }

        @Override
        public Reading blind(String why) {
            return new Reading.Unreadable(Watched.FOREGROUND_LATENCY.byDefault(), "the other gateways' clients", why);
        }
    }
}
