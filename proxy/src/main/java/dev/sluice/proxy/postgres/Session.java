package dev.sluice.proxy.postgres;

import dev.sluice.protocol.postgres.BackendDecoder;
import dev.sluice.protocol.postgres.BackendType;
import dev.sluice.protocol.postgres.CancelKey;
import dev.sluice.protocol.postgres.FrontendType;
import dev.sluice.protocol.postgres.InFlight;
import dev.sluice.protocol.postgres.StartupPacket;
import dev.sluice.proxy.session.RelayedSession;
import dev.sluice.proxy.session.SessionSnapshot;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.socket.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * One client and its server: the state that both halves of the relay share. Everything runs on the one event loop of
 * both channels, except {@link #cancelKey}, {@link #cancelRequested} and {@link #picture}.
 *
 * <p>Back-pressure: a side is read from only while the other's outbound buffer is below its high water mark and nothing
 * is held. How a session starts is {@link SessionStart}'s, how it ends {@link SessionEnd}'s.
 */
final class Session implements RelayedSession {
    /** A client that pipelines more messages than this is not read from until some are answered. */
    private static final int MAX_IN_FLIGHT = 1 << 16;

    final Relay relay;
    final SocketChannel client;
    final InFlight inFlight = new InFlight();
    final SessionSettings settings = new SessionSettings();
    final BulkGate bulk = new BulkGate(this);
    private final Admission admission;

    private final ClientSide clientSide = new ClientSide(this);
    private final ServerSide serverSide = new ServerSide(this);
    private final SessionStart start;
    private final SessionEnd end = new SessionEnd(this);
    private final SessionPicture picture;

    private @Nullable Interception interception;
    private volatile boolean holding;
    private @Nullable SocketChannel server;
    private volatile @Nullable CancelKey cancelKey;
    private volatile byte status = 'I';
    private volatile boolean started;
    private final boolean opaque;

    private long requestNanos;
    private boolean requestRunning;
    private boolean clientReading = true;
    private boolean serverReading;

    Session(Relay relay, long id, SocketChannel client, StartupPacket.Startup startup, ByteBuf packet) {
        this.relay = relay;
        this.client = client;
        this.start = new SessionStart(this, packet);
        this.picture = new SessionPicture(this, id, startup);
        this.opaque = startup.isReplication();
        this.admission = new Admission(this, bulk);
    }

    // ---- start ---------------------------------------------------------------------------------------------------

    /** @param behind what the client sent behind its startup packet, if anything */
    void start(ClientStartup handler, @Nullable ByteBuf behind) {
        relay.sessions().add(this);
        readClient(false);
        client.pipeline().replace(handler, null, clientSide);
        if (behind != null) {
            clientSide.channelRead(client.pipeline().firstContext(), behind);
        }
        start.begin(picture.startup());
    }

    /** @param packet the startup packet, for the server */
    void connected(SocketChannel channel, ByteBuf packet) {
        server = channel;
        // The end of authentication is a ReadyForQuery too.
        inFlight.sent(FrontendType.SYNC);
        channel.writeAndFlush(packet, channel.voidPromise());
        clientSide.resume();
        updateClientReading();
        updateServerReading();
    }

    // ---- from the client -----------------------------------------------------------------------------------------

    /** Whether the client's messages are taken at all. */
    boolean isOpen() {
        Interception holding = interception;
        return server != null && (holding == null || holding.takesMessages());
    }

    /** Decides on a message of which at least the header is there. */
    Verdict admit(byte type, int length, ByteBuf in, int at, boolean whole) {
        if (opaque) {
            sent(type);
            return Verdict.FORWARD;
        }
        Interception holding = interception;
        if (holding != null && !holding.passes(type)) {
            return Verdict.MORE;
        }
        switch (type) {
            case FrontendType.QUERY -> {
                return admission.query(in, at, length, whole);
            }
            case FrontendType.PARSE -> {
                return admission.parse(in, at, length, whole);
            }
            case FrontendType.BIND, FrontendType.DESCRIBE, FrontendType.EXECUTE, FrontendType.CLOSE -> {
                if (type == FrontendType.BIND && admission.mustWait(in, at, length)) {
                    return admission.waiting(whole);
                }
                if (holding != null && (!holding.prepared.isEmpty() || holding.isWatched())) {
                    return admission.named(holding.prepared, type, in, at, length, whole);
                }
            }
            case FrontendType.COPY_DATA -> {
                if (bulk.isRunning() && !bulk.mayCopy(length)) {
                    return Verdict.MORE;
                }
            }
            case FrontendType.TERMINATE -> end.terminated();
            default -> {}
        }
        sent(type);
        return Verdict.FORWARD;
    }

    /** A message goes to the server. */
    void sent(byte type) {
        if (!requestRunning && type != FrontendType.AUTHENTICATION) {
            requestRunning = true;
            requestNanos = System.nanoTime();
        }
        inFlight.sent(type);
        Interception holding = interception;
        if (holding != null) {
            holding.sent(type);
        }
    }

    /** Takes a whole message that {@link #admit} wanted held. */
    void held(byte type, ByteBuf message) {
        Interception holding = interception();
        Held held = admission.held(type, message);
        if (held == null) {
            toServer(message);
            sent(type);
        } else {
            holding.hold(held);
        }
    }

    /** A message whose text was too long has been thrown away. */
    void dropped(byte type) {
        interception()
                .hold(new Held.Refused(
                        Unpooled.EMPTY_BUFFER,
                        type == FrontendType.QUERY,
                        Refusals.tooLong(relay.config().limits().statementBytes())));
    }

    /** Goes on with what the client has sent meanwhile. */
    void resumeClient() {
        clientSide.resume();
        end.forwarded();
        updateClientReading();
    }

    /** Goes on with what the server has sent meanwhile. */
    void resumeServer() {
        serverSide.resume();
        updateServerReading();
    }

    Interception interception() {
        Interception holding = interception;
        if (holding == null) {
            holding = new Interception(this);
            interception = holding;
        }
        return holding;
    }

    @Nullable
    Prepared prepared() {
        Interception holding = interception;
        return holding == null || holding.prepared.isEmpty() ? null : holding.prepared;
    }

    /** Whether every statement of the open transaction is judged. */
    boolean isWatched() {
        Interception watching = interception;
        return watching != null && watching.isWatched();
    }

    /** Whether a cancel request is the gateway's own business. */
    void holding(boolean now) {
        holding = now;
    }

    void toServer(ByteBuf bytes) {
        SocketChannel to = server;
        if (to == null) {
            bytes.release();
            return;
        }
        to.write(bytes, to.voidPromise());
        if (inFlight.size() > MAX_IN_FLIGHT) {
            updateClientReading();
        }
    }

    void flushServer() {
        SocketChannel to = server;
        if (to != null) {
            to.flush();
        }
    }

    // ---- from the server -----------------------------------------------------------------------------------------

    /** Whether the server's messages are taken apart. */
    boolean isAttending() {
        Interception attending = interception;
        return !started || (attending != null && attending.isAttending());
    }

    /** Whether the server's messages wait. */
    boolean isHalted() {
        Interception attending = interception;
        return attending != null && attending.isHalted();
    }

    boolean wantsRowCount() {
        int head = inFlight.head();
        return head == InFlight.BULK_QUERY || head == InFlight.BULK_EXECUTE;
    }

    /** Whether such a message goes to the client without being read. */
    boolean mayPass(byte type) {
        Interception attending = interception;
        if (started && attending != null) {
            return attending.mayPass(type);
        }
        return switch (type) {
            case BackendType.READY_FOR_QUERY, BackendType.PARAMETER_STATUS, BackendType.BACKEND_KEY_DATA -> false;
            default -> true;
        };
    }

    void onServerMessage(byte type, ByteBuf message) {
        Interception attending = interception;
        if (started && attending != null) {
            attending.onServerMessage(type, message);
            return;
        }
        ByteBuf body = message.slice(message.readerIndex() + 5, message.readableBytes() - 5);
        if (type == BackendType.READY_FOR_QUERY) {
            ready(body.getByte(body.readerIndex()));
        } else {
            observe(type, body);
        }
        toClient(message.retain());
        if (started && attending != null) {
            attending.settle();
        }
    }

    /** The server is done with a request. */
    void ready(byte transactionStatus) {
        status = transactionStatus;
        inFlight.received(BackendType.READY_FOR_QUERY);
        if (interception != null && transactionStatus == 'I') {
            interception.prepared.transactionOver();
        }
        if (inFlight.isEmpty()) {
            if (!started) {
                sessionStarted();
            } else if (requestRunning && !bulk.isRunning()) {
                relay.traffic().answered(requestNanos, System.nanoTime());
            }
            requestRunning = false;
            bulk.answered(requestNanos, System.nanoTime());
        }
        if (!clientReading) {
            updateClientReading();
        }
    }

    private void sessionStarted() {
        started = true;
        start.done();
    }

    /** A message that is read on its way. */
    void observe(byte type, ByteBuf body) {
        switch (type) {
            case BackendType.PARAMETER_STATUS ->
                settings.reported(
                        BackendDecoder.parameterStatus(body, settings.encoding().charset()));
            case BackendType.BACKEND_KEY_DATA -> {
                CancelKey key = BackendDecoder.backendKeyData(body);
                cancelKey = key;
                relay.sessions().keyed(this, key);
            }
            case BackendType.COMMAND_COMPLETE ->
                bulk.wrote(BackendDecoder.rowsOf(
                        BackendDecoder.commandTag(body, settings.encoding().charset())));
            default -> {}
        }
        inFlight.received(type);
    }

    void toClient(ByteBuf bytes) {
        client.write(bytes, client.voidPromise());
    }

    void flushClient() {
        client.flush();
        end.answered();
    }

    // ---- back-pressure -------------------------------------------------------------------------------------------

    void updateClientReading() {
        SocketChannel to = server;
        boolean room = to != null && to.isWritable() && inFlight.size() <= MAX_IN_FLIGHT;
        readClient(end.isLingering() || (room && (!isWaiting() || clientSide.keptBytes() == 0)));
    }

    /**
     * Whether there is input of the client's that is still to be forwarded. The beginning of a message is not: what is kept
     * while nothing is waited for waits for its own rest.
     */
    boolean keepsInput() {
        return !isOpen() || (isWaiting() && clientSide.keptBytes() > 0);
    }

    /** Whether what the client sends is kept for later. */
    private boolean isWaiting() {
        Interception waiting = interception;
        return bulk.isDelaying() || (waiting != null && waiting.isAttending());
    }

    void updateServerReading() {
        SocketChannel from = server;
        boolean wanted = client.isWritable() && !isHalted();
        if (from != null && wanted != serverReading) {
            serverReading = wanted;
            from.config().setAutoRead(wanted);
        }
    }

    private void readClient(boolean wanted) {
        if (wanted != clientReading) {
            clientReading = wanted;
            client.config().setAutoRead(wanted);
        }
    }

    // ---- what others want to know --------------------------------------------------------------------------------

    @Override
    public long id() {
        return picture.id();
    }

    @Override
    public SessionSnapshot snapshot() {
        return picture.snapshot();
    }

    @Override
    public void drain() {
        client.eventLoop().execute(end::drain);
    }

    @Override
    public void shutDown() {
        client.eventLoop().execute(() -> end.refuse("57P01", "the gateway is shutting down"));
    }

    SessionPicture picture() {
        return picture;
    }

    @Nullable
    SocketChannel server() {
        return server;
    }

    ClientSide clientSide() {
        return clientSide;
    }

    ServerSide serverSide() {
        return serverSide;
    }

    SessionEnd end() {
        return end;
    }

    boolean isStarted() {
        return started;
    }

    @Nullable
    CancelKey cancelKey() {
        return cancelKey;
    }

    /**
     * The client has asked to cancel.
     *
     * @return whether the server must not be told
     */
    boolean cancelRequested() {
        boolean ours = holding || bulk.isHoldingBack();
        if (ours) {
            client.eventLoop().execute(() -> {
                if (!bulk.cancel()) {
                    interception().cancel();
                }
            });
        }
        return ours;
    }

    /** Nothing waits for the control plane any more: the session ends. */
    void abandon() {
        bulk.closed();
        Interception holding = interception;
        if (holding != null) {
            holding.abandon();
        }
    }

    byte status() {
        return status;
    }

    /** The server has told it in answer to a statement of the gateway's. */
    void statusIs(byte now) {
        status = now;
    }

    boolean isFailed() {
        return status == 'E';
    }

    /** Whether a transaction block is open. */
    boolean isInBlock() {
        return status != 'I';
    }

    /** Whether what is held is all of its transaction: no block is open, no statement went before, a Sync follows. */
    boolean isAlone() {
        boolean implicit = !inFlight.isExecuted() && clientSide.nextType() == FrontendType.SYNC;
        return !isInBlock() && (!inFlight.isUnsynced() || implicit);
    }

    boolean isBetweenTransactions() {
        return status == 'I' && !holding && inFlight.isEmpty() && (clientSide.keptBytes() == 0 || bulk.isHoldingBack());
    }

    boolean isHolding() {
        return holding;
    }

    boolean isRequestRunning() {
        return requestRunning;
    }
}
