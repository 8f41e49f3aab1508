package dev.sluice.proxy.postgres;

import dev.sluice.protocol.postgres.CancelKey;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The sessions of a listener, and whom a cancel key means. Thread-safe. */
final class SessionRegistry {
    private final Map<Long, Session> sessions = new ConcurrentHashMap<>();
    private final Map<Integer, Session> byProcess = new ConcurrentHashMap<>();
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
        if (connections.decrementAndGet() == 0) {
            synchronized (this) {
                notifyAll();
            }
        }
    }

    /** Blocks until no connection is left, or the time is over. */
    synchronized void awaitNone(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        long leftMs = patience.toMillis();
        try {
            while (connections.get() > 0 && leftMs > 0) {
                wait(leftMs);
                leftMs = (deadline - System.nanoTime()) / 1_000_000;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    int connections() {
        return connections.get();
    }

    void add(Session session) {
        sessions.put(session.picture().id(), session);
    }

    void keyed(Session session, CancelKey key) {
        byProcess.put(key.processId(), session);
    }

    void remove(Session session) {
        sessions.remove(session.picture().id());
        CancelKey key = session.cancelKey();
        if (key != null) {
            byProcess.remove(key.processId(), session);
        }
    }

    /**
     * Tells the session that the key belongs to, if it is one of ours, that its client wants to cancel.
     *
     * @return whether the session deals with it, so that the server must not hear of it
     */
    boolean cancel(CancelKey key) {
        Session session = byProcess.get(key.processId());
        if (session == null) {
            return false;
        }
        CancelKey known = session.cancelKey();
        return known != null && known.equals(key) && session.cancelRequested();
    }

    Collection<Session> all() {
        return sessions.values();
    }
}
