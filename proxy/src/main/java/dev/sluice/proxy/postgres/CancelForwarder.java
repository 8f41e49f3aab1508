package dev.sluice.proxy.postgres;

import dev.sluice.protocol.postgres.CancelKey;
import dev.sluice.protocol.postgres.FrontendEncoder;
import dev.sluice.proxy.session.ServerAddress;
import dev.sluice.proxy.session.ServerChannels;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;

/**
 * Takes cancel requests to the server that the listener stands for. The server's own key is what clients are told, so
 * any gateway before that server can take any client's request.
 */
final class CancelForwarder implements CancelRequests {
    private final ServerAddress address;
    private final ServerChannels channels;

    CancelForwarder(ServerAddress address, ServerChannels channels) {
        this.address = address;
        this.channels = channels;
    }

    /** Sends a request on a connection of its own. */
    @Override
    public void forward(EventLoop loop, CancelKey key, Runnable done) {
        address.resolve(loop, new ServerAddress.Found() {
            @Override
            public void resolved(InetSocketAddress server) {
                send(loop, server, key, done);
            }

            @Override
            public void failed(Throwable cause) {
                done.run();
            }
        });
    }

    private void send(EventLoop loop, InetSocketAddress server, CancelKey key, Runnable done) {
        channels.connect(loop, server, new UntilClosed(done), new ServerChannels.Taker() {
            @Override
            public void connected(SocketChannel channel) {
                ByteBuf request = channel.alloc().directBuffer(32);
                FrontendEncoder.cancelRequest(request, key);
                channel.writeAndFlush(request);
                channel.config().setAutoRead(true);
            }

            @Override
            public void failed(Throwable cause) {
                done.run();
            }
        });
    }

    /** The server answers a cancel request by closing the connection. */
    private static final class UntilClosed extends ChannelInboundHandlerAdapter {
        private final Runnable done;

        UntilClosed(Runnable done) {
            this.done = done;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            ctx.close();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            done.run();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
