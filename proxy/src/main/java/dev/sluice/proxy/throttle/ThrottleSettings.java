package dev.sluice.proxy.throttle;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What backfills yield to. Immutable.
 *
 * @param batchTime how long one batch may hold its row locks
 * @param maxRowsPerSecond of all migrations of an upstream, through all gateways; 0: no limit
 * @param minRowsPerSecond what a backfill keeps under soft pressure; 0: nothing in particular
 * @param blindSlowsApplications whether a signal that cannot be read slows what applications do for themselves
 * @param recoverAfter how long a signal must be well after its hard limit
 * @param hours when backfills may work
 * @param signals what is watched; what is not in it is not
 * @param queries the configuration's own signals
 * @param replicas that are asked themselves
 */
public record ThrottleSettings(
        Duration batchTime,
        long maxRowsPerSecond,
        long minRowsPerSecond,
        boolean blindSlowsApplications,
        Duration recoverAfter,
        Hours hours,
        Map<Watched, Signal> signals,
        List<Query> queries,
        List<Replica> replicas) {

    public static final ThrottleSettings DEFAULTS = new ThrottleSettings(
            Duration.ofMillis(50),
            0,
            0,
            false,
            Duration.ofSeconds(1),
            Hours.ALWAYS,
            defaultSignals(),
            List.of(),
            List.of());

    /**
     * A query whose first value is a signal.
     *
     * @param upstream where it is asked
     * @param database in which database; empty: the upstream's
     */
    public record Query(String upstream, String database, String sql, Signal signal) {}

    /**
     * A replica of an upstream.
     *
     * @param name for people
     * @param url its JDBC URL
     * @param user empty: the driver's default
     * @param password empty: none
     * @param lagQuery gives its lag in seconds, from a heartbeat row for example; empty: the server's own figures
     */
    public record Replica(
            String upstream, String name, String url, String user, String password, Optional<String> lagQuery) {
        @Override
        public String toString() {
            return "Replica[" + upstream + ", " + name + "]";
        }
    }

    public ThrottleSettings {
        signals = Map.copyOf(signals);
        queries = List.copyOf(queries);
        replicas = List.copyOf(replicas);
    }

    /** A signal that is watched. */
    public Optional<Signal> signal(Watched watched) {
        return Optional.ofNullable(signals.get(watched));
    }

    private static Map<Watched, Signal> defaultSignals() {
        Map<Watched, Signal> signals = new EnumMap<>(Watched.class);
        for (Watched watched : Watched.values()) {
            if (watched.on()) {
                signals.put(watched, watched.byDefault());
            }
        }
        return signals;
    }

    public ThrottleSettings with(Watched watched, Signal signal) {
        Map<Watched, Signal> more = new EnumMap<>(Watched.class);
        more.putAll(signals);
        more.put(watched, signal);
        return new ThrottleSettings(
                batchTime,
                maxRowsPerSecond,
                minRowsPerSecond,
                blindSlowsApplications,
                recoverAfter,
                hours,
                more,
                queries,
                replicas);
    }

    public ThrottleSettings withMaxRowsPerSecond(long limit) {
        return new ThrottleSettings(
                batchTime,
                limit,
                minRowsPerSecond,
                blindSlowsApplications,
                recoverAfter,
                hours,
                signals,
                queries,
                replicas);
    }

    public ThrottleSettings withMinRowsPerSecond(long floor) {
        return new ThrottleSettings(
                batchTime,
                maxRowsPerSecond,
                floor,
                blindSlowsApplications,
                recoverAfter,
                hours,
                signals,
                queries,
                replicas);
    }

    public ThrottleSettings within(Hours windows) {
        return new ThrottleSettings(
                batchTime,
                maxRowsPerSecond,
                minRowsPerSecond,
                blindSlowsApplications,
                recoverAfter,
                windows,
                signals,
                queries,
                replicas);
    }

    /** With what cannot be read slowing applications as well. */
    public ThrottleSettings slowingBlindApplications() {
        return new ThrottleSettings(
                batchTime, maxRowsPerSecond, minRowsPerSecond, true, recoverAfter, hours, signals, queries, replicas);
    }
}
