package dev.sluice.proxy.mysql;

import dev.sluice.proxy.intercept.Interceptor;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Accepts clients and gives each one a server connection on the same event loop. Thread-safe. */
public final class MySqlListener implements AutoCloseable {

    private static final int BACKLOG = 1024;

    private final MySqlSettings settings;
    private final StatementScreen screen;
    private final Interceptor interceptor;
    private final ServerKiller killer;
    private final EventLoopGroup group;
    private final AtomicLong lastId = new AtomicLong();
    private final Set<Channel> clients = ConcurrentHashMap.newKeySet();
    private final Channel listening;

    private MySqlListener(
            EventLoopGroup group,
            InetSocketAddress bind,
            MySqlSettings settings,
            StatementScreen screen,
            Interceptor interceptor,
            ServerKiller killer)
            throws InterruptedException {
        this.group = group;
        this.settings = settings;
        this.screen = screen;
        this.interceptor = interceptor;
        this.killer = killer;
        Class<? extends ServerChannel> type =
                Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
        listening = new ServerBootstrap()
                .group(group)
                .channel(type)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childHandler(new Accept())
                .bind(bind)
                .sync()
                .channel();
    }

    /**
     * Binds and begins to accept.
     *
     * @param group of epoll's kind where epoll is available; it stays the caller's
     */
    public static MySqlListener start(
            EventLoopGroup group,
            InetSocketAddress bind,
            MySqlSettings settings,
            StatementScreen screen,
            Interceptor interceptor,
            ServerKiller killer)
            throws InterruptedException {
        return new MySqlListener(group, bind, settings, screen, interceptor, killer);
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) listening.localAddress();
    }

    /** How many clients are connected. */
    public int clients() {
        return clients.size();
    }

    /** Accepts no more clients; the sessions go on. */
    public void stopAccepting() {
        listening.close().syncUninterruptibly();
    }

    @Override
    public void close() {
        stopAccepting();
        clients.forEach(Channel::close);
    }

    private final class Accept extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel client) {
            clients.add(client);
            client.closeFuture().addListener(closed -> clients.remove(client));
            MySqlSession session =
                    new MySqlSession(lastId.incrementAndGet(), settings, screen, interceptor, killer, client);
            client.pipeline().addLast(session.clientFlow());
            connect(client, session);
        }
    }

    private void connect(Channel client, MySqlSession session) {
        ChannelFuture connected = new Bootstrap()
                .group(client.eventLoop())
                .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, settings.connectTimeoutMs())
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel server) {
                        session.connected(server);
                        server.pipeline().addLast(session.serverFlow());
                    }
                })
                .connect(settings.address());
        connected.addListener(result -> {
            if (result.isSuccess()) {
                session.regulate();
            } else {
                session.unreachable(result.cause());
            }
        });
    }
}
