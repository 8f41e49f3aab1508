package dev.sluice.proxy.postgres;

import dev.sluice.protocol.postgres.CancelKey;
import dev.sluice.proxy.session.Sessions;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The sessions of a listener, and whom a cancel key means. Thread-safe. */
final class SessionRegistry extends Sessions<Session> {
    private final Map<Integer, Session> byProcess = new ConcurrentHashMap<>();

    SessionRegistry(int maxConnections) {
        super(maxConnections);
    }

    void keyed(Session session, CancelKey key) {
        byProcess.put(key.processId(), session);
    }

    @Override
    public void remove(Session session) {
        super.remove(session);
        CancelKey key = session.backend.cancelKey();
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
        CancelKey known = session.backend.cancelKey();
        return known != null && known.equals(key) && session.cancelRequested();
    }
}
