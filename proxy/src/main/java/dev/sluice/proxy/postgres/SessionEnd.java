package dev.sluice.proxy.postgres;

import dev.sluice.protocol.postgres.BackendEncoder;
import dev.sluice.protocol.postgres.BackendType;
import dev.sluice.protocol.postgres.CancelKey;
import dev.sluice.proxy.session.Farewell;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.socket.SocketChannel;
import java.net.ConnectException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How a session ends, whoever begins it.
 *
 * <pre>
 * open ─ client closes its input ─▶ half closed: the server is told, answers still go out, the client is probed
 *   │                                   │
 *   ├─ client gone ◀────────────────────┘  what runs is cancelled, the server's connection given back or closed
 *   ├─ server gone, or refused ─▶ lingering: the error goes out, input is thrown away, then both are closed
 *   └─ draining ─▶ as soon as no transaction is open: lingering
 * </pre>
 */
final class SessionEnd {
    private final Session session;

    private boolean terminated;
    private boolean inputClosed;
    private boolean outputClosed;
    private boolean lingering;
    private boolean over;
    private volatile boolean draining;
    private @Nullable Future<?> probe;

    SessionEnd(Session session) {
        this.session = session;
    }

    boolean isEnding() {
        return lingering || over;
    }

    /** Whether the client's input is read only to be thrown away. */
    boolean isLingering() {
        return lingering;
    }

    /** The client has said Terminate. */
    void terminated() {
        terminated = true;
    }

    void clientClosedInput() {
        if (isEnding()) {
            session.client.close();
            return;
        }
        if (!session.backend.isStarted()) {
            session.client.close();
            return;
        }
        inputClosed = true;
        forwarded();
        long everyMs =
                Math.max(100, session.relay.config().limits().goneTimeout().toMillis() / 2);
        probe = session.client
                .eventLoop()
                .scheduleAtFixedRate(this::probeClient, everyMs / 2, everyMs, TimeUnit.MILLISECONDS);
    }

    /** The server is told of the end of the client's input once all of that has been forwarded. */
    void forwarded() {
        SocketChannel server = session.server();
        if (!inputClosed || outputClosed || terminated || server == null || session.pressure.keepsInput()) {
            return;
        }
        outputClosed = true;
        server.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(done -> server.shutdownOutput());
    }

    void clientGone() {
        if (over) {
            return;
        }
        over = true;
        stopProbing();
        session.clientSide().closing();
        session.abandon();
        session.relay.sessions().remove(session);
        SocketChannel server = session.server();
        CancelKey key = session.backend.cancelKey();
        if (server == null) {
            return;
        }
        boolean busy = !session.inFlight.isEmpty() || !session.backend.isStarted();
        if (busy && !lingering && key != null && server.isActive()) {
            session.relay.cancels().forward(session.client.eventLoop(), key, () -> {});
        }
        session.relay.pairing().release(server, busy || lingering || inputClosed || terminated);
    }

    /** The server's side has ended; what it said has been forwarded. */
    void serverClosed() {
        if (isEnding()) {
            return;
        }
        boolean explained = session.serverSide().lastType() == BackendType.ERROR_RESPONSE;
        if (!terminated && !inputClosed && !explained && session.serverSide().isAtBoundary()) {
            sayFatal("08006", "the server closed the connection unexpectedly");
        }
        linger();
    }

    /** The gateway ends the session with an error. */
    void refuse(String sqlState, String message) {
        if (isEnding()) {
            return;
        }
        if (session.serverSide().isAtBoundary()) {
            sayFatal(sqlState, message);
        }
        linger();
    }

    private void linger() {
        lingering = true;
        stopProbing();
        session.clientSide().closing();
        session.abandon();
        SocketChannel server = session.server();
        if (server != null) {
            session.relay.pairing().release(server, true);
        }
        session.pressure.updateClient();
        Farewell.to(session.client);
    }

    private void sayFatal(String sqlState, String message) {
        ByteBuf out = session.client.alloc().buffer();
        Errors.fatal(out, sqlState, message);
        session.client.write(out, session.client.voidPromise());
    }

    /** Tells the client something harmless, so that a client that is gone is noticed. */
    private void probeClient() {
        if (session.serverSide().isAtBoundary() && session.client.isWritable()) {
            ByteBuf out = session.client.alloc().buffer();
            BackendEncoder.parameterStatus(
                    out,
                    "application_name",
                    session.settings.application(),
                    session.settings.encoding().charset());
            session.client.writeAndFlush(out, session.client.voidPromise());
        }
    }

    private void stopProbing() {
        Future<?> running = probe;
        probe = null;
        if (running != null) {
            running.cancel(false);
        }
    }

    // ---- draining ------------------------------------------------------------------------------------------------

    /** Ends the session when its transaction is over. On the event loop. */
    void drain() {
        draining = true;
        answered();
    }

    /** Something has been answered: a session that is to end may do so between transactions. */
    void answered() {
        if (draining && !isEnding() && session.backend.isStarted() && session.isBetweenTransactions()) {
            refuse("57P01", "the gateway is shutting down");
        }
    }

    /** What an exception says to a client. */
    static String reason(Throwable cause) {
        String message = cause.getMessage();
        if (cause instanceof ConnectException && message != null) {
            return message;
        }
        return cause.getClass().getSimpleName() + (message == null ? "" : ": " + message);
    }
}
