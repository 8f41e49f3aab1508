package dev.sluice.proxy.postgres;

import dev.sluice.protocol.postgres.CancelKey;
import dev.sluice.proxy.session.QueryResult;
import dev.sluice.proxy.session.ServerError;
import dev.sluice.proxy.session.ServerErrorException;
import io.netty.buffer.ByteBuf;
import java.nio.charset.Charset;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Runs the control plane's statements on a session that is lent to it, one at a time. On the session's event loop. */
final class InjectedStatements {
    private final Interception interception;
    private final Session session;
    private @Nullable Injection running;

    InjectedStatements(Interception interception, Session session) {
        this.interception = interception;
        this.session = session;
    }

    void inject(HeldClient client, String sql, CompletableFuture<QueryResult> result) {
        boolean simple;
        boolean sync = false;
        if (interception.phase() instanceof Phase.Judging judging && judging.client() == client) {
            simple = judging.held().isSimple();
        } else if (interception.phase() instanceof Phase.Ending ending && ending.client() == client) {
            simple = ending.simple();
            sync = true;
        } else {
            fail(result, "08006", "The session cannot run statements now");
            return;
        }
        if (session.inFlight.isDiscarding() || session.server() == null) {
            fail(result, "25P02", "current transaction is aborted, commands ignored until end of pipeline");
            return;
        }
        send(sql, result, simple, sync);
    }

    private static void fail(CompletableFuture<QueryResult> result, String sqlState, String message) {
        result.completeExceptionally(new ServerErrorException(ServerError.of(sqlState, 0, message, "", "")));
    }

    private void send(String sql, CompletableFuture<QueryResult> result, boolean simple, boolean sync) {
        Charset charset = session.settings.encoding().charset();
        running = new Injection(charset, result);
        ByteBuf buffer = session.client.alloc().buffer();
        byte[] text = sql.getBytes(charset);
        if (simple) {
            Injection.writeSimple(buffer, text, session.inFlight);
        } else {
            Injection.writeExtended(buffer, text, session.inFlight, sync);
        }
        session.toServer(buffer);
        session.flushServer();
    }

    /** The one who waits for the answer wants it no more. */
    void cancel() {
        CancelKey key = session.backend.cancelKey();
        if (running != null && key != null) {
            session.relay.cancels().forward(session.client.eventLoop(), key, () -> {});
        }
    }

    /** @param body a message of the answer, if any is awaited */
    void answered(byte type, ByteBuf body) {
        Injection statement = running;
        if (statement != null) {
            statement.answered(type, body);
        }
    }

    /** The answer is complete, if any was awaited. */
    void done() {
        Injection statement = running;
        running = null;
        if (statement != null) {
            statement.done();
        }
    }

    /** No answer will come. */
    void lost() {
        Injection statement = running;
        running = null;
        if (statement != null) {
            statement.lost();
        }
    }
}
