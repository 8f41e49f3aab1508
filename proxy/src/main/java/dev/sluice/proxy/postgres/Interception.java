package dev.sluice.proxy.postgres;

import dev.sluice.protocol.postgres.BackendType;
import dev.sluice.protocol.postgres.CancelKey;
import dev.sluice.protocol.postgres.Fields;
import dev.sluice.protocol.postgres.FrontendEncoder;
import dev.sluice.protocol.postgres.FrontendType;
import dev.sluice.protocol.postgres.InFlight;
import dev.sluice.proxy.intercept.Ruling;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.QueryResult;
import dev.sluice.proxy.session.ServerError;
import dev.sluice.proxy.session.ServerErrorException;
import io.netty.buffer.ByteBuf;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of the messages of one session that are held; made when the first one is. {@link Phase} draws the states.
 * On the session's event loop throughout.
 *
 * <p>While a transaction contains substitutes the client and the server go in step: after a message that may end it,
 * nothing but COPY data follows before ReadyForQuery.
 */
final class Interception {
    private static final Logger LOG = LoggerFactory.getLogger(Interception.class);
    private static final Phase OPEN = new Phase.Open();
    private static final byte[] FAILING_TEXT =
            "refused by the gateway: this is sent so that the transaction fails".getBytes(StandardCharsets.US_ASCII);

    private final Session session;
    private final InFlight inFlight;
    private final ClientOut out;
    private final GatewayAnswers answers;
    final Prepared prepared = new Prepared();

    private Phase phase = OPEN;
    private @Nullable Injection injection;

    /** Of the transaction that is open, in order. */
    private final List<Ruling.Substitute> substitutes = new ArrayList<>();
    /** A CommandComplete that may turn out to be the transaction's last, and then the ReadyForQuery behind it. */
    private @Nullable ByteBuf withheld;

    private boolean awaitingReady;
    private boolean simpleRequest;
    private boolean committed;

    Interception(Session session) {
        this.session = session;
        this.inFlight = session.inFlight;
        this.out = new ClientOut(session);
        this.answers = new GatewayAnswers(this, out, prepared);
    }

    Phase phase() {
        return phase;
    }

    /** Whether the server's messages must be taken apart. */
    boolean isAttending() {
        return phase != OPEN || !substitutes.isEmpty();
    }

    /** Whether client messages may be looked at. */
    boolean takesMessages() {
        return phase == OPEN || (phase instanceof Phase.Answering answering && answering.simple());
    }

    boolean isHalted() {
        return phase instanceof Phase.Reporting;
    }

    /** While a message is judged, or a transaction's end is seen through, no statement of the client's runs. */
    private void enter(Phase next) {
        phase = next;
        session.holding(next instanceof Phase.Judging || next instanceof Phase.Ending);
    }

    // ---- the client's messages -----------------------------------------------------------------------------------

    /** Whether a message may go on while substitutes are open; others have the client wait. */
    boolean passes(byte type) {
        if (!isAttending() || isCopy(type)) {
            return true;
        }
        if (awaitingReady || phase != OPEN) {
            return false;
        }
        if (type != FrontendType.SYNC) {
            release();
        }
        return true;
    }

    /** A message of the client's has gone to the server. */
    void sent(byte type) {
        if (substitutes.isEmpty()) {
            return;
        }
        boolean query = type == FrontendType.QUERY || type == InFlight.BULK_QUERY;
        if (query || type == FrontendType.SYNC || type == FrontendType.FUNCTION_CALL) {
            awaitingReady = true;
            simpleRequest = query;
        }
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
        session.updateClientReading();
    }

    private void settled(Held held) {
        if (inFlight.isDiscarding() || inFlight.isCopyIn()) {
            answers.passUnjudged(held);
            return;
        }
        // Where an Execute gets through, a transaction that failed has been ended by one before it.
        if (session.isFailed() && held instanceof Held.Query query) {
            failedBefore(query);
            return;
        }
        switch (held) {
            case Held.Query query -> judge(held, query.text());
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
        if (Admission.isSingle(query.text(), session.settings.rules())) {
            answers.passUnjudged(query);
        } else {
            refuse(query, Refusals.afterFailure());
        }
    }

    private void judge(Held held, String text) {
        HeldClient client = lend();
        enter(new Phase.Judging(held, client));
        session.updateClientReading();
        boolean describe = held instanceof Held.VirtualDescribe;
        client.run("judgement", () -> {
            Ruling ruling = ruling(client, text, describe);
            session.client.eventLoop().execute(() -> ruled(client, held, ruling));
        });
    }

    private HeldClient lend() {
        return new HeldClient(this, session.client.eventLoop(), session.info(), session.transaction());
    }

    private Ruling ruling(HeldClient client, String text, boolean describe) {
        try {
            return describe
                    ? session.relay.interceptor().describe(client, text)
                    : session.relay.interceptor().judge(client, text);
        } catch (RuntimeException e) {
            return new Ruling.Refuse(failure(client, e));
        }
    }

    private static ServerError failure(HeldClient client, RuntimeException e) {
        if (client.abandoned()) {
            return Refusals.cancelled();
        }
        LOG.error("A statement of session {} could not be judged", client.info().id(), e);
        return ServerError.of(
                "XX000", 0, "The gateway could not judge this statement", String.valueOf(e.getMessage()), "");
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
            case Ruling.Substitute substitute -> substitute(held, substitute);
            case Ruling.Answer answer -> answers.answer(held, answer);
            case Ruling.Refuse refusal -> refuse(held, refusal.error());
            case Ruling.Executed executed ->
                refuse(held, ServerError.of("XX000", 0, "A ruling that is not PostgreSQL's", "", ""));
        }
    }

    // ---- what is sent in place of a message ----------------------------------------------------------------------

    private void substitute(Held held, Ruling.Substitute ruling) {
        switch (held) {
            case Held.Query query -> {
                EditedText text = new EditedText(query.text(), ruling.edits());
                if (ruling.edits().isEmpty()) {
                    session.toServer(query.message());
                } else {
                    ByteBuf edited = session.client.alloc().buffer();
                    FrontendEncoder.query(edited, text.text().getBytes(query.charset()));
                    session.toServer(edited);
                    query.message().release();
                }
                inFlight.sent(FrontendType.QUERY);
                awaitingReady = true;
                simpleRequest = true;
                answering(ruling, text, query.charset(), true);
            }
            case Held.Execute execute -> {
                Prepared.Statement statement = execute.statement();
                sendExecution(statement, ruling, execute.message());
            }
            case Held.VirtualExecute execute -> sendExecution(execute.portal().statement, ruling, execute.message());
            default -> {
                LOG.error("A substitute for {}", held.getClass().getSimpleName());
                answers.forward(held);
            }
        }
    }

    /** In place of an Execute: the edited text under names of the gateway's own. */
    private void sendExecution(Prepared.Statement statement, Ruling.Substitute ruling, ByteBuf execute) {
        EditedText text = new EditedText(statement.text(), ruling.edits());
        ByteBuf buffer = session.client.alloc().buffer();
        if (ruling.edits().isEmpty() && !statement.virtual()) {
            buffer.writeBytes(execute, execute.readerIndex(), execute.readableBytes());
            inFlight.sent(FrontendType.EXECUTE);
        } else {
            writeOwnExecution(buffer, text.text().getBytes(statement.charset()));
        }
        execute.release();
        FrontendEncoder.flush(buffer);
        session.toServer(buffer);
        answering(ruling, text, statement.charset(), false);
    }

    private void writeOwnExecution(ByteBuf buffer, byte[] sql) {
        FrontendEncoder.close(buffer, 'S', Injection.NAME);
        inFlight.sentOwn(FrontendType.CLOSE);
        FrontendEncoder.parse(buffer, Injection.NAME, sql);
        inFlight.sentOwn(FrontendType.PARSE);
        FrontendEncoder.bind(buffer, Injection.NAME, Injection.NAME);
        inFlight.sentOwn(FrontendType.BIND);
        FrontendEncoder.execute(buffer, Injection.NAME, 0);
        inFlight.sent(FrontendType.EXECUTE);
        FrontendEncoder.close(buffer, 'P', Injection.NAME);
        inFlight.sentOwn(FrontendType.CLOSE);
        FrontendEncoder.close(buffer, 'S', Injection.NAME);
        inFlight.sentOwn(FrontendType.CLOSE);
    }

    private void answering(Ruling.Substitute ruling, EditedText text, Charset charset, boolean simple) {
        substitutes.add(ruling);
        enter(new Phase.Answering(new SubstituteAnswer(ruling, text, charset), simple));
        session.flushServer();
        session.resumeClient();
    }

    /** The text of a gateway's own statement goes to the server in place of a virtual statement. */
    void executeOnServer(Held.VirtualExecute execute) {
        sendExecution(execute.portal().statement, new Ruling.Substitute(List.of(), ""), execute.message());
        // Nobody is to be told of it: it is no schema change.
        substitutes.removeLast();
        if (phase instanceof Phase.Answering answering) {
            answering.answer().reported();
        }
    }

    /** Has the server's transaction fail as its own error would, and then tells the client. */
    void refuse(Held held, ServerError error) {
        if (held.isSimple() && !session.isInBlock()) {
            held.message().release();
            out.error(error);
            out.ready(session.status());
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

    // ---- injected statements -------------------------------------------------------------------------------------

    void inject(HeldClient client, String sql, CompletableFuture<QueryResult> result) {
        boolean simple;
        boolean sync = false;
        if (phase instanceof Phase.Judging judging && judging.client() == client) {
            simple = judging.held().isSimple();
        } else if (phase instanceof Phase.Ending ending && ending.client() == client) {
            simple = ending.simple();
            sync = true;
        } else {
            result.completeExceptionally(new ServerErrorException(
                    ServerError.of("08006", 0, "The session cannot run statements now", "", "")));
            return;
        }
        if (inFlight.isDiscarding() || session.server() == null) {
            result.completeExceptionally(new ServerErrorException(ServerError.of(
                    "25P02", 0, "current transaction is aborted, commands ignored until end of pipeline", "", "")));
            return;
        }
        Charset charset = session.settings.encoding().charset();
        injection = new Injection(charset, result);
        ByteBuf buffer = session.client.alloc().buffer();
        byte[] text = sql.getBytes(charset);
        if (simple) {
            Injection.writeSimple(buffer, text, inFlight);
        } else {
            Injection.writeExtended(buffer, text, inFlight, sync);
        }
        session.toServer(buffer);
        session.flushServer();
    }

    /** The one who waits for an injected statement's answer wants it no more. */
    void cancelInjected() {
        CancelKey key = session.cancelKey();
        if (injection != null && key != null) {
            session.relay.cancels().forward(session.client.eventLoop(), key, () -> {});
        }
    }

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
            case Phase.Ending ending -> ending.client().abandon();
            default -> {
                CancelKey key = session.cancelKey();
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
        if (type == BackendType.PARAMETER_STATUS) {
            session.observe(type, body(message));
            out.forward(message);
        } else if (type == BackendType.NOTIFICATION_RESPONSE) {
            out.forward(message);
        } else if (inFlight.isHeadOwn()) {
            own(type, message);
        } else {
            relayed(type, message);
        }
    }

    private static ByteBuf body(ByteBuf message) {
        return message.slice(message.readerIndex() + 5, message.readableBytes() - 5);
    }

    /** The answer to a message of the gateway's own. */
    private void own(byte type, ByteBuf message) {
        if (phase instanceof Phase.Answering && type == BackendType.ERROR_RESPONSE) {
            relayed(type, message);
            return;
        }
        if (type == BackendType.READY_FOR_QUERY) {
            session.statusIs(message.getByte(message.readerIndex() + 5));
        }
        Injection running = injection;
        if (running != null) {
            running.answered(type, body(message));
        }
        inFlight.received(type);
        if (inFlight.isHeadOwn()) {
            return;
        }
        if (running != null) {
            injection = null;
            running.done();
        }
        if (phase instanceof Phase.Failing failing) {
            failed(failing);
        } else if (phase instanceof Phase.Answering answering) {
            extendedDone(answering);
        }
    }

    private void failed(Phase.Failing failing) {
        failing.held().message().release();
        out.error(failing.error());
        if (failing.held().isSimple()) {
            out.ready(session.status());
            awaitingReady = false;
        }
        open();
    }

    /** The answer to a message of the client's. */
    private void relayed(byte type, ByteBuf message) {
        switch (phase) {
            case Phase.Answering answering -> answered(answering, type, message);
            default -> passed(type, message);
        }
    }

    private void passed(byte type, ByteBuf message) {
        switch (type) {
            case BackendType.COMMAND_COMPLETE -> {
                release();
                noteCommit(message);
                inFlight.received(type);
                if (simpleRequest && !substitutes.isEmpty()) {
                    withheld = message.retain();
                } else {
                    out.forward(message);
                }
            }
            case BackendType.READY_FOR_QUERY -> ready(message);
            default -> {
                release();
                inFlight.received(type);
                out.forward(message);
            }
        }
        settle();
    }

    /** Goes on with a held message once nothing before it is unanswered. */
    void settle() {
        if (phase instanceof Phase.Settling settling && inFlight.isEmpty()) {
            session.flushClient();
            settled(settling.held());
        }
    }

    private void noteCommit(ByteBuf message) {
        if (!substitutes.isEmpty()) {
            String tag = SubstituteAnswer.tag(message, StandardCharsets.ISO_8859_1);
            committed |= tag.equals("COMMIT") || tag.equals("PREPARE TRANSACTION");
        }
    }

    private void answered(Phase.Answering answering, byte type, ByteBuf message) {
        SubstituteAnswer answer = answering.answer();
        switch (type) {
            case BackendType.COMMAND_COMPLETE -> {
                release();
                noteCommit(message);
                inFlight.received(type);
                withheld = answer.commandComplete(message, session.client.alloc());
                if (!answer.isReported() && (!answering.simple() || answer.isPastLastEdit())) {
                    report(answering, Optional.empty(), () -> extendedDone(answering));
                } else {
                    extendedDone(answering);
                }
            }
            case BackendType.ERROR_RESPONSE -> {
                release();
                inFlight.received(type);
                failed(answering, answer.translate(message));
            }
            case BackendType.NOTICE_RESPONSE -> out.notice(answer.translate(message));
            case BackendType.READY_FOR_QUERY -> {
                ByteBuf kept = message.copy();
                if (answer.isReported()) {
                    ready(kept);
                    kept.release();
                } else {
                    report(answering, Optional.empty(), () -> {
                        ready(kept);
                        kept.release();
                    });
                }
            }
            default -> {
                release();
                inFlight.received(type);
                out.forward(message);
                extendedDone(answering);
            }
        }
    }

    /** In the extended protocol an Execute's answer is over with its terminator; the gateway's own Close follows. */
    private void extendedDone(Phase.Answering answering) {
        if (phase == answering && !answering.simple() && inFlight.isEmpty()) {
            open();
        }
    }

    private void failed(Phase.Answering answering, Fields fields) {
        SubstituteAnswer answer = answering.answer();
        Runnable tell = () -> {
            out.error(fields);
            if (!answering.simple()) {
                open();
            }
        };
        if (answer.isReported()) {
            tell.run();
            return;
        }
        substitutes.remove(answer.ruling);
        report(answering, Optional.of(answer.error(fields)), tell);
    }

    /** Tells the interceptor the outcome; then goes on. */
    private void report(Phase.Answering answering, Optional<ServerError> error, Runnable then) {
        SubstituteAnswer answer = answering.answer();
        answer.reported();
        HeldClient client = lend();
        enter(new Phase.Reporting(client));
        session.updateServerReading();
        client.run("outcome", () -> {
            tell(client, answer, error);
            session.client.eventLoop().execute(() -> {
                if (!session.end().isEnding()) {
                    enter(answering);
                    then.run();
                    session.resumeServer();
                }
            });
        });
    }

    private void tell(HeldClient client, SubstituteAnswer answer, Optional<ServerError> error) {
        try {
            session.relay.interceptor().answered(client, answer.ruling, error);
        } catch (RuntimeException e) {
            LOG.error(
                    "The outcome of a statement of session {} was not recorded",
                    client.info().id(),
                    e);
        }
    }

    // ---- the end of a request and of a transaction ---------------------------------------------------------------

    private void ready(ByteBuf message) {
        byte status = message.getByte(message.readerIndex() + 5);
        session.ready(status);
        awaitingReady = false;
        boolean over = status == 'I' || committed;
        committed = false;
        if (substitutes.isEmpty() || !over) {
            release();
            out.forward(message);
            if (phase instanceof Phase.Answering) {
                open();
            } else {
                session.resumeClient();
            }
            return;
        }
        end(message.copy());
    }

    private void end(ByteBuf readyMessage) {
        List<Ruling.Substitute> ended = List.copyOf(substitutes);
        substitutes.clear();
        HeldClient client = lend();
        enter(new Phase.Ending(client, simpleRequest));
        session.flushClient();
        client.run("end of transaction", () -> {
            Optional<ServerError> error = ending(client, ended);
            session.client.eventLoop().execute(() -> ended(client, readyMessage, error));
        });
    }

    private Optional<ServerError> ending(HeldClient client, List<Ruling.Substitute> ended) {
        try {
            return session.relay.interceptor().transactionEnded(client, ended);
        } catch (RuntimeException e) {
            LOG.error(
                    "The end of a transaction of session {} was not seen through",
                    client.info().id(),
                    e);
            return Optional.empty();
        }
    }

    private void ended(HeldClient client, ByteBuf readyMessage, Optional<ServerError> error) {
        if (!(phase instanceof Phase.Ending ending) || ending.client() != client) {
            readyMessage.release();
            return;
        }
        if (error.isPresent()) {
            dropWithheld();
            out.error(error.get());
        } else {
            release();
        }
        readyMessage.release();
        out.ready(session.status());
        open();
    }

    private void release() {
        ByteBuf message = withheld;
        withheld = null;
        if (message != null) {
            session.toClient(message);
        }
    }

    private void dropWithheld() {
        ByteBuf message = withheld;
        withheld = null;
        if (message != null) {
            message.release();
        }
    }

    /** The session ends: whoever waits is told, what is held is dropped. */
    void abandon() {
        Phase last = phase;
        enter(OPEN);
        dropWithheld();
        Injection running = injection;
        injection = null;
        switch (last) {
            case Phase.Open open -> {}
            case Phase.Settling settling -> settling.held().message().release();
            case Phase.Judging judging -> {
                judging.held().message().release();
                judging.client().abandon();
            }
            case Phase.Failing failing -> failing.held().message().release();
            case Phase.Answering answering -> lostWhileAnswering(answering.answer());
            case Phase.Reporting reporting -> {}
            case Phase.Ending ending -> ending.client().abandon();
        }
        if (running != null) {
            running.lost();
        }
    }

    private void lostWhileAnswering(SubstituteAnswer answer) {
        if (!answer.isReported()) {
            answer.reported();
            HeldClient client = lend();
            client.run("outcome", () -> tell(client, answer, Optional.of(Refusals.lost())));
        }
    }

    Session session() {
        return session;
    }
}
