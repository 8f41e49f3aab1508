package dev.sluice.proxy.session;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The connections of a listener, of which there are so many at most, and the sessions that they have become. Thread-safe. */
public class Sessions<S extends RelayedSession> {
    /** Connections without a place that are listened to, so that they can be told so, or ask for a cancel. */
    private static final int MAX_GUESTS = 200;

    private final Map<Long, S> sessions = new ConcurrentHashMap<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger guests = new AtomicInteger();
    private final int maxConnections;

    public Sessions(int maxConnections) {
        this.maxConnections = maxConnections;
    }

    /** Takes a place for a connection; false when there is none left. */
    final boolean enter() {
        if (connections.incrementAndGet() > maxConnections) {
            connections.decrementAndGet();
            return false;
        }
        return true;
    }

    /** Takes in a connection that has no place, for as long as it takes to tell it; false when there are too many. */
    final boolean enterAsGuest() {
        if (guests.incrementAndGet() > MAX_GUESTS) {
            guests.decrementAndGet();
            return false;
        }
        return true;
    }

    final void guestLeaves() {
        guests.decrementAndGet();
    }

    final void leave() {
        if (connections.decrementAndGet() == 0) {
            synchronized (this) {
                notifyAll();
            }
        }
    }

    /** Blocks until no connection is left, or the time is over. */
    final synchronized void awaitNone(Duration patience) {
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

    /** Connections that are open, those that are no session yet included. */
    final int connections() {
        return connections.get();
    }

    public final void add(S session) {
        sessions.put(session.id(), session);
    }

    public void remove(S session) {
        sessions.remove(session.id());
    }

    /** The sessions of the moment. */
    public final Collection<S> all() {
        return sessions.values();
    }
}
