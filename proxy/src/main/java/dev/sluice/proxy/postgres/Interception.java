package dev.sluice.proxy.postgres;

import dev.sluice.protocol.postgres.BackendType;
import dev.sluice.protocol.postgres.CancelKey;
import dev.sluice.protocol.postgres.FrontendEncoder;
import dev.sluice.protocol.postgres.FrontendType;
import dev.sluice.protocol.postgres.InFlight;
import dev.sluice.proxy.intercept.Ruling;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.ServerError;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;

/**
 * What becomes of the messages of one session that are held; made when the first one is. {@link Phase} draws the states.
 * On the session's event loop throughout.
 *
 * <p>While a transaction contains substitutes the client and the server go in step: after a message that may end it,
 * nothing but COPY data follows before ReadyForQuery.
 */
final class Interception {
    private static final Phase OPEN = new Phase.Open();
    private static final byte[] FAILING_TEXT =
            "refused by the gateway: this is sent so that the transaction fails".getBytes(StandardCharsets.US_ASCII);

    final Prepared prepared = new Prepared();
    final InjectedStatements injected;

    private final Session session;
    private final InFlight inFlight;
    private final ClientOut out;
    private final InterceptorCalls calls;
    private final SubstitutedTransaction transaction;
    private final Substitution substitution;
    private final GatewayAnswers answers;
    private final ServerAnswers serverAnswers;

    private Phase phase = OPEN;

    Interception(Session session) {
        this.session = session;
        this.inFlight = session.inFlight;
        this.out = new ClientOut(session);
        this.calls = new InterceptorCalls(session.relay.interceptor());
        this.transaction = new SubstitutedTransaction(session);
        this.injected = new InjectedStatements(this, session);
        this.substitution = new Substitution(this, session, transaction);
        this.answers = new GatewayAnswers(this, session, substitution, out);
        this.serverAnswers = new ServerAnswers(this, session, out, transaction);
    }

    Phase phase() {
        return phase;
    }

    /** Whether the server's messages must be taken apart. */
    boolean isAttending() {
        return phase != OPEN || !transaction.isEmpty();
    }

    /** Whether the client's next message must wait for an answer; in a transaction with substitutes it need not always. */
    boolean isBlocking() {
        return isAttending() && (phase != OPEN || transaction.isAwaitingReady());
    }

    /** Whether client messages may be looked at. */
    boolean takesMessages() {
        return phase == OPEN || (phase instanceof Phase.Answering answering && answering.simple());
    }

    /** Whether all statements of the open transaction are judged, since one of them holds a lock that stops others. */
    boolean isWatched() {
        return !transaction.isEmpty() && calls.watches(session.picture().info().id());
    }

    boolean isHalted() {
        return phase instanceof Phase.Reporting;
    }

    /** While a message is judged, or a transaction's end is seen through, no statement of the client's runs. */
    void enter(Phase next) {
        phase = next;
        session.holding(next instanceof Phase.Judging || next instanceof Phase.Ending);
    }

    // ---- the client's messages -----------------------------------------------------------------------------------

    /** Whether a message may go on while substitutes are open; others have the client wait. */
    boolean passes(byte type) {
        if (!isAttending() || isCopy(type)) {
            return true;
        }
        if (transaction.isAwaitingReady() || phase != OPEN) {
            return false;
        }
        if (type != FrontendType.SYNC) {
            transaction.release();
        }
        return true;
    }

    /** A message of the client's has gone to the server. */
    void sent(byte type) {
        transaction.sent(type);
    }

    private static boolean isCopy(byte type) {
        return type == FrontendType.COPY_DATA || type == FrontendType.COPY_DONE || type == FrontendType.COPY_FAIL;
    }

    /** Takes a message; it is judged once all before it has been answered. */
    void hold(Held held) {
        if (inFlight.isEmpty()) {
            enter(new Phase.Settling(held));
            settled(held);
            return;
        }
        if (inFlight.isUnsynced() && !inFlight.isDiscarding()) {
            ByteBuf flush = session.client.alloc().buffer(5);
            FrontendEncoder.flush(flush);
            session.toServer(flush);
        }
        enter(new Phase.Settling(held));
        session.flushServer();
        session.pressure.updateClient();
    }

    private void settled(Held held) {
        if (inFlight.isDiscarding() || inFlight.isCopyIn()) {
            answers.passUnjudged(held);
            return;
        }
        if (session.backend.isFailed() && held instanceof Held.FunctionCall) {
            answers.passUnjudged(held);
            return;
        }
        // Where an Execute gets through, a transaction that failed has been ended by one before it.
        if (session.backend.isFailed()
                && held instanceof Held.Query query
                && !HeldReader.isGatewayCommand(query.text(), session.settings.rules())) {
            failedBefore(query);
            return;
        }
        switch (held) {
            case Held.Query query -> judge(held, query.text());
            case Held.FunctionCall call -> judge(held, client -> calls.ruling(client, call.call()));
            case Held.Execute execute -> judge(held, execute.statement().text());
            case Held.VirtualExecute execute -> {
                if (!answers.continueRows(execute)) {
                    judge(held, execute.portal().statement.text());
                }
            }
            case Held.VirtualDescribe describe ->
                judge(held, describe.as().statement.text());
            case Held.VirtualParse parse -> answers.parsed(parse);
            case Held.VirtualBind bind -> answers.bound(bind);
            case Held.VirtualClose close -> answers.closed(close);
            case Held.Refused refused -> refuse(held, refused.error());
        }
    }

    /** The server refuses a single statement itself; of several the first may end the transaction. */
    private void failedBefore(Held.Query query) {
        if (HeldReader.isSingle(query.text(), session.settings.rules())) {
            answers.passUnjudged(query);
        } else {
            refuse(query, Refusals.afterFailure());
        }
    }

    private void judge(Held held, String text) {
        boolean describe = held instanceof Held.VirtualDescribe;
        judge(held, client -> calls.ruling(client, text, describe));
    }

    private void judge(Held held, Function<HeldClient, Ruling> judgement) {
        HeldClient client = lend();
        enter(new Phase.Judging(held, client));
        session.pressure.updateClient();
        client.run("judgement", () -> judgement.apply(client), ruling -> ruled(client, held, ruling));
    }

    /** The session as the control plane sees it from now on. */
    HeldClient lend() {
        SessionPicture now = session.picture();
        return new HeldClient(this, session.client.eventLoop(), now.info(), now.transaction(), session.isAlone());
    }

    private void ruled(HeldClient client, Held held, Ruling ruling) {
        if (!(phase instanceof Phase.Judging judging) || judging.client() != client) {
            return;
        }
        if (inFlight.isDiscarding()) {
            answers.passUnjudged(held);
            return;
        }
        switch (ruling) {
            case Ruling.Forward forward -> answers.forward(held);
            case Ruling.Substitute substitute -> {
                if (!substitution.send(held, substitute)) {
                    answers.forward(held);
                }
            }
            case Ruling.Answer answer -> answers.answer(held, answer);
            case Ruling.Refuse refusal -> refuse(held, refusal.error());
            case Ruling.Executed executed ->
                refuse(held, ServerError.of("XX000", 0, "A ruling that is not PostgreSQL's", "", ""));
        }
    }

    /** Has the server's transaction fail as its own error would, and then tells the client. */
    void refuse(Held held, ServerError error) {
        if (held.isSimple() && !session.isInBlock()) {
            held.message().release();
            out.error(error);
            out.ready(session.backend.status());
            open();
            return;
        }
        ByteBuf buffer = session.client.alloc().buffer();
        if (held.isSimple()) {
            Injection.writeSimple(buffer, FAILING_TEXT, inFlight);
        } else {
            FrontendEncoder.parse(buffer, Injection.NAME, FAILING_TEXT);
            inFlight.sentOwn(FrontendType.PARSE);
            FrontendEncoder.flush(buffer);
        }
        session.toServer(buffer);
        session.flushServer();
        enter(new Phase.Failing(held, error));
    }

    /** The held message is dealt with. */
    void open() {
        enter(OPEN);
        session.resumeClient();
    }

    // ---- what the control plane and the client want meanwhile ----------------------------------------------------

    void notice(HeldClient client, HeldSession.Notice notice) {
        boolean current = switch (phase) {
            case Phase.Judging judging -> judging.client() == client;
            case Phase.Ending ending -> ending.client() == client;
            case Phase.Reporting reporting -> reporting.client() == client;
            default -> false;
        };
        if (current) {
            out.notice(Errors.fields(notice));
        }
    }

    /** The client has asked to cancel what is held. */
    void cancel() {
        switch (phase) {
            case Phase.Judging judging -> judging.client().abandon();
            case Phase.Ending ending -> ending.client().stopWaiting();
            default -> {
                CancelKey key = session.backend.cancelKey();
                if (key != null) {
                    session.relay.cancels().forward(session.client.eventLoop(), key, () -> {});
                }
            }
        }
    }

    // ---- the server's messages -----------------------------------------------------------------------------------

    /** Whether such a message goes on without being looked at. */
    boolean mayPass(byte type) {
        return (type == BackendType.DATA_ROW || type == BackendType.COPY_DATA) && !inFlight.isHeadOwn();
    }

    void onServerMessage(byte type, ByteBuf message) {
        serverAnswers.onServerMessage(type, message);
    }

    /** Goes on with a held message once nothing before it is unanswered. */
    void settle() {
        if (phase instanceof Phase.Settling settling && inFlight.isEmpty()) {
            session.flushClient();
            settled(settling.held());
        }
    }

    // ---- the end of the session ----------------------------------------------------------------------------------

    /** The session ends: whoever waits is told, what is held is dropped. */
    void abandon() {
        Phase last = phase;
        enter(OPEN);
        transaction.drop();
        switch (last) {
            case Phase.Open open -> {}
            case Phase.Settling settling -> settling.held().message().release();
            case Phase.Judging judging -> {
                judging.held().message().release();
                judging.client().abandon();
            }
            case Phase.Failing failing -> failing.held().message().release();
            case Phase.Answering answering -> {}
            case Phase.Reporting reporting -> {}
            case Phase.Ending ending -> ending.client().stopWaiting();
        }
        injected.lost();
        if (!(last instanceof Phase.Reporting)) {
            lost();
        }
    }

    /** Nobody hears any more how the transaction ends: the interceptor is told that of its substitutes. */
    void lost() {
        if (transaction.isEmpty()) {
            return;
        }
        List<Ruling.Substitute> substitutes = transaction.take();
        boolean perhapsCommitted = !inFlight.isEmpty();
        HeldClient client = lend();
        client.run("lost transaction", () -> calls.lost(client, substitutes, perhapsCommitted));
    }

    InterceptorCalls calls() {
        return calls;
    }
}
