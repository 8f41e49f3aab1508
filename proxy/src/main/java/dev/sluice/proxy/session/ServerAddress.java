package dev.sluice.proxy.session;

import io.netty.channel.EventLoop;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where the server is. Names are looked up on virtual threads, never on an event loop, and looked up again after half a
 * minute, so that a server that moves is found. Thread-safe.
 */
public final class ServerAddress {
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final String host;
    private final int port;
    private volatile @Nullable Lookup last;

    /** Who asked. Called on the event loop that was given. */
    public interface Found {
        void resolved(InetSocketAddress server);

        void failed(Throwable cause);
    }

    private record Lookup(InetSocketAddress address, long atNanos, boolean forEver) {}

    public ServerAddress(String host, int port) {
        this.host = host;
        this.port = port;
        byte[] literal = NetUtil.createByteArrayFromIpAddressString(host);
        if (literal != null) {
            this.last = new Lookup(literalAddress(literal, port), 0, true);
        }
    }

    private static InetSocketAddress literalAddress(byte[] literal, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(literal), port);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("An address of " + literal.length + " bytes", e);
        }
    }

    /** Looks the name up where that is due. */
    public void resolve(EventLoop loop, Found found) {
        Lookup known = last;
        if (known != null && (known.forEver || System.nanoTime() - known.atNanos < FRESH_NANOS)) {
            found.resolved(known.address);
            return;
        }
        Thread.ofVirtual().name("resolve " + host).start(() -> lookUp(loop, found));
    }

    private void lookUp(EventLoop loop, Found found) {
        try {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(host), port);
            last = new Lookup(address, System.nanoTime(), false);
            loop.execute(() -> found.resolved(address));
        } catch (UnknownHostException e) {
            loop.execute(() -> found.failed(e));
        }
    }
}
