package dev.sluice.proxy.mysql;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** The sessions of a listener. Thread-safe. */
final class SessionRegistry {
    private static final long CHECK_MS = 20;

    private final Map<Long, MySqlSession> sessions = new ConcurrentHashMap<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final int maxConnections;

    SessionRegistry(int maxConnections) {
        this.maxConnections = maxConnections;
    }

    /** Takes a place for a connection; false when there is none left. */
    boolean enter() {
        if (connections.incrementAndGet() > maxConnections) {
            connections.decrementAndGet();
            return false;
        }
        return true;
    }

    void leave() {
        connections.decrementAndGet();
    }

    int connections() {
        return connections.get();
    }

    void add(MySqlSession session) {
        sessions.put(session.id(), session);
    }

    void remove(MySqlSession session) {
        sessions.remove(session.id());
    }

    Collection<MySqlSession> all() {
        return sessions.values();
    }

    /**
     * Tells the session whose server connection has the number that its statement is to stop, if it is one of ours and
     * the same user's; the server would let nobody else without asking for a privilege.
     */
    void cancel(long connectionId, String user) {
        for (MySqlSession session : sessions.values()) {
            if (session.connectionId() == connectionId && session.user().equals(user)) {
                session.later(session::cancelRequested);
            }
        }
    }

    /** Waits until every session has ended or the time is over. Blocks. */
    void awaitNone(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!sessions.isEmpty() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(Duration.ofMillis(CHECK_MS).toNanos());
        }
    }
}
