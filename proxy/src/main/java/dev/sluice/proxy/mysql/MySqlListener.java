package dev.sluice.proxy.mysql;

import dev.sluice.protocol.mysql.ErrPacket;
import dev.sluice.proxy.intercept.Interceptor;
import dev.sluice.proxy.session.Gate;
import dev.sluice.proxy.session.Listener;
import dev.sluice.proxy.session.ServerAddress;
import dev.sluice.proxy.session.ServerChannels;
import dev.sluice.proxy.session.TrafficListener;
import dev.sluice.proxy.session.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;

/** Accepts clients for one MySQL or MariaDB server, and gives each a server connection on the same event loop. */
public final class MySqlListener extends Listener {
    private final Relay relay;
    private final ServerAddress server;
    private final ServerChannels channels;

    /**
     * @param interceptor asked about each message whose text the screen wants judged
     * @param gate before the server, closed by schema changes
     */
    public MySqlListener(
            MySqlSettings settings,
            Transport transport,
            EventLoopGroup loops,
            StatementScreen screen,
            Interceptor interceptor,
            TrafficListener traffic,
            ServerKiller killer,
            Gate gate) {
        this(
                transport,
                loops,
                new Relay(
                        settings,
                        screen,
                        interceptor,
                        traffic,
                        killer,
                        gate,
                        new SessionRegistry(settings.limits().sessions())));
    }

    private MySqlListener(Transport transport, EventLoopGroup loops, Relay relay) {
        super(relay.settings().address(), transport, loops, relay.sessions());
        MySqlSettings settings = relay.settings();
        this.relay = relay;
        this.server = new ServerAddress(settings.host(), settings.port());
        this.channels = new ServerChannels(transport, settings.limits().connectTimeout());
    }

    @Override
    public String upstream() {
        return relay.settings().upstream();
    }

    @Override
    protected Runnable accept(SocketChannel client, long id) {
        client.config().setAllowHalfClosure(false);
        client.config().setAutoRead(false);
        MySqlSession session = new MySqlSession(id, relay, client);
        relay.sessions().add(session);
        client.closeFuture().addListener(closed -> relay.sessions().remove(session));
        client.pipeline().addLast(session.clientFlow());
        return () -> connect(client, session);
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

    @Override
    protected ByteBuf tooMany(ByteBufAllocator alloc) {
        return MySqlErrors.framed(alloc, new ErrPacket(1040, "", "Too many connections"), 0);
    }
}
