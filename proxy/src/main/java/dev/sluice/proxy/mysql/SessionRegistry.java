package dev.sluice.proxy.mysql;

import dev.sluice.proxy.session.Sessions;

/** The sessions of a listener. Thread-safe. */
final class SessionRegistry extends Sessions<MySqlSession> {

    SessionRegistry(int maxConnections) {
        super(maxConnections);
    }

    /**
     * Tells the session whose server connection has the number that its statement is to stop, if it is one of ours and
     * the same user's; the server would let nobody else without asking for a privilege.
     */
    void cancel(long connectionId, String user) {
        for (MySqlSession session : all()) {
            if (session.connectionId() == connectionId && session.user().equals(user)) {
                session.later(session::cancelRequested);
            }
        }
    }
}
