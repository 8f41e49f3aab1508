package dev.sluice.proxy.postgres;

import dev.sluice.proxy.intercept.Interceptor;
import dev.sluice.proxy.session.Listener;
import dev.sluice.proxy.session.ServerAddress;
import dev.sluice.proxy.session.ServerChannels;
import dev.sluice.proxy.session.TrafficListener;
import dev.sluice.proxy.session.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;

/** Accepts clients for one PostgreSQL server. */
public final class PostgresListener extends Listener {
    /** It is the client who speaks first. */
    private static final Runnable NOTHING = () -> {};

    private final Relay relay;

    /** @param interceptor asked about each message whose text the classifier wants judged */
    public PostgresListener(
            ListenerConfig config,
            Transport transport,
            EventLoopGroup loops,
            TextClassifier classifier,
            Interceptor interceptor,
            TrafficListener traffic) {
        this(transport, loops, relay(config, transport, classifier, interceptor, traffic));
    }

    private PostgresListener(Transport transport, EventLoopGroup loops, Relay relay) {
        super(relay.config().address(), transport, loops, relay.sessions());
        this.relay = relay;
    }

    private static Relay relay(
            ListenerConfig config,
            Transport transport,
            TextClassifier classifier,
            Interceptor interceptor,
            TrafficListener traffic) {
        ServerAddress address = new ServerAddress(config.host(), config.port());
        ServerChannels channels = new ServerChannels(transport, config.limits().connectTimeout());
        return new Relay(
                config,
                interceptor,
                traffic,
                classifier,
                new DedicatedPairing(address, channels),
                new SessionRegistry(config.limits().sessions()),
                new CancelForwarder(address, channels));
    }

    @Override
    public String upstream() {
        return relay.config().upstream();
    }

    @Override
    protected Runnable accept(SocketChannel client, long id) {
        client.pipeline().addLast(new ClientStartup(relay, id));
        return NOTHING;
    }

    /** What it wants is listened to, as the server does: those who have a place must be able to cancel. */
    @Override
    protected Runnable turnAway(SocketChannel client) {
        client.pipeline().addLast(ClientStartup.withoutPlace(relay));
        return NOTHING;
    }

    @Override
    protected ByteBuf tooMany(ByteBufAllocator alloc) {
        ByteBuf out = alloc.buffer();
        Errors.fatal(out, ClientStartup.TOO_MANY, ClientStartup.TOO_MANY_TEXT);
        return out;
    }
}
