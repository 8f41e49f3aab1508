package dev.sluice.proxy.intercept;

import dev.sluice.policies.sql.StatementText;
import dev.sluice.proxy.audit.AuditEvent;
import dev.sluice.proxy.migration.DatabaseRef;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.SessionInfo;
import dev.sluice.proxy.session.TransactionStatus;
import java.util.List;

/**
 * What a client has sent, held until it is judged.
 *
 * @param sql all of its text
 * @param statements those that stand in it, at least one
 * @param state what the session says of itself
 */
record HeldMessage(HeldSession session, String sql, List<StatementText> statements, SessionState state) {

    HeldMessage {
        statements = List.copyOf(statements);
    }

    SessionInfo info() {
        return session.info();
    }

    /** Whether it is a single statement. */
    boolean isSingle() {
        return statements.size() == 1;
    }

    /** Whether it is all of its transaction: others wait for nothing that it holds, and it can be taken back. */
    boolean isAlone() {
        return isSingle() && session.isAlone();
    }

    /** What the statements before the first one have changed: nothing yet. */
    Earlier earlier() {
        return new Earlier(sql, info().lexicalRules(), session.transaction() == TransactionStatus.IN_TRANSACTION);
    }

    AuditEvent.Who who() {
        return StatementTrail.who(info(), state.role());
    }

    /** The database whose ledger has it; MySQL's is one for the whole server. */
    DatabaseRef database() {
        boolean mySql = info().lexicalRules().dialect().isMySqlFamily();
        return new DatabaseRef(info().upstream(), mySql ? "" : info().database());
    }
}
