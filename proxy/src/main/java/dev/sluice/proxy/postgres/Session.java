package dev.sluice.proxy.postgres;

import dev.sluice.protocol.postgres.BackendType;
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
 * both channels, except {@link #cancelRequested}, {@link #picture} and what {@link BackendState} says.
 *
 * <p>Back-pressure: a side is read from only while the other's outbound buffer is below its high water mark and nothing
 * is held. How a session starts is {@link SessionStart}'s, how it ends {@link SessionEnd}'s.
 */
final class Session implements RelayedSession {
    final Relay relay;
    final SocketChannel client;
    final InFlight inFlight = new InFlight();
    final SessionSettings settings = new SessionSettings();
    final BulkGate bulk = new BulkGate(this);
    final BackendState backend = new BackendState(this);
    final BackPressure pressure = new BackPressure(this);
    private final Admission admission;
    private final HeldReader heldReader;

    private final ClientSide clientSide = new ClientSide(this);
    private final ServerSide serverSide = new ServerSide(this);
    private final SessionStart start;
    private final SessionEnd end = new SessionEnd(this);
    private final SessionPicture picture;

    private @Nullable Interception interception;
    private volatile boolean holding;
    private @Nullable SocketChannel server;
    private final boolean replication;

    Session(Relay relay, long id, SocketChannel client, StartupPacket.Startup startup, ByteBuf packet) {
        this.relay = relay;
        this.client = client;
        this.start = new SessionStart(this, packet);
        this.picture = new SessionPicture(this, id, startup);
        this.replication = startup.isReplication();
        this.admission = new Admission(this, bulk);
        this.heldReader = new HeldReader(this, bulk);
    }

    // ---- start ---------------------------------------------------------------------------------------------------

    /** @param behind what the client sent behind its startup packet, if anything */
    void start(ClientStartup handler, @Nullable ByteBuf behind) {
        relay.sessions().add(this);
        pressure.begin();
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
        pressure.updateClient();
        pressure.updateServer();
    }

    // ---- from the client -----------------------------------------------------------------------------------------

    /** Whether the client's messages are taken at all. */
    boolean isOpen() {
        Interception holding = interception;
        return server != null && (holding == null || holding.takesMessages());
    }

    /** Whether the server's end is a walsender, which takes replication commands besides SQL. */
    boolean isReplication() {
        return replication;
    }

    /** Decides on a message of which at least the header is there. */
    Verdict admit(byte type, int length, ByteBuf in, int at, boolean whole) {
        return admission.admit(interception, type, length, in, at, whole);
    }

    /** A message goes to the server. */
    void sent(byte type) {
        backend.sent(type);
        inFlight.sent(type);
        Interception holding = interception;
        if (holding != null) {
            holding.sent(type);
        }
    }

    /** Takes a whole message that {@link #admit} wanted held. */
    void held(byte type, ByteBuf message) {
        Interception holding = interception();
        Held held = heldReader.read(type, message, admission.heldFor());
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
                        HeldReader.isSimple(type),
                        Refusals.tooLong(relay.config().limits().statementBytes())));
    }

    /** Goes on with what the client has sent meanwhile. */
    void resumeClient() {
        clientSide.resume();
        end.forwarded();
        pressure.updateClient();
        end.answered();
    }

    /** Goes on with what the server has sent meanwhile. */
    void resumeServer() {
        serverSide.resume();
        pressure.updateServer();
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

    /** The database that the client named. */
    String database() {
        return picture.startup().database();
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
        pressure.sent();
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
        return !backend.isStarted() || (attending != null && attending.isAttending());
    }

    /** Whether the server's messages wait. */
    boolean isHalted() {
        Interception attending = interception;
        return attending != null && attending.isHalted();
    }

    /** Whether such a message goes to the client without being read. */
    boolean mayPass(byte type) {
        Interception attending = interception;
        if (backend.isStarted() && attending != null) {
            return attending.mayPass(type);
        }
        return switch (type) {
            case BackendType.READY_FOR_QUERY, BackendType.PARAMETER_STATUS, BackendType.BACKEND_KEY_DATA -> false;
            default -> true;
        };
    }

    void onServerMessage(byte type, ByteBuf message) {
        Interception attending = interception;
        if (backend.isStarted() && attending != null) {
            attending.onServerMessage(type, message);
            return;
        }
        ByteBuf body = message.slice(message.readerIndex() + 5, message.readableBytes() - 5);
        if (type == BackendType.READY_FOR_QUERY) {
            backend.ready(body.getByte(body.readerIndex()));
        } else {
            backend.observe(type, body);
        }
        toClient(message.retain());
        if (backend.isStarted() && attending != null) {
            attending.settle();
        }
    }

    /** The first ReadyForQuery has come. */
    void started() {
        start.done();
    }

    /** Where the transaction stands after a request. */
    void transactionIs(byte status) {
        Interception told = interception;
        if (told != null && status == 'I') {
            told.prepared.transactionOver();
        }
    }

    void toClient(ByteBuf bytes) {
        client.write(bytes, client.voidPromise());
    }

    void flushClient() {
        client.flush();
        end.answered();
    }

    /** Whether what the client sends is kept for later. */
    boolean isWaiting() {
        Interception waiting = interception;
        return bulk.isDelaying() || (waiting != null && waiting.isBlocking());
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

    /** Whether a transaction block is open. */
    boolean isInBlock() {
        return backend.isInBlock();
    }

    /** Whether what is held is all of its transaction: no block is open, no statement went before, a Sync follows. */
    boolean isAlone() {
        boolean implicit = !inFlight.isExecuted() && clientSide.nextType() == FrontendType.SYNC;
        return !isInBlock() && (!inFlight.isUnsynced() || implicit);
    }

    boolean isBetweenTransactions() {
        return !isInBlock() && !holding && inFlight.isEmpty() && (clientSide.keptBytes() == 0 || bulk.isHoldingBack());
    }

    boolean isHolding() {
        return holding;
    }
}
