package dev.sluice.proxy.intercept;

import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.ServerError;
import java.util.List;
import java.util.Optional;

/**
 * The seam between the data plane and the control plane. A session hands over each message whose text is of interest,
 * and does what the {@link Ruling} says. Implementations are thread-safe; all methods may block and are called on
 * virtual threads.
 */
public interface Interceptor {

    /**
     * Judges a message before any byte of it reaches the server. In PostgreSQL's extended protocol that is the moment of
     * Execute, with the text of the Parse that made the statement; in MySQL's, COM_STMT_EXECUTE likewise.
     *
     * @param sql the whole text of the message
     */
    Ruling judge(HeldSession session, String sql);

    /**
     * What {@link #judge} would answer to a gateway command or an EXPLAIN of a schema change, asked when a client of the
     * extended protocol wants to know the columns before it executes: must have no effect. Of an {@link Ruling.Answer}
     * only the columns count, and they must be those that judge will give; anything else says that there are none.
     */
    Ruling describe(HeldSession session, String sql);

    /**
     * Whether statements of the session's open transaction must be judged that are no schema changes, because of one that
     * went before. Asked on event loops, of sessions whose transaction contains substitutes: must not block.
     *
     * @param session the gateway's number of the session
     */
    boolean watchesTransaction(long session);

    /**
     * Is told how the server answered what a {@link Ruling.Substitute} sent, before the client is: the outcome goes to
     * the audit trail. Called once for each such ruling, unless the connection is lost before.
     */
    void answered(HeldSession session, Ruling.Substitute ruling, Optional<ServerError> error);

    /**
     * Is told that the transaction in which substitutes ran has ended, before the client is told: waits for what was
     * committed, if so asked. The server's answer is held meanwhile.
     *
     * @param rulings the substitutes of the transaction, in order
     * @return an error to give the client in place of success, or empty
     */
    Optional<ServerError> transactionEnded(HeldSession session, List<Ruling.Substitute> rulings);

    /**
     * Is told, in place of what it has not been told yet, that the connection was lost while a transaction with
     * substitutes was open: nobody has seen how it ended. PostgreSQL only; the session can run no more statements.
     *
     * @param rulings the substitutes of the transaction, in order, whether they were answered or not
     * @param perhapsCommitted whether something was on its way to the server that may have been or have ended with a
     *     commit; otherwise the server has rolled back
     */
    void lost(HeldSession session, List<Ruling.Substitute> rulings, boolean perhapsCommitted);
}
