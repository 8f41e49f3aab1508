package dev.sluice.proxy.mysql;

import dev.sluice.protocol.mysql.ErrPacket;
import dev.sluice.proxy.session.Farewell;
import dev.sluice.proxy.session.TransactionStatus;
import io.netty.channel.Channel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a session ends: by either side, by an error, or because the gateway stops. On the session's event loop only. */
final class SessionEnd {

    private static final Logger LOG = LoggerFactory.getLogger(SessionEnd.class);
    private static final int KILL_GRACE_SECONDS = 10;
    private static final int LAST_WORDS_SECONDS = 10;

    private final MySqlSession session;
    private final Channel client;
    private volatile boolean closing;
    private boolean draining;
    private boolean hearsOut;

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
        UnfinishedLogin.Turn turn = session.clientFlow().unfinishedLogin();
        if (!session.isWorking() || turn != UnfinishedLogin.Turn.NONE || !server.isActive()) {
            leaveServer();
            return;
        }
        session.relay().killer().kill(session.settings().upstream(), session.connectionId(), server::close);
        server.eventLoop().schedule(() -> server.close(), KILL_GRACE_SECONDS, TimeUnit.SECONDS);
    }

    void serverGone() {
        DroppedMessage abandoned = session.clientFlow().abandoned();
        if (abandoned != null && abandoned.isExplained()) {
            return; // the client hears of it behind its message
        }
        begin();
        Farewell.to(client);
    }

    /** Tells the client why, and ends the session. */
    void with(ErrPacket error, int sequence) {
        LOG.debug("session {} ends: {}", session.id(), error.message());
        begin();
        client.write(MySqlErrors.framed(client.alloc(), error, sequence));
        Farewell.to(client);
        leaveServer();
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
        Channel server = session.server();
        if (server == null || hearsOut) {
            return;
        }
        if (closing || !(cause instanceof IOException)) {
            server.close();
            return;
        }
        hearsOut = true;
        // What failed may be a step of a flow that is under way.
        session.later(() -> hearOut(server));
    }

    /**
     * A server that is sent more than it takes says why and closes, with input that it has not read: what is written to it
     * fails before its last word has been read.
     */
    private void hearOut(Channel server) {
        closing = true;
        boolean abandons = session.clientFlow().abandonMessage();
        if (!abandons) {
            session.clientFlow().close();
        }
        client.config().setAutoRead(abandons);
        server.config().setAutoRead(true);
        var patience = client.eventLoop().schedule(this::heardOut, LAST_WORDS_SECONDS, TimeUnit.SECONDS);
        client.closeFuture().addListener(closed -> patience.cancel(false));
    }

    /** That took too long, on whichever side. */
    private void heardOut() {
        closeServer();
        Farewell.to(client);
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

    /** Nobody needs the server's connection any more. */
    void leaveServer() {
        Channel server = session.server();
        if (server != null) {
            ServerFlow flow = session.serverFlow();
            UnfinishedLogin.finish(server, flow, session.clientFlow().unfinishedLogin(), flow.loginSequence());
        }
    }

    private void closeServer() {
        Channel server = session.server();
        if (server != null) {
            server.close();
        }
    }
}
