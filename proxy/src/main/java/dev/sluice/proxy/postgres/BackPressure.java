package dev.sluice.proxy.postgres;

import io.netty.channel.socket.SocketChannel;

/**
 * Which of a session's two sides are read from: one only while the other takes what it says. What a client that does not
 * read, or one whose message is held, costs in memory is bounded so. On the event loop.
 */
final class BackPressure {
    /** A client that pipelines more messages than this is not read from until some are answered. */
    private static final int MAX_IN_FLIGHT = 1 << 16;

    private final Session session;
    private boolean clientReading = true;
    private boolean serverReading;
    /** While a piece is passed on, it is in the way of the next only until it is sent: nothing is decided before. */
    private boolean passing;

    private boolean due;

    BackPressure(Session session) {
        this.session = session;
    }

    /** There is no server yet. */
    void begin() {
        readClient(false);
    }

    /** Something has been received from either side. */
    void received() {
        passing = true;
    }

    /** It has been passed on, as far as it could be. */
    void passedOn() {
        passing = false;
        if (due) {
            due = false;
            updateClient();
            updateServer();
        }
    }

    /** Something has been written to the server. */
    void sent() {
        if (session.inFlight.size() > MAX_IN_FLIGHT) {
            updateClient();
        }
    }

    /** The server has answered something. */
    void answered() {
        if (!clientReading) {
            updateClient();
        }
    }

    void updateClient() {
        if (passing) {
            due = true;
            return;
        }
        SocketChannel to = session.server();
        boolean room = to != null && to.isWritable() && session.inFlight.size() <= MAX_IN_FLIGHT;
        // What waits shows at its header; less than one may be COPY data, which never waits.
        boolean wanted = room && (!session.isWaiting() || keptBytes() < ClientSide.HEADER);
        readClient(session.end().isLingering() || wanted);
    }

    void updateServer() {
        if (passing) {
            due = true;
            return;
        }
        SocketChannel from = session.server();
        boolean wanted = session.client.isWritable() && !session.isHalted();
        if (from != null && wanted != serverReading) {
            serverReading = wanted;
            from.config().setAutoRead(wanted);
        }
    }

    /**
     * Whether there is input of the client's that is still to be forwarded. The beginning of a message is not: what is kept
     * while nothing is waited for waits for its own rest.
     */
    boolean keepsInput() {
        return !session.isOpen() || (session.isWaiting() && keptBytes() > 0);
    }

    private int keptBytes() {
        return session.clientSide().keptBytes();
    }

    private void readClient(boolean wanted) {
        if (wanted != clientReading) {
            clientReading = wanted;
            session.client.config().setAutoRead(wanted);
        }
    }
}
