package dev.sluice.proxy.postgres;

import dev.sluice.protocol.postgres.FrontendType;
import dev.sluice.protocol.postgres.InFlight;
import dev.sluice.proxy.intercept.Ruling;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a transaction that contains substitutes, and the message that is kept back until it is known whether
 * the transaction's end succeeds. On the session's event loop throughout.
 */
final class SubstitutedTransaction {
    private final Session session;

    /** Of the transaction that is open, in order. */
    private final List<Ruling.Substitute> substitutes = new ArrayList<>();
    /** A CommandComplete that may turn out to be the transaction's last. */
    private @Nullable ByteBuf withheld;

    private boolean awaitingReady;
    private boolean simpleRequest;
    private boolean committed;

    SubstitutedTransaction(Session session) {
        this.session = session;
    }

    /** Whether the transaction that is open contains no substitutes, or none is open. */
    boolean isEmpty() {
        return substitutes.isEmpty();
    }

    void add(Ruling.Substitute ruling) {
        substitutes.add(ruling);
    }

    void removeLast() {
        substitutes.removeLast();
    }

    void remove(Ruling.Substitute ruling) {
        substitutes.remove(ruling);
    }

    /** The transaction has ended: its substitutes, of which none are left. */
    List<Ruling.Substitute> take() {
        List<Ruling.Substitute> ended = List.copyOf(substitutes);
        substitutes.clear();
        return ended;
    }

    // ---- requests ------------------------------------------------------------------------------------------------

    /** A message of the client's has gone to the server. */
    void sent(byte type) {
        if (substitutes.isEmpty()) {
            return;
        }
        boolean query = type == FrontendType.QUERY || type == InFlight.BULK_QUERY;
        if (query || type == FrontendType.SYNC || type == FrontendType.FUNCTION_CALL) {
            requested(query);
        }
    }

    /** A message has gone to the server that is answered with ReadyForQuery. */
    void requested(boolean simple) {
        awaitingReady = true;
        simpleRequest = simple;
    }

    boolean isAwaitingReady() {
        return awaitingReady;
    }

    boolean isSimpleRequest() {
        return simpleRequest;
    }

    /** Whether a CommandComplete may be the last of the transaction, which the client must not see yet. */
    boolean keepsCompletion() {
        return simpleRequest && !substitutes.isEmpty();
    }

    /** The gateway itself has answered the request. */
    void ready() {
        awaitingReady = false;
    }

    /**
     * The request has been answered by the server.
     *
     * @return whether that ended a transaction with substitutes
     */
    boolean ready(byte status) {
        awaitingReady = false;
        boolean over = status == 'I' || committed;
        committed = false;
        return over && !substitutes.isEmpty();
    }

    /** @param commandComplete the whole message */
    void completed(ByteBuf commandComplete) {
        if (!substitutes.isEmpty()) {
            String tag = SubstituteAnswer.tag(commandComplete, StandardCharsets.ISO_8859_1);
            committed |= tag.equals("COMMIT") || tag.equals("PREPARE TRANSACTION");
        }
    }

    // ---- the message that is kept back ---------------------------------------------------------------------------

    /** @param message from now on owned by this */
    void withhold(ByteBuf message) {
        withheld = message;
    }

    /** The client gets what was kept back. */
    void release() {
        ByteBuf message = withheld;
        withheld = null;
        if (message != null) {
            session.toClient(message);
        }
    }

    /** The client never gets what was kept back. */
    void drop() {
        ByteBuf message = withheld;
        withheld = null;
        if (message != null) {
            message.release();
        }
    }
}
