package dev.sluice.proxy.mysql;

import dev.sluice.protocol.mysql.Command;
import dev.sluice.proxy.session.Gate;
import dev.sluice.proxy.session.TransactionStatus;
import java.util.OptionalLong;

/**
 * Where a session's command waits that would begin to use tables while the server's gate is closed. A session in a
 * transaction is never kept: what it has locked is what the gate was closed for. On the event loop.
 */
final class GateWait {

    private final MySqlSession session;
    private final Gate gate;

    GateWait(MySqlSession session) {
        this.session = session;
        this.gate = session.relay().gate();
    }

    /** Whether a command has to wait; then the client's half holds, and is released when it may be asked again. */
    boolean holds(int command) {
        if (!gate.isClosed() || !begins(command) || session.transaction() == TransactionStatus.IN_TRANSACTION) {
            return false;
        }
        if (!session.serverFlow().idle()) {
            // What is on its way may begin a transaction.
            session.clientFlow().hold();
            session.serverFlow().whenDrained(() -> session.later(session.clientFlow()::released));
            return true;
        }
        Turn turn = new Turn();
        OptionalLong left = gate.await(() -> session.later(turn));
        if (left.isEmpty()) {
            return false;
        }
        session.clientFlow().hold();
        session.later(turn, left.getAsLong());
        return true;
    }

    private static boolean begins(int command) {
        return switch (command) {
            case Command.QUERY, Command.STMT_PREPARE, Command.STMT_EXECUTE, Command.STMT_BULK_EXECUTE -> true;
            default -> false;
        };
    }

    /** Comes by the gate's opening and by the clock, and counts once: by then another command may be held. */
    private final class Turn implements Runnable {
        private boolean taken;

        @Override
        public void run() {
            if (!taken) {
                taken = true;
                session.clientFlow().released();
            }
        }
    }
}
