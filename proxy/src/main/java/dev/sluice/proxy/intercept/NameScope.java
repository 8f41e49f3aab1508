package dev.sluice.proxy.intercept;

import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.ServerErrorException;
import dev.sluice.proxy.session.TransactionStatus;
import java.util.List;

/**
 * Asks the server as it will be once SET statements earlier in the same message have run: they run first, and are rolled
 * back when the scope closes. Without such statements it does nothing.
 */
final class NameScope implements AutoCloseable {

    private final HeldSession session;
    private final boolean open;
    private final boolean inBlock;

    private NameScope(HeldSession session, boolean open, boolean inBlock) {
        this.session = session;
        this.open = open;
        this.inBlock = inBlock;
    }

    /** @throws ServerErrorException when one of the settings fails, as it then will in the message too */
    static NameScope open(HeldSession session, List<String> settings) throws ServerErrorException {
        if (settings.isEmpty()) {
            return new NameScope(session, false, false);
        }
        boolean inBlock = session.transaction() == TransactionStatus.IN_TRANSACTION;
        session.query(inBlock ? "SAVEPOINT sluice_names" : "BEGIN");
        NameScope scope = new NameScope(session, true, inBlock);
        try {
            for (String setting : settings) {
                session.query(setting);
            }
            return scope;
        } catch (ServerErrorException e) {
            scope.close();
            throw e;
        }
    }

    @Override
    public void close() throws ServerErrorException {
        if (!open) {
            return;
        }
        if (inBlock) {
            session.query("ROLLBACK TO SAVEPOINT sluice_names");
            session.query("RELEASE SAVEPOINT sluice_names");
        } else {
            session.query("ROLLBACK");
        }
    }
}
