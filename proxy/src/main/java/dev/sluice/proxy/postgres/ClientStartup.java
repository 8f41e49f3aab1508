package dev.sluice.proxy.postgres;

import dev.sluice.protocol.postgres.ProtocolException;
import dev.sluice.protocol.postgres.StartupPacket;
import dev.sluice.proxy.session.Farewell;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a new connection says first: requests for encryption, a cancel request, or a startup packet, with which a
 * {@link Session} begins and this handler goes.
 */
final class ClientStartup extends ChannelInboundHandlerAdapter {
    static final String TOO_MANY = "53300";
    static final String TOO_MANY_TEXT = "sorry, too many clients already";

    private final Relay relay;
    private final long id;
    private final boolean hasPlace;

    private @Nullable ByteBuf kept;
    private @Nullable Future<?> timeout;
    private boolean askedSsl;
    private boolean askedGss;
    private boolean done;

    ClientStartup(Relay relay, long id) {
        this(relay, id, true);
    }

    private ClientStartup(Relay relay, long id, boolean hasPlace) {
        this.relay = relay;
        this.id = id;
        this.hasPlace = hasPlace;
    }

    /** For a connection that cannot become a session: it may ask for a cancel. */
    static ClientStartup withoutPlace(Relay relay) {
        return new ClientStartup(relay, 0, false);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        timeout = ctx.executor()
                .schedule(
                        () -> {
                            ctx.close();
                        },
                        relay.config().limits().startupTimeout().toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf in = (ByteBuf) msg;
        if (done) {
            in.release();
            return;
        }
        ByteBuf all = in;
        if (kept != null) {
            all = kept.writeBytes(in);
            in.release();
        }
        kept = null;
        try {
            take(ctx, all);
        } catch (ProtocolException e) {
            refuse(ctx, e.sqlState(), e.reason());
        } finally {
            all.release();
        }
    }

    private void take(ChannelHandlerContext ctx, ByteBuf in) {
        while (in.readableBytes() >= 4 && !done) {
            int length = StartupPacket.checkedLength(in.getInt(in.readerIndex()));
            if (in.readableBytes() < length) {
                break;
            }
            ByteBuf packet = in.readSlice(length);
            switch (StartupPacket.parse(packet)) {
                case StartupPacket.SslRequest ssl -> {
                    askedSsl = refuseEncryption(ctx, askedSsl, in, "SSL");
                }
                case StartupPacket.GssEncRequest gss -> {
                    askedGss = refuseEncryption(ctx, askedGss, in, "GSSAPI encryption");
                }
                case StartupPacket.Cancel cancel -> cancel(ctx, cancel);
                case StartupPacket.Startup startup -> {
                    if (!hasPlace) {
                        throw new ProtocolException(TOO_MANY, TOO_MANY_TEXT);
                    }
                    begin(ctx, startup, packet.copy(), in);
                }
            }
        }
        if (in.isReadable() && !done) {
            kept = ctx.alloc().buffer(64).writeBytes(in);
        }
    }

    /** Nothing is accepted that was sent in the clear before the client could know the answer. */
    private static boolean refuseEncryption(ChannelHandlerContext ctx, boolean asked, ByteBuf behind, String what) {
        if (asked) {
            throw ProtocolException.violation("a second request for " + what);
        }
        if (behind.isReadable()) {
            throw ProtocolException.violation("received unencrypted data after " + what + " request");
        }
        ctx.writeAndFlush(ctx.alloc().buffer(1).writeByte('N'));
        return true;
    }

    private void cancel(ChannelHandlerContext ctx, StartupPacket.Cancel cancel) {
        finish();
        if (!relay.sessions().cancel(cancel.key())) {
            relay.cancels().forward(ctx.channel().eventLoop(), cancel.key(), ctx::close);
        } else {
            ctx.close();
        }
    }

    private void begin(ChannelHandlerContext ctx, StartupPacket.Startup startup, ByteBuf packet, ByteBuf rest) {
        finish();
        ByteBuf behind = rest.isReadable() ? rest.readBytes(rest.readableBytes()) : null;
        Session session = new Session(relay, id, (SocketChannel) ctx.channel(), startup, packet);
        session.start(this, behind);
    }

    private void refuse(ChannelHandlerContext ctx, String sqlState, String message) {
        finish();
        ByteBuf out = ctx.alloc().buffer();
        Errors.fatal(out, sqlState, message);
        ctx.write(out);
        Farewell.to(ctx.channel());
    }

    private void finish() {
        done = true;
        Future<?> running = timeout;
        timeout = null;
        if (running != null) {
            running.cancel(false);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE && !done) {
            ctx.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        finish();
        release();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        release();
    }

    private void release() {
        ByteBuf left = kept;
        kept = null;
        if (left != null) {
            left.release();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
