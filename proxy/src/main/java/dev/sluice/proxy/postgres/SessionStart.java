package dev.sluice.proxy.postgres;

import dev.sluice.protocol.postgres.StartupPacket;
import dev.sluice.proxy.session.ServerChannels;
import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.SocketChannel;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How a session gets its server, within the time that it has for that. On the event loop. */
final class SessionStart implements ServerChannels.Taker {
    private final Session session;
    private @Nullable ByteBuf startupPacket;
    private @Nullable Future<?> startupTimeout;

    /** @param packet from now on owned by this */
    SessionStart(Session session, ByteBuf packet) {
        this.session = session;
        this.startupPacket = packet;
    }

    void begin(StartupPacket.Startup startup) {
        startupTimeout = session.client
                .eventLoop()
                .schedule(
                        () -> session.end().refuse("08006", "timeout while the session was being started"),
                        session.relay.config().limits().startupTimeout().toMillis(),
                        TimeUnit.MILLISECONDS);
        session.relay.pairing().acquire(session.client.eventLoop(), startup, session.serverSide(), this);
    }

    @Override
    public void connected(SocketChannel channel) {
        ByteBuf packet = startupPacket;
        startupPacket = null;
        if (!session.client.isActive() || session.end().isEnding() || packet == null) {
            channel.close();
            if (packet != null) {
                packet.release();
            }
            return;
        }
        session.connected(channel, packet);
    }

    @Override
    public void failed(Throwable cause) {
        ByteBuf packet = startupPacket;
        startupPacket = null;
        if (packet != null) {
            packet.release();
        }
        session.end()
                .refuse(
                        "08001",
                        "could not connect to server \""
                                + session.relay.config().upstream() + "\": " + SessionEnd.reason(cause));
    }

    /** The server is ready for the first request. */
    void done() {
        Future<?> timeout = startupTimeout;
        startupTimeout = null;
        if (timeout != null) {
            timeout.cancel(false);
        }
    }
}
