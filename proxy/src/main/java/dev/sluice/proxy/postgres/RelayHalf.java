package dev.sluice.proxy.postgres;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/** One half of a relay, as far as both are alike: its session, and what it has received and could not pass on yet. */
abstract class RelayHalf extends ChannelInboundHandlerAdapter {
    final Session session;

    /** An incomplete message, or what came behind one that is waited for. */
    @Nullable
    ByteBuf kept;

    RelayHalf(Session session) {
        this.session = session;
    }

    final int keptBytes() {
        ByteBuf in = kept;
        return in == null ? 0 : in.readableBytes();
    }

    /** What is kept, and is no more. */
    final @Nullable ByteBuf takeKept() {
        ByteBuf in = kept;
        kept = null;
        return in;
    }

    /** What is kept with more behind it. */
    final ByteBuf join(ByteBuf in) {
        ByteBuf before = takeKept();
        if (before == null) {
            return in;
        }
        before.writeBytes(in);
        in.release();
        return before;
    }

    final void dropKept() {
        ByteBuf left = takeKept();
        if (left != null) {
            left.release();
        }
    }

    @Override
    public final void handlerRemoved(ChannelHandlerContext ctx) {
        dropKept();
    }
}
