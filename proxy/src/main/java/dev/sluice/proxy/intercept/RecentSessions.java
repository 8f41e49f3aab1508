package dev.sluice.proxy.intercept;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** One thing for each session of late; that of the session longest untouched is forgotten first. Thread-safe. */
final class RecentSessions<V> {

    private static final int SESSIONS = 4096;

    private final Supplier<V> fresh;
    private final Map<Long, V> bySession = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, V> eldest) {
            return size() > SESSIONS;
        }
    };

    /** @param fresh what a session begins with */
    RecentSessions(Supplier<V> fresh) {
        this.fresh = fresh;
    }

    synchronized V of(long session) {
        return bySession.computeIfAbsent(session, s -> fresh.get());
    }

    synchronized void forget(long session) {
        bySession.remove(session);
    }
}
