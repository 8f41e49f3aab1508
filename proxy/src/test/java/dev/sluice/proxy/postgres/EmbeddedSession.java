package dev.sluice.proxy.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.sql.Classifier;
import dev.sluice.protocol.postgres.BackendEncoder;
import dev.sluice.protocol.postgres.StartupPacket;
import dev.sluice.proxy.session.ServerChannels;
import dev.sluice.proxy.session.TrafficListener;
import dev.sluice.proxy.testing.Forwarding;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A client, a session and a server in one thread and without a network. Each of their buffers is counted. */
final class EmbeddedSession {
    static final byte[] GREETING = RawClient.bytes(out -> {
        out.writeByte('R').writeInt(8).writeInt(0);
        BackendEncoder.parameterStatus(out, "client_encoding", "UTF8", StandardCharsets.UTF_8);
        out.writeByte('K').writeInt(12).writeInt(77).writeInt(1234);
        BackendEncoder.readyForQuery(out, (byte) 'I');
    });
    static final byte[] STARTUP = RawClient.startup(0, "user", "anna", "database", "shop");

    private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true);
    private final SessionRegistry sessions = new SessionRegistry(10);
    final EmbeddedSocket client;
    private Optional<EmbeddedSocket> server = Optional.empty();
    int cancels;

    /** Each client has the same server connection to come. */
    private final class OneServer implements Pairing {
        @Override
        public void acquire(
                EventLoop loop, StartupPacket.Startup startup, ChannelHandler handler, ServerChannels.Taker taker) {
            EmbeddedSocket channel = new EmbeddedSocket(memory, handler);
            server = Optional.of(channel);
            taker.connected(channel);
        }

        @Override
        public void release(SocketChannel channel, boolean inDoubt) {
            channel.close();
        }
    }

    EmbeddedSession() {
        this(ListenerConfig.Limits.DEFAULTS);
    }

    EmbeddedSession(ListenerConfig.Limits limits) {
        ListenerConfig config =
                new ListenerConfig(new InetSocketAddress("127.0.0.1", 0), "test", "", "127.0.0.1", 1, limits);
        Relay relay = new Relay(
                config,
                new Forwarding(),
                TrafficListener.NONE,
                Classifier::classify,
                new OneServer(),
                sessions,
                (loop, key, done) -> {
                    cancels++;
                    done.run();
                });
        client = new EmbeddedSocket(memory, new ClientStartup(relay, 1));
    }

    /** A session whose client has logged in. */
    static EmbeddedSession started() {
        return started(ListenerConfig.Limits.DEFAULTS);
    }

    static EmbeddedSession started(ListenerConfig.Limits limits) {
        EmbeddedSession session = new EmbeddedSession(limits);
        session.client.receives(STARTUP);
        session.server().receives(GREETING);
        return session;
    }

    boolean hasServer() {
        return server.isPresent();
    }

    EmbeddedSocket server() {
        return server.orElseThrow();
    }

    /** What the server got behind the startup packet. */
    byte[] request() {
        byte[] all = server().sent();
        return java.util.Arrays.copyOfRange(all, STARTUP.length, all.length);
    }

    /** What the client got behind the greeting. */
    byte[] answer() {
        byte[] all = client.sent();
        return java.util.Arrays.copyOfRange(all, GREETING.length, all.length);
    }

    /** Lets the time pass in which a client may still read the error that it was told. */
    void lingers() {
        client.advanceTimeBy(3, TimeUnit.SECONDS);
        client.runScheduledPendingTasks();
    }

    /** Both ends are closed, nothing is kept of them, and each buffer has been released. */
    void isOver() {
        lingers();
        client.sent();
        assertThat(client.isOpen()).as("client").isFalse();
        server.ifPresent(channel -> {
            channel.sent();
            assertThat(channel.isOpen()).as("server").isFalse();
        });
        assertThat(sessions.all()).isEmpty();
        assertThat(memory.metric().usedDirectMemory() + memory.metric().usedHeapMemory())
                .as("bytes that nobody released")
                .isZero();
    }
}
