package dev.sluice.proxy.intercept;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * What the open transaction of each session has proposed and which locks it holds. A rollback to a savepoint is not seen:
 * then an entry stays that stands for nothing, and a later change of the same column is refused or put behind it, or a
 * warning comes that need not, which harms nobody's data. Thread-safe.
 */
final class OpenTransactions {

    private final Map<Long, Open> bySession = new ConcurrentHashMap<>();

    /** @param told rules about the transaction that need not be looked at any more */
    private record Open(List<Pending> pending, List<HeldLock> locks, Set<String> told) {

        static final Open NOTHING = new Open(List.of(), List.of(), Set.of());

        Open and(List<Pending> morePending, List<HeldLock> moreLocks) {
            return new Open(
                    Stream.concat(pending.stream(), morePending.stream()).toList(),
                    Stream.concat(locks.stream(), moreLocks.stream()).toList(),
                    told);
        }

        boolean isIdle() {
            return pending.isEmpty() && locks.isEmpty();
        }

        Open without(List<Sent> failed) {
            return new Open(
                    pending.stream()
                            .filter(p -> failed.stream()
                                    .noneMatch(sent -> sent.migration().equals(Optional.of(p.migration()))))
                            .toList(),
                    locks.stream()
                            .filter(lock -> failed.stream()
                                    .noneMatch(sent -> sent.auditId().equals(lock.auditId())))
                            .toList(),
                    told);
        }
    }

    List<Pending> pending(long session) {
        return bySession.getOrDefault(session, Open.NOTHING).pending();
    }

    /** The first lock that the transaction has got. */
    Optional<HeldLock> lock(long session) {
        return bySession.getOrDefault(session, Open.NOTHING).locks().stream().findFirst();
    }

    /** Whether it holds a lock, and one of the rules has not been told yet. */
    boolean isWatched(long session, Set<String> rules) {
        Open open = bySession.get(session);
        return open != null && !open.locks().isEmpty() && !open.told().containsAll(rules);
    }

    /** @return whether it had not been told before */
    boolean tell(long session, String rule) {
        Set<String> before = bySession.getOrDefault(session, Open.NOTHING).told();
        bySession.compute(session, (id, known) -> {
            Open open = known == null ? Open.NOTHING : known;
            Set<String> told = new HashSet<>(open.told());
            told.add(rule);
            return new Open(open.pending(), open.locks(), Set.copyOf(told));
        });
        return !before.contains(rule);
    }

    void add(long session, List<Pending> pending, List<HeldLock> locks) {
        if (!pending.isEmpty() || !locks.isEmpty()) {
            bySession.merge(session, Open.NOTHING.and(pending, locks), (open, more) -> open.and(pending, locks));
        }
    }

    /** The locks are about to be let go. */
    void unlock(long session) {
        bySession.computeIfPresent(session, (id, open) -> new Open(open.pending(), List.of(), open.told()));
    }

    /** The server refused these. */
    void remove(long session, List<Sent> failed) {
        bySession.computeIfPresent(session, (id, open) -> {
            Open left = open.without(failed);
            return left.isIdle() ? null : left;
        });
    }

    /** Forgets what was told of a message that did nothing after all. */
    void tidy(long session) {
        bySession.computeIfPresent(session, (id, open) -> open.isIdle() ? null : open);
    }

    void ended(long session) {
        bySession.remove(session);
    }
}
