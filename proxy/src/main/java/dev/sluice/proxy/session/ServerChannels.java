package dev.sluice.proxy.session;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import java.time.Duration;

/** Opens channels to the server without a Bootstrap, whose copies cost more than the connection. */
public final class ServerChannels {
    /** Of what is left when a piece has been sent as far as the other side takes it. */
    private static final WriteBufferWaterMark UNSENT = new WriteBufferWaterMark(32 << 10, 64 << 10);

    /** Who gets the channel. Called on its event loop. */
    public interface Taker {
        void connected(SocketChannel channel);

        void failed(Throwable cause);
    }

    private final Transport transport;
    private final int connectTimeoutMs;

    public ServerChannels(Transport transport, Duration connectTimeout) {
        this.transport = transport;
        this.connectTimeoutMs = Math.toIntExact(connectTimeout.toMillis());
    }

    /** Connects on an event loop, and tells the taker on it. */
    public void connect(EventLoop loop, InetSocketAddress address, ChannelHandler handler, Taker taker) {
        SocketChannel channel = transport.newChannel();
        configure(channel, transport);
        channel.config().setAutoRead(false);
        channel.config().setOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectTimeoutMs);
        channel.pipeline().addLast(handler);
        loop.register(channel).addListener((ChannelFuture registered) -> {
            if (!registered.isSuccess()) {
                channel.unsafe().closeForcibly();
                taker.failed(registered.cause());
                return;
            }
            channel.connect(address).addListener((ChannelFuture connected) -> {
                if (connected.isSuccess()) {
                    taker.connected(channel);
                } else {
                    channel.close();
                    taker.failed(connected.cause());
                }
            });
        });
    }

    /** What both sides' channels have in common; what is received and written is so as a client's. */
    public static void configure(SocketChannel channel, Transport transport) {
        channel.config().setTcpNoDelay(true);
        channel.config().setKeepAlive(true);
        channel.config().setAllowHalfClosure(true);
        channel.config().setWriteBufferWaterMark(UNSENT);
        channel.config().setRecvByteBufAllocator(ReceiveBuffers.sizes());
        channel.config().setAllocator(ReceiveBuffers.memory());
        transport.detectDeadPeers(channel);
    }
}
