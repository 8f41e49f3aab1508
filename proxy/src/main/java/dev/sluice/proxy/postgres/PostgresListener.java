package dev.sluice.proxy.postgres;

import dev.sluice.proxy.intercept.Interceptor;
import dev.sluice.proxy.session.ServerAddress;
import dev.sluice.proxy.session.ServerChannels;
import dev.sluice.proxy.session.SessionSnapshot;
import dev.sluice.proxy.session.TrafficListener;
import dev.sluice.proxy.session.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts clients for one PostgreSQL server. Event loops belong to the caller and may serve many listeners. Thread-safe.
 */
public final class PostgresListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresListener.class);
    private static final int BACKLOG = 1024;
    private static final AtomicLong SESSION_IDS = new AtomicLong();

    private final ListenerConfig config;
    private final EventLoopGroup loops;
    private final Transport transport;
    private final SessionRegistry sessions;
    private final Relay relay;
    private volatile @Nullable ServerSocketChannel acceptor;

    /**
     * @param loops made by {@link Transport#newEventLoops} of the same transport
     * @param interceptor asked about each message whose text the classifier wants judged
     */
    public PostgresListener(
            ListenerConfig config,
            Transport transport,
            EventLoopGroup loops,
            TextClassifier classifier,
            Interceptor interceptor,
            TrafficListener traffic) {
        this.config = config;
        this.loops = loops;
        this.transport = transport;
        this.sessions = new SessionRegistry(config.limits().sessions());
        ServerAddress address = new ServerAddress(config.host(), config.port());
        ServerChannels channels = new ServerChannels(transport, config.limits().connectTimeout());
        this.relay = new Relay(
                config,
                transport,
                interceptor,
                traffic,
                classifier,
                new DedicatedPairing(address, channels),
                sessions,
                new CancelForwarder(address, channels));
    }

    /** Listens. Blocks until the port is bound. @throws IllegalStateException when it cannot be */
    public void start() {
        ServerSocketChannel channel = transport.newServerChannel();
        channel.config().setReuseAddress(true);
        channel.config().setBacklog(BACKLOG);
        channel.pipeline().addLast(new Acceptor());
        loops.register(channel).syncUninterruptibly();
        var bound = channel.bind(config.address()).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            channel.close();
            throw new IllegalStateException("cannot listen on " + config.address(), bound.cause());
        }
        acceptor = channel;
    }

    /** Where it listens, with the port that was taken. */
    public InetSocketAddress address() {
        ServerSocketChannel channel = acceptor;
        return channel == null ? config.address() : channel.localAddress();
    }

    public ListenerConfig config() {
        return config;
    }

    /** Whether new clients are accepted. */
    public boolean isAccepting() {
        ServerSocketChannel channel = acceptor;
        return channel != null && channel.isActive();
    }

    public List<SessionSnapshot> sessions() {
        List<SessionSnapshot> snapshots = new ArrayList<>();
        for (Session session : sessions.all()) {
            snapshots.add(session.picture().snapshot());
        }
        return snapshots;
    }

    /** Connections that are open now, those that have not said what they want included. */
    public int connections() {
        return sessions.connections();
    }

    /**
     * Accepts no one any more and ends sessions as their transactions end; what is still there after the time is closed.
     * Blocks.
     */
    public void drain(Duration patience) {
        stopAccepting();
        for (Session session : sessions.all()) {
            session.client.eventLoop().execute(() -> session.end().drain());
        }
        sessions.awaitNone(patience);
        closeSessions();
    }

    @Override
    public void close() {
        stopAccepting();
        closeSessions();
    }

    private void stopAccepting() {
        ServerSocketChannel channel = acceptor;
        if (channel != null) {
            channel.close().awaitUninterruptibly();
        }
    }

    private void closeSessions() {
        for (Session session : sessions.all()) {
            session.client.eventLoop().execute(() -> session.end().refuse("57P01", "the gateway is shutting down"));
        }
        sessions.awaitNone(Duration.ofSeconds(3));
    }

    /** Takes accepted channels into an event loop. */
    private final class Acceptor extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object accepted) {
            SocketChannel client = (SocketChannel) accepted;
            ServerChannels.configure(client, transport);
            if (sessions.enter()) {
                client.pipeline().addLast(new ClientStartup(relay, SESSION_IDS.incrementAndGet()));
                client.closeFuture().addListener(closed -> sessions.leave());
                loops.register(client);
            } else {
                loops.register(client).addListener(registered -> turnAway(client));
            }
        }

        private void turnAway(SocketChannel client) {
            ByteBuf out = client.alloc().buffer();
            Errors.fatal(out, "53300", "sorry, too many clients already");
            client.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
        }

        /** Out of file descriptors, most likely: trying again at once would only spin. */
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            LOG.warn("Cannot accept on {}", config.address(), cause);
            ctx.channel().config().setAutoRead(false);
            ctx.executor().schedule(() -> ctx.channel().config().setAutoRead(true), 1, TimeUnit.SECONDS);
        }
    }
}
