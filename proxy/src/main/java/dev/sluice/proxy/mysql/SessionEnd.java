package dev.sluice.proxy.mysql;

import dev.sluice.protocol.mysql.ErrPacket;
import dev.sluice.proxy.session.TransactionStatus;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a session ends: by either side, by an error, or because the gateway stops. On the session's event loop only. */
final class SessionEnd {

    private static final Logger LOG = LoggerFactory.getLogger(SessionEnd.class);
    private static final int KILL_GRACE_SECONDS = 10;

    private final MySqlSession session;
    private final Channel client;
    private volatile boolean closing;
    private boolean draining;

    SessionEnd(MySqlSession session, Channel client) {
        this.session = session;
        this.client = client;
    }

    /** Whether the session has ended. May be asked from any thread. */
    boolean isClosing() {
        return closing;
    }

    void clientGone() {
        session.bulk().closed();
        if (closing) {
            return;
        }
        begin();
        Channel server = session.server();
        if (server == null) {
            return;
        }
        if (!session.isWorking() || !server.isActive()) {
            server.close();
            return;
        }
        session.relay().killer().kill(session.settings().upstream(), session.connectionId(), server::close);
        server.eventLoop().schedule(() -> server.close(), KILL_GRACE_SECONDS, TimeUnit.SECONDS);
    }

    void serverGone() {
        begin();
        client.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    /** Tells the client why, and ends the session. */
    void with(ErrPacket error, int sequence) {
        LOG.debug("session {} ends: {}", session.id(), error.message());
        begin();
        client.writeAndFlush(MySqlErrors.framed(client.alloc(), error, sequence))
                .addListener(ChannelFutureListener.CLOSE);
        closeServer();
    }

    /** There is nothing that the client could make of the reason. */
    void without(String why) {
        LOG.warn("session {} ends: {}", session.id(), why);
        begin();
        client.close();
        closeServer();
    }

    /** The gateway is to stop: the session ends once its transaction has. */
    void drain() {
        draining = true;
        whenIdle();
    }

    void shutDown() {
        with(MySqlErrors.SHUTDOWN, 0);
    }

    /** Something is over; so may be the session. */
    void whenIdle() {
        if (draining && !closing && !session.isWorking() && session.transaction() == TransactionStatus.IDLE) {
            shutDown();
        }
    }

    boolean isDraining() {
        return draining;
    }

    /** Either end's channelInactive follows and does the rest. */
    void clientFailed(Throwable cause) {
        told("client", cause);
        client.close();
    }

    void serverFailed(Throwable cause) {
        told("server", cause);
        closeServer();
    }

    private void told(String side, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("session {}: the {}'s connection failed: {}", session.id(), side, cause.getMessage());
        } else {
            LOG.error("session {}: unexpected on the {}'s side", session.id(), side, cause);
        }
    }

    private void begin() {
        closing = true;
        session.clientFlow().close();
    }

    private void closeServer() {
        @Nullable Channel server = session.server();
        if (server != null) {
            server.close();
        }
    }
}
