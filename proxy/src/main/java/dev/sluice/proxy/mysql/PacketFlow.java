package dev.sluice.proxy.mysql;

import dev.sluice.protocol.mysql.MalformedPacketException;
import dev.sluice.protocol.mysql.Packets;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a session: walks the packets by their headers and passes on the bytes between the packets that are
 * held or swallowed, in as few slices as can be. Runs on the session's event loop alone.
 */
abstract class PacketFlow extends ChannelInboundHandlerAdapter {

    /** The answer of {@link #next} when more bytes are needed, or when the flow must stand still. */
    static final long WAIT = 0;

    private @Nullable ByteBuf pending;
    private long rest;
    private boolean running;

    /**
     * Looks at the packet whose header stands at an index.
     *
     * @param available bytes from the index on, four at least
     * @return how many bytes to pass on, which may be more than there are; {@link #WAIT}; or, negative, how many to drop
     */
    abstract long next(ByteBuf in, int index, int available);

    /** Passes a slice on; takes over the reference. */
    abstract void pass(ByteBuf slice);

    /** The bytes cannot be understood. */
    abstract void malformed(MalformedPacketException why);

    /** How many bytes stand and wait, so that reading can be stopped when they are many. */
    final int waitingBytes() {
        return pending == null ? 0 : pending.readableBytes();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf bytes)) {
            ReferenceCountUtil.release(message);
            return;
        }
        pending = pending == null ? bytes : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), pending, bytes);
        run();
    }

    /** Goes on with the bytes at hand, after something that stopped the flow is over. */
    final void run() {
        if (running) {
            return; // what called is within a step of this very flow, which goes on by itself
        }
        running = true;
        try {
            walk();
        } catch (MalformedPacketException e) {
            discard();
            malformed(e);
        } catch (IndexOutOfBoundsException e) {
            discard();
            malformed(new MalformedPacketException("a packet whose fields do not fit in it"));
        } finally {
            running = false;
        }
    }

    private void walk() {
        ByteBuf in = pending;
        if (in == null) {
            return;
        }
        int at = in.readerIndex();
        int end = in.writerIndex();
        while (true) {
            long through = Math.min(rest, end - at);
            at += (int) through;
            rest -= through;
            if (rest > 0 || end - at < Packets.HEADER_BYTES) {
                break;
            }
            long taken = next(in, at, end - at);
            if (pending == null) {
                return; // closed meanwhile
            }
            if (taken == WAIT) {
                break;
            }
            if (taken > 0) {
                rest = taken;
            } else {
                passUpTo(in, at);
                at -= (int) taken;
                in.readerIndex(at);
            }
        }
        passUpTo(in, at);
    }

    /** Passes on everything before an index; the buffer itself when nothing stays behind. */
    private void passUpTo(ByteBuf in, int at) {
        if (at == in.writerIndex() && at > in.readerIndex()) {
            pending = null;
            pass(in);
        } else if (at > in.readerIndex()) {
            pass(in.readRetainedSlice(at - in.readerIndex()));
        } else if (!in.isReadable()) {
            pending = null;
            in.release();
        }
    }

    /** Drops what waits. */
    final void discard() {
        ByteBuf in = pending;
        pending = null;
        rest = 0;
        if (in != null) {
            in.release();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        discard();
    }
}
