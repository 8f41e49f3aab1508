package dev.sluice.proxy.app;

import dev.sluice.proxy.api.ControlPlane;
import dev.sluice.proxy.migration.DatabaseRef;
import dev.sluice.proxy.migration.Migration;
import dev.sluice.proxy.migration.MigrationException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * How many migrations the ledgers have, by upstream and state. Whoever asks gets what was counted last, and sets off
 * another count when that is old: a scrape must not wait for a database that is down. Thread-safe.
 */
final class MigrationCounts {

    private static final long FRESH_NANOS = Duration.ofSeconds(5).toNanos();

    private final Supplier<Optional<ControlPlane>> control;
    private final AtomicBoolean counting = new AtomicBoolean();
    private volatile Map<Key, Integer> counted = Map.of();
    private volatile long countedAt = System.nanoTime() - FRESH_NANOS;

    private record Key(String upstream, Migration.State state) {}

    MigrationCounts(Supplier<Optional<ControlPlane>> control) {
        this.control = control;
    }

    int of(String upstream, Migration.State state) {
        Optional<ControlPlane> plane = control.get();
        boolean old = System.nanoTime() - countedAt > FRESH_NANOS;
        if (plane.isPresent() && old && counting.compareAndSet(false, true)) {
            Thread.ofVirtual().name("count migrations").start(() -> count(plane.get()));
        }
        return counted.getOrDefault(new Key(upstream, state), 0);
    }

    private void count(ControlPlane plane) {
        try {
            Map<Key, Integer> now = new HashMap<>();
            for (DatabaseRef database : plane.databases()) {
                for (Migration migration : list(plane, database)) {
                    now.merge(new Key(database.upstream(), migration.state()), 1, Integer::sum);
                }
            }
            counted = Map.copyOf(now);
        } finally {
            countedAt = System.nanoTime();
            counting.set(false);
        }
    }

    private static Iterable<Migration> list(ControlPlane plane, DatabaseRef database) {
        try {
            return plane.migrations().list(database);
        } catch (MigrationException e) {
            // A database that is down has no migrations to count.
            return List.of();
        }
    }
}
