package dev.sluice.proxy.intercept;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the open transaction of each session has proposed. A rollback to a savepoint is not seen: then an entry stays
 * that stands for nothing, and a later change of the same column is refused or put behind it, which harms nobody's data.
 * Thread-safe.
 */
final class OpenTransactions {

    private final Map<Long, List<Pending>> bySession = new ConcurrentHashMap<>();

    List<Pending> of(long session) {
        return List.copyOf(bySession.getOrDefault(session, List.of()));
    }

    void add(long session, List<Pending> pending) {
        if (!pending.isEmpty()) {
            bySession.merge(session, List.copyOf(pending), (earlier, later) -> {
                List<Pending> both = new ArrayList<>(earlier);
                both.addAll(later);
                return List.copyOf(both);
            });
        }
    }

    /** The server refused what these belong to. */
    void remove(long session, List<Long> migrations) {
        bySession.computeIfPresent(session, (id, pending) -> {
            List<Pending> left = pending.stream()
                    .filter(p -> !migrations.contains(p.migration()))
                    .toList();
            return left.isEmpty() ? null : left;
        });
    }

    void ended(long session) {
        bySession.remove(session);
    }
}
