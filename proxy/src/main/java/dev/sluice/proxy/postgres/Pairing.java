package dev.sluice.proxy.postgres;

import dev.sluice.protocol.postgres.StartupPacket;
import dev.sluice.proxy.session.ServerChannels;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;

/**
 * Finds the server connection for a client. Today each client has one of its own for the session's life; pooled
 * connections would be another implementation.
 */
interface Pairing {

    /**
     * Opens or finds a connection, driven by the client's event loop.
     *
     * @param startup what the client asked for
     * @param handler the pipeline's only handler
     * @param taker is told the outcome, on that event loop
     */
    void acquire(EventLoop loop, StartupPacket.Startup startup, ChannelHandler handler, ServerChannels.Taker taker);

    /** Gives a connection back. Where its state is in doubt it is closed. */
    void release(SocketChannel server, boolean inDoubt);
}
