package dev.sluice.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
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
 * Accepts clients for one server, and ends their sessions when it is time; what is said to them is the protocol's. Event
 * loops belong to the caller and may serve many listeners. Thread-safe.
 */
public abstract class Listener implements AutoCloseable {
    private static final int BACKLOG = 1024;
    private static final Duration LAST_WORDS = Duration.ofSeconds(3);
    private static final AtomicLong SESSION_IDS = new AtomicLong();

    private final InetSocketAddress wanted;
    private final Transport transport;
    private final EventLoopGroup loops;
    private final Sessions<?> sessions;
    private volatile @Nullable ServerSocketChannel acceptor;

    /** @param loops made by {@link Transport#newEventLoops} of the same transport */
    protected Listener(InetSocketAddress address, Transport transport, EventLoopGroup loops, Sessions<?> sessions) {
        this.wanted = address;
        this.transport = transport;
        this.loops = loops;
        this.sessions = sessions;
    }

    /** The upstream's name in the configuration. */
    public abstract String upstream();

    /**
     * Takes a client: configures the channel, which has no event loop yet, and adds the pipeline's only handler.
     *
     * @return what to do on the event loop as soon as the channel has it
     */
    protected abstract Runnable accept(SocketChannel client, long id);

    /** What a client is told for whom there is no place. */
    protected abstract ByteBuf tooMany(ByteBufAllocator alloc);

    /** Takes a client for whom there is no place, as {@link #accept} takes others: it is told so, and goes. */
    protected Runnable turnAway(SocketChannel client) {
        return () -> {
            client.write(tooMany(client.alloc()));
            Farewell.to(client);
        };
    }

    /** Listens. Blocks until the port is bound. @throws IllegalStateException when it cannot be */
    public final void start() {
        ServerSocketChannel channel = transport.newServerChannel();
        channel.config().setReuseAddress(true);
        channel.config().setBacklog(BACKLOG);
        channel.pipeline().addLast(new Acceptor());
        loops.register(channel).syncUninterruptibly();
        var bound = channel.bind(wanted).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            channel.close();
            throw new IllegalStateException("cannot listen on " + wanted, bound.cause());
        }
        acceptor = channel;
    }

    /** Where it listens, with the port that was taken. */
    public final InetSocketAddress address() {
        ServerSocketChannel channel = acceptor;
        return channel == null ? wanted : channel.localAddress();
    }

    /** Whether new clients are accepted. */
    public final boolean isAccepting() {
        ServerSocketChannel channel = acceptor;
        return channel != null && channel.isActive();
    }

    public final List<SessionSnapshot> sessions() {
        List<SessionSnapshot> snapshots = new ArrayList<>();
        sessions.all().forEach(session -> snapshots.add(session.snapshot()));
        return snapshots;
    }

    /** Connections that are open now, those that have not said what they want included. */
    public final int connections() {
        return sessions.connections();
    }

    /**
     * Accepts no one any more and ends sessions as their transactions end; what is still there after the time is closed.
     * Blocks.
     */
    public final void drain(Duration patience) {
        stopAccepting();
        sessions.all().forEach(RelayedSession::drain);
        sessions.awaitNone(patience);
        closeSessions();
    }

    @Override
    public final void close() {
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
        sessions.all().forEach(RelayedSession::shutDown);
        sessions.awaitNone(LAST_WORDS);
    }

    /** Takes accepted channels into an event loop. */
    private final class Acceptor extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object accepted) {
            SocketChannel client = (SocketChannel) accepted;
            ServerChannels.configure(client, transport);
            if (sessions.enter()) {
                client.closeFuture().addListener(closed -> sessions.leave());
                begin(client, accept(client, SESSION_IDS.incrementAndGet()));
            } else if (sessions.enterAsGuest()) {
                client.closeFuture().addListener(closed -> sessions.guestLeaves());
                begin(client, turnAway(client));
            } else {
                begin(
                        client,
                        () -> client.writeAndFlush(tooMany(client.alloc())).addListener(ChannelFutureListener.CLOSE));
            }
        }

        private void begin(SocketChannel client, Runnable beginning) {
            loops.register(client).addListener(registered -> beginning.run());
        }

        /** Out of file descriptors, most likely: trying again at once would only spin. */
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            log().warn("Cannot accept on {}", address(), cause);
            ctx.channel().config().setAutoRead(false);
            ctx.executor().schedule(() -> ctx.channel().config().setAutoRead(true), 1, TimeUnit.SECONDS);
        }
    }

    /** Made when it is first needed: the first logger costs more than a listener. */
    private static Logger log() {
        return LoggerFactory.getLogger(Listener.class);
    }
}
