package dev.sluice.proxy.session;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The end of a client's connection, behind a last word. A connection that is closed while input has not been read is
 * reset, and the client loses what it was told last: so its input is thrown away until it closes too, for two seconds at
 * most. On the client's event loop.
 */
public final class Farewell extends ChannelInboundHandlerAdapter {
    private static final long PATIENCE_MS = 2_000;

    private final Channel client;
    private @Nullable Future<?> lastMoment;

    private Farewell(Channel client) {
        this.client = client;
    }

    /** What has been written goes out, and then the connection ends; its handlers hear of that, and of nothing else. */
    public static void to(Channel client) {
        if (client.pipeline().get(Farewell.class) == null) {
            Farewell farewell = new Farewell(client);
            client.pipeline().addFirst(farewell);
            farewell.begin();
        }
    }

    private void begin() {
        lastMoment = client.eventLoop().schedule(() -> client.close(), PATIENCE_MS, TimeUnit.MILLISECONDS);
        client.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(done -> {
            if (client instanceof DuplexChannel halves && !halves.isInputShutdown()) {
                halves.shutdownOutput();
                client.config().setAutoRead(true);
            } else {
                client.close();
            }
        });
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object input) {
        ReferenceCountUtil.release(input);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            client.close();
        }
    }

    /** A timer that is still to fire has the event loop look at the clock with every message of its other sessions. */
    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        Future<?> timer = lastMoment;
        lastMoment = null;
        if (timer != null) {
            timer.cancel(false);
        }
        ctx.fireChannelInactive();
    }
}
