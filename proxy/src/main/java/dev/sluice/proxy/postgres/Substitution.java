package dev.sluice.proxy.postgres;

import dev.sluice.protocol.postgres.FrontendEncoder;
import dev.sluice.protocol.postgres.FrontendType;
import dev.sluice.protocol.postgres.InFlight;
import dev.sluice.proxy.intercept.Ruling;
import io.netty.buffer.ByteBuf;
import java.nio.charset.Charset;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends other text to the server in place of a held message. On the session's event loop. */
final class Substitution {
    private static final Logger LOG = LoggerFactory.getLogger(Substitution.class);

    private final Interception interception;
    private final Session session;
    private final InFlight inFlight;
    private final SubstitutedTransaction transaction;

    Substitution(Interception interception, Session session, SubstitutedTransaction transaction) {
        this.interception = interception;
        this.session = session;
        this.inFlight = session.inFlight;
        this.transaction = transaction;
    }

    /** @return whether that was done: only what executes can be replaced */
    boolean send(Held held, Ruling.Substitute ruling) {
        switch (held) {
            case Held.Query query -> sendQuery(query, ruling);
            case Held.Execute execute -> sendExecution(execute.statement(), ruling, execute.message());
            case Held.VirtualExecute execute -> sendExecution(execute.portal().statement, ruling, execute.message());
            default -> {
                LOG.error("A substitute for {}", held.getClass().getSimpleName());
                return false;
            }
        }
        return true;
    }

    /** The text of a gateway's own statement goes to the server in place of a virtual statement. */
    void executeOnServer(Held.VirtualExecute execute) {
        sendExecution(execute.portal().statement, new Ruling.Substitute(List.of(), ""), execute.message());
        // Nobody is to be told of it: it is no schema change.
        transaction.removeLast();
        if (interception.phase() instanceof Phase.Answering answering) {
            answering.answer().reported();
        }
    }

    private void sendQuery(Held.Query query, Ruling.Substitute ruling) {
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
        transaction.requested(true);
        answering(ruling, text, query.charset(), true);
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
        transaction.add(ruling);
        interception.enter(new Phase.Answering(new SubstituteAnswer(ruling, text, charset), simple));
        session.flushServer();
        session.resumeClient();
    }
}
