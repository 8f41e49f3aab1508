package dev.sluice.proxy.postgres;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DefaultSocketChannelConfig;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketChannelConfig;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/** A socket without a network: what it receives is what a test says, what it sends is remembered. */
final class EmbeddedSocket extends EmbeddedChannel implements SocketChannel {
    private static final InetSocketAddress ADDRESS = new InetSocketAddress("127.0.0.1", 1);

    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

    /** Asked for by the super class's constructor already. */
    private @Nullable SocketChannelConfig socketConfig;

    private boolean outputShut;

    EmbeddedSocket(ByteBufAllocator alloc, ChannelHandler handler) {
        super(handler);
        config().setAllocator(alloc);
    }

    /** The peer has sent something, which the channel has received in one piece. */
    void receives(byte... bytes) {
        if (isActive()) {
            writeInbound(alloc().directBuffer(Math.max(1, bytes.length)).writeBytes(bytes));
        }
    }

    /** The peer has ended what it sends. */
    void inputEnds() {
        pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        runPendingTasks();
    }

    /** The peer has gone. */
    void peerGoes() {
        close();
        runPendingTasks();
    }

    /** What has been sent to the peer so far. */
    byte[] sent() {
        for (ByteBuf out = readOutbound(); out != null; out = readOutbound()) {
            byte[] bytes = new byte[out.readableBytes()];
            out.readBytes(bytes).release();
            sent.writeBytes(bytes);
        }
        return sent.toByteArray();
    }

    boolean isDone() {
        return outputShut || !isOpen();
    }

    @Override
    public SocketChannelConfig config() {
        SocketChannelConfig config = socketConfig;
        if (config == null) {
            config = new DefaultSocketChannelConfig(this, new Socket());
            socketConfig = config;
        }
        return config;
    }

    @Override
    public ServerSocketChannel parent() {
        throw new UnsupportedOperationException();
    }

    @Override
    public InetSocketAddress localAddress() {
        return ADDRESS;
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return ADDRESS;
    }

    @Override
    public boolean isInputShutdown() {
        return false;
    }

    @Override
    public ChannelFuture shutdownInput() {
        return newSucceededFuture();
    }

    @Override
    public ChannelFuture shutdownInput(ChannelPromise promise) {
        return promise.setSuccess();
    }

    @Override
    public boolean isOutputShutdown() {
        return outputShut;
    }

    @Override
    public ChannelFuture shutdownOutput() {
        outputShut = true;
        return newSucceededFuture();
    }

    @Override
    public ChannelFuture shutdownOutput(ChannelPromise promise) {
        outputShut = true;
        return promise.setSuccess();
    }

    @Override
    public boolean isShutdown() {
        return outputShut;
    }

    @Override
    public ChannelFuture shutdown() {
        return shutdownOutput();
    }

    @Override
    public ChannelFuture shutdown(ChannelPromise promise) {
        return shutdownOutput(promise);
    }
}
