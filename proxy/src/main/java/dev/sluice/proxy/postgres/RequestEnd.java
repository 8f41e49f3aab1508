package dev.sluice.proxy.postgres;

import dev.sluice.proxy.intercept.Ruling;
import dev.sluice.proxy.session.ServerError;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Optional;

/**
 * The end of a request, and with it perhaps of a transaction with substitutes: the client hears of that once the
 * interceptor has seen it through. On the session's event loop.
 */
final class RequestEnd {
    private final Interception interception;
    private final Session session;
    private final ClientOut out;
    private final SubstitutedTransaction transaction;

    RequestEnd(Interception interception, Session session, ClientOut out, SubstitutedTransaction transaction) {
        this.interception = interception;
        this.session = session;
        this.out = out;
        this.transaction = transaction;
    }

    /** @param message the server's ReadyForQuery */
    void ready(ByteBuf message) {
        byte status = message.getByte(message.readerIndex() + 5);
        session.backend.ready(status);
        if (transaction.ready(status)) {
            end();
            return;
        }
        transaction.release();
        out.forward(message);
        if (interception.phase() instanceof Phase.Answering) {
            interception.open();
        } else {
            session.resumeClient();
        }
    }

    private void end() {
        List<Ruling.Substitute> substitutes = transaction.take();
        HeldClient client = interception.lend();
        interception.enter(new Phase.Ending(client, transaction.isSimpleRequest()));
        session.flushClient();
        client.run(
                "end of transaction",
                () -> interception.calls().transactionEnded(client, substitutes),
                error -> ended(client, error));
    }

    private void ended(HeldClient client, Optional<ServerError> error) {
        if (!(interception.phase() instanceof Phase.Ending ending) || ending.client() != client) {
            return;
        }
        if (error.isPresent()) {
            transaction.drop();
            out.error(error.get());
        } else {
            transaction.release();
        }
        out.ready(session.backend.status());
        interception.open();
    }
}
