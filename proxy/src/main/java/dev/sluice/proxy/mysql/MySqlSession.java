package dev.sluice.proxy.mysql;

import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.protocol.mysql.Capabilities;
import dev.sluice.protocol.mysql.Greeting;
import dev.sluice.protocol.mysql.HandshakeResponse;
import dev.sluice.protocol.mysql.Packets;
import dev.sluice.protocol.mysql.ResponseShape;
import dev.sluice.protocol.mysql.ServerStatus;
import dev.sluice.proxy.session.LoopTask;
import dev.sluice.proxy.session.RelayedSession;
import dev.sluice.proxy.session.ServerChannels;
import dev.sluice.proxy.session.SessionInfo;
import dev.sluice.proxy.session.SessionSnapshot;
import dev.sluice.proxy.session.TransactionStatus;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's channel and a server's on one event loop, which runs every method here. The two flows decide what becomes
 * of packets; this class owns the channels, and what is known of the session. How it ends is {@link SessionEnd}'s.
 */
final class MySqlSession implements ServerChannels.Taker, RelayedSession {

    private static final Logger LOG = LoggerFactory.getLogger(MySqlSession.class);

    private final long id;
    private final Relay relay;
    private final long connectedNanos = System.nanoTime();
    private final Channel client;
    private final ClientFlow clientFlow = new ClientFlow(this);
    private final ServerFlow serverFlow = new ServerFlow(this);
    private final Statements statements = new Statements();
    private final BulkGate bulk = new BulkGate(this);
    private final MultiStatements multiStatements = new MultiStatements(this);
    private final GateWait gate;
    private final SessionEnd end;
    private @Nullable Channel server;
    private volatile @Nullable HeldCommand held;
    private volatile Readings readings;
    private long offered;
    private volatile long capabilities;
    private volatile long connectionId;
    private volatile String user = "";
    private volatile String application = "";
    private volatile String database = "";
    private volatile boolean cancelled;

    MySqlSession(long id, Relay relay, Channel client) {
        this.id = id;
        this.relay = relay;
        this.client = client;
        this.end = new SessionEnd(this, client);
        this.gate = new GateWait(this);
        this.readings = new Readings(relay.screen(), ServerVersion.mysql(0, 0, 0));
    }

    // --- what the flows and the held command ask for

    @Override
    public long id() {
        return id;
    }

    MySqlSettings settings() {
        return relay.settings();
    }

    Relay relay() {
        return relay;
    }

    ClientFlow clientFlow() {
        return clientFlow;
    }

    ServerFlow serverFlow() {
        return serverFlow;
    }

    Statements statements() {
        return statements;
    }

    MultiStatements multiStatements() {
        return multiStatements;
    }

    BulkGate bulk() {
        return bulk;
    }

    GateWait gate() {
        return gate;
    }

    Readings readings() {
        return readings;
    }

    Channel client() {
        return client;
    }

    long capabilities() {
        return capabilities;
    }

    long connectionId() {
        return connectionId;
    }

    void database(String current) {
        database = current;
    }

    String user() {
        return user;
    }

    @Nullable
    Channel server() {
        return server;
    }

    /** Whether a statement is under way, at the server or held. */
    boolean isWorking() {
        return held != null || !serverFlow.idle();
    }

    boolean serverIsActive() {
        return server != null && server.isActive();
    }

    boolean lost() {
        return end.isClosing() || cancelled || !client.isActive();
    }

    TransactionStatus transaction() {
        return (serverFlow.status() & ServerStatus.IN_TRANSACTION) != 0
                ? TransactionStatus.IN_TRANSACTION
                : TransactionStatus.IDLE;
    }

    /** What the server offers and the gateway cannot relay. */
    long unwantedCapabilities() {
        return Capabilities.NOT_RELAYED | (settings().limits().localInfile() ? 0 : Capabilities.LOCAL_FILES);
    }

    /** A client may ask for what the server knows nothing of; that is the server's to judge. */
    long allowedCapabilities() {
        return ~unwantedCapabilities();
    }

    // --- what happens

    @Override
    public void connected(SocketChannel channel) {
        channel.config().setAllowHalfClosure(false);
        // After a write that failed the server's last word is still to be read.
        channel.config().setAutoClose(false);
        attach(channel);
    }

    @Override
    public void failed(Throwable cause) {
        LOG.warn("upstream {} cannot be reached: {}", settings().upstream(), cause.getMessage());
        end.with(MySqlErrors.unreachable(settings().upstream()), 0);
    }

    void attach(Channel channel) {
        server = channel;
        if (client.isActive() && !end.isClosing()) {
            regulate();
        } else {
            end.leaveServer();
        }
    }

    void greeted(Greeting greeting) {
        offered = greeting.capabilities();
        connectionId = greeting.connectionId();
        readings = new Readings(relay.screen(), Versions.of(greeting));
        clientFlow.greeted();
    }

    void login(HandshakeResponse response) {
        capabilities = response.capabilities() & offered;
        application = response.attributes().getOrDefault("program_name", "");
        database = response.database();
        readings.collation(response.charset());
        multiStatements.agreed(capabilities);
        serverFlow.agreed(capabilities);
        serverFlow.expect(new InFlight.Reset(ResponseShape.LOGIN, Optional.of(response.user())));
    }

    /** A login, a change of user or a reset has been answered. */
    void began(InFlight.Reset reset, boolean well) {
        if (well) {
            statements.clear();
            user = reset.user().orElse(user);
        }
        if (reset.shape() == ResponseShape.LOGIN) {
            clientFlow.loggedIn(well);
        }
    }

    void hold(Hold hold, ByteBuf message) {
        HeldCommand command = new HeldCommand(this, hold, message);
        held = command;
        serverFlow.whenDrained(command::start);
    }

    /** What was held is dealt with. */
    void released() {
        held = null;
        cancelled = false;
        end.whenIdle();
        clientFlow.released();
    }

    /** @return false when the event loop has ended with the gateway */
    boolean later(Runnable task) {
        return LoopTask.hand(client.eventLoop(), task);
    }

    void later(Runnable task, long delayNanos) {
        client.eventLoop().schedule(task, delayNanos, TimeUnit.NANOSECONDS);
    }

    /** The client kills what another of its connections runs; the server is told by the command itself. */
    void killed(long otherConnectionId) {
        relay.sessions().cancel(otherConnectionId, user);
    }

    // --- writing

    void writeToServer(ByteBuf bytes) {
        Channel to = server;
        if (to == null) {
            bytes.release();
        } else {
            to.write(bytes, to.voidPromise());
        }
    }

    void writeToClient(ByteBuf bytes) {
        client.write(bytes, client.voidPromise());
    }

    void flushToServer() {
        if (server != null) {
            server.flush();
        }
    }

    void flushToClient() {
        client.flush();
    }

    void sendEmptyPacket(int sequence) {
        writeToServer(
                client.alloc().buffer(Packets.HEADER_BYTES).writeMediumLE(0).writeByte(sequence));
        flushToServer();
    }

    /** Each side is read as long as the other takes what is written. */
    void regulate() {
        Channel to = server;
        if (to == null || end.isClosing() || clientFlow.isReceiving() || serverFlow.isReceiving()) {
            return;
        }
        client.config().setAutoRead(to.isWritable() && !clientFlow.overfull());
        to.config().setAutoRead(client.isWritable());
    }

    // --- ends

    SessionEnd end() {
        return end;
    }

    @Override
    public void drain() {
        later(end::drain);
    }

    @Override
    public void shutDown() {
        later(end::shutDown);
    }

    /** A command of the client's has been answered completely. */
    void answered(long startedNanos, boolean paced) {
        if (!paced) {
            relay.traffic().answered(startedNanos, System.nanoTime());
        }
        if (end.isDraining()) {
            later(end::whenIdle);
        }
    }

    /** Somebody has killed the statement that this session runs. */
    void cancelRequested() {
        cancelled = held != null;
        bulk.cancel();
    }

    @Override
    public SessionSnapshot snapshot() {
        SessionInfo info = info(database, readings.plain());
        String state = connectionId == 0
                ? "connecting"
                : held != null ? "held" : bulk.isHoldingBack() ? "delayed" : serverFlow.idle() ? "idle" : "active";
        return new SessionSnapshot(info, transaction(), state, Duration.ofNanos(System.nanoTime() - connectedNanos));
    }

    SessionInfo info(String current, LexicalRules rules) {
        return new SessionInfo(
                id,
                settings().upstream(),
                settings().environment(),
                current,
                user,
                application,
                clientAddress(),
                connectionId,
                rules);
    }

    private String clientAddress() {
        return client.remoteAddress() instanceof InetSocketAddress address
                ? NetUtil.toSocketAddressString(address)
                : String.valueOf(client.remoteAddress());
    }
}
