package dev.sluice.proxy.postgres;

import dev.sluice.protocol.postgres.FrontendEncoder;
import dev.sluice.protocol.postgres.StartupPacket;
import dev.sluice.proxy.session.ServerAddress;
import dev.sluice.proxy.session.ServerChannels;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;

/** A server connection of its own for each client, for as long as the client stays. */
final class DedicatedPairing implements Pairing {
    private final ServerAddress address;
    private final ServerChannels channels;

    DedicatedPairing(ServerAddress address, ServerChannels channels) {
        this.address = address;
        this.channels = channels;
    }

    @Override
    public void acquire(
            EventLoop loop, StartupPacket.Startup startup, ChannelHandler handler, ServerChannels.Taker taker) {
        address.resolve(loop, new ServerAddress.Found() {
            @Override
            public void resolved(java.net.InetSocketAddress server) {
                channels.connect(loop, server, handler, taker);
            }

            @Override
            public void failed(Throwable cause) {
                taker.failed(cause);
            }
        });
    }

    @Override
    public void release(SocketChannel server, boolean inDoubt) {
        if (!server.isActive()) {
            return;
        }
        if (inDoubt) {
            server.close();
            return;
        }
        ByteBuf goodbye = server.alloc().directBuffer(5);
        FrontendEncoder.terminate(goodbye);
        server.writeAndFlush(goodbye).addListener(ChannelFutureListener.CLOSE);
    }
}
