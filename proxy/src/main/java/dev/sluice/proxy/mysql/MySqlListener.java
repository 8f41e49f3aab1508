package dev.sluice.proxy.mysql;

import dev.sluice.protocol.mysql.ErrPacket;
import dev.sluice.proxy.intercept.Interceptor;
import dev.sluice.proxy.session.ServerAddress;
import dev.sluice.proxy.session.ServerChannels;
import dev.sluice.proxy.session.SessionSnapshot;
import dev.sluice.proxy.session.TrafficListener;
import dev.sluice.proxy.session.Transport;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts clients for one MySQL or MariaDB server, and gives each a server connection on the same event loop. Event loops
 * belong to the caller and may serve many listeners. Thread-safe.
 */
public final class MySqlListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MySqlListener.class);
    private static final int BACKLOG = 1024;
    private static final AtomicLong SESSION_IDS = new AtomicLong();

    private final MySqlSettings settings;
    private final Transport transport;
    private final EventLoopGroup loops;
    private final SessionRegistry sessions;
    private final Relay relay;
    private final ServerAddress server;
    private final ServerChannels channels;
    private volatile @Nullable ServerSocketChannel acceptor;

    /**
     * @param loops made by {@link Transport#newEventLoops} of the same transport
     * @param interceptor asked about each message whose text the screen wants judged
     */
    public MySqlListener(
            MySqlSettings settings,
            Transport transport,
            EventLoopGroup loops,
            StatementScreen screen,
            Interceptor interceptor,
            TrafficListener traffic,
            ServerKiller killer) {
        this.settings = settings;
        this.transport = transport;
        this.loops = loops;
        this.sessions = new SessionRegistry(settings.limits().sessions());
        this.relay = new Relay(settings, screen, interceptor, traffic, killer, sessions);
        this.server = new ServerAddress(settings.host(), settings.port());
        this.channels = new ServerChannels(transport, settings.limits().connectTimeout());
    }

    /** Listens. Blocks until the port is bound. @throws IllegalStateException when it cannot be */
    public void start() {
        ServerSocketChannel channel = transport.newServerChannel();
        channel.config().setReuseAddress(true);
        channel.config().setBacklog(BACKLOG);
        channel.pipeline().addLast(new Acceptor());
        loops.register(channel).syncUninterruptibly();
        var bound = channel.bind(settings.address()).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            channel.close();
            throw new IllegalStateException("cannot listen on " + settings.address(), bound.cause());
        }
        acceptor = channel;
    }

    /** Where it listens, with the port that was taken. */
    public InetSocketAddress address() {
        ServerSocketChannel channel = acceptor;
        return channel == null ? settings.address() : channel.localAddress();
    }

    public MySqlSettings settings() {
        return settings;
    }

    /** Whether new clients are accepted. */
    public boolean isAccepting() {
        ServerSocketChannel channel = acceptor;
        return channel != null && channel.isActive();
    }

    public List<SessionSnapshot> sessions() {
        return sessions.all().stream().map(MySqlSession::snapshot).toList();
    }

    /** Connections that are open now, those that have not logged in included. */
    public int connections() {
        return sessions.connections();
    }

    /**
     * Accepts no one any more and ends sessions as their transactions end; what is still there after the time is closed.
     * Blocks.
     */
    public void drain(Duration patience) {
        stopAccepting();
        sessions.all().forEach(session -> session.later(session::drain));
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
        sessions.all().forEach(session -> session.later(session::shutDown));
        sessions.awaitNone(Duration.ofSeconds(3));
    }

    /** Takes accepted channels into an event loop. */
    private final class Acceptor extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object accepted) {
            SocketChannel client = (SocketChannel) accepted;
            ServerChannels.configure(client, transport);
            client.config().setAllowHalfClosure(false);
            client.config().setAutoRead(false);
            if (!sessions.enter()) {
                loops.register(client).addListener(registered -> turnAway(client));
                return;
            }
            client.closeFuture().addListener(closed -> sessions.leave());
            MySqlSession session = new MySqlSession(SESSION_IDS.incrementAndGet(), relay, client);
            sessions.add(session);
            client.closeFuture().addListener(closed -> sessions.remove(session));
            client.pipeline().addLast(session.clientFlow());
            loops.register(client).addListener(registered -> connect(client, session));
        }

        private void turnAway(SocketChannel client) {
            client.writeAndFlush(
                            MySqlErrors.framed(client.alloc(), new ErrPacket(1040, "08004", "Too many connections"), 0))
                    .addListener(ChannelFutureListener.CLOSE);
        }

        /** Out of file descriptors, most likely: trying again at once would only spin. */
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            LOG.warn("Cannot accept on {}", settings.address(), cause);
            ctx.channel().config().setAutoRead(false);
            ctx.executor().schedule(() -> ctx.channel().config().setAutoRead(true), 1, TimeUnit.SECONDS);
        }
    }

    private void connect(SocketChannel client, MySqlSession session) {
        server.resolve(client.eventLoop(), new ServerAddress.Found() {
            @Override
            public void resolved(InetSocketAddress address) {
                channels.connect(client.eventLoop(), address, session.serverFlow(), session);
            }

            @Override
            public void failed(Throwable cause) {
                session.failed(cause);
            }
        });
    }
}
