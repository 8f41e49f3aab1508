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
    /** Whether what is pending is a buffer that was made here, and not as it was received. */
    private boolean ours;

    private boolean receiving;
    private long rest;
    private long dropping;
    private @Nullable ByteBuf instead;
    private boolean running;

    /**
     * Looks at the packet whose header stands at an index.
     *
     * @param available bytes from the index on, four at least
     * @return how many bytes to pass on; {@link #WAIT}; or, negative, how many to drop. Either may be more than there are
     */
    abstract long next(ByteBuf in, int index, int available);

    /** Passes a slice on; takes over the reference. */
    abstract void pass(ByteBuf slice);

    /** The bytes cannot be understood. */
    abstract void malformed(MalformedPacketException why);

    /**
     * Bytes at an index are about to go on.
     *
     * @return how many of them may; the others are shown again when more have come
     */
    int passing(ByteBuf in, int index, int bytes) {
        return bytes;
    }

    /** What goes on in the place of the bytes that {@link #next} drops. Takes over the reference. */
    final void replaceWith(ByteBuf bytes) {
        instead = bytes;
    }

    /** What is still to come of the bytes that were to go on is dropped. */
    final void dropRest() {
        dropping += rest;
        rest = 0;
    }

    /** Whether what was received last is still being passed on: what is in the way of more shows only when it is sent. */
    final boolean isReceiving() {
        return receiving;
    }

    /** What was received has been passed on. */
    final void received() {
        receiving = false;
    }

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
        receiving = true;
        ours = pending != null;
        pending = pending == null ? bytes : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), pending, bytes);
        run();
        keep(ctx);
    }

    /** What was received is not held on to: it lies in memory that others read into, too. */
    private void keep(ChannelHandlerContext ctx) {
        ByteBuf left = pending;
        if (left != null && !ours) {
            pending = ctx.alloc().buffer(left.readableBytes()).writeBytes(left);
            left.release();
        }
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
            int through = (int) Math.min(rest, end - at);
            int going = through > 0 ? passing(in, at, through) : 0;
            if (pending == null) {
                return; // closed meanwhile
            }
            at += going;
            rest -= going;
            if (going < through) {
                break;
            }
            at = drop(in, at);
            if (rest > 0 || dropping > 0 || end - at < Packets.HEADER_BYTES) {
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
                dropping = -taken;
                passInstead();
            }
        }
        passUpTo(in, at);
    }

    /** @return where what is not dropped begins */
    private int drop(ByteBuf in, int at) {
        if (dropping == 0) {
            return at;
        }
        int dropped = (int) Math.min(dropping, in.writerIndex() - at);
        dropping -= dropped;
        in.readerIndex(at + dropped);
        return at + dropped;
    }

    private void passInstead() {
        ByteBuf bytes = instead;
        instead = null;
        if (bytes != null) {
            pass(bytes);
        }
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
        dropping = 0;
        if (in != null) {
            in.release();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        discard();
    }
}
