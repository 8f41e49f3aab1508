package dev.sluice.proxy.postgres;

import dev.sluice.protocol.postgres.BackendType;
import dev.sluice.protocol.postgres.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;

/**
 * The server's half of a relay.
 *
 * <p>Normally it only follows the headers and forwards each buffer as it was received. While the session attends to
 * something (its start, an injected statement, a substitute's answer) messages are taken apart: whole ones go to {@link
 * Session#onServerMessage}, those that may be large stream past.
 */
final class ServerSide extends RelayHalf {
    private static final int HEADER = 5;
    /** A message that is read is refused above this length; rows and COPY data are not read. */
    private static final int MAX_READ_BYTES = 64 << 20;

    private static final int MAX_SMALL_BYTES = 64 << 10;

    /** Bytes of the current message that are still to come and only pass. */
    private int passing;
    /** A header, or a small message, that arrives in parts. Its bytes have been forwarded. */
    private byte[] partial = new byte[HEADER];

    private int partialBytes;
    private int smallBytes;
    private byte lastType;

    ServerSide(Session session) {
        super(session);
    }

    /** The type of the last message that began. */
    byte lastType() {
        return lastType;
    }

    /** Whether something that the gateway itself says may be put in now. */
    boolean isAtBoundary() {
        return passing == 0 && partialBytes == 0;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf in = (ByteBuf) msg;
        session.pressure.received();
        try {
            if (kept != null || session.isAttending()) {
                boolean ours = kept != null;
                attend(join(in), ours);
            } else {
                forward(in);
            }
        } catch (ProtocolException e) {
            session.end().refuse("08P01", e.reason());
        }
    }

    /** Goes on with what was kept while the session was halted. */
    void resume() {
        ByteBuf in = takeKept();
        if (in != null) {
            try {
                attend(in, true);
            } catch (ProtocolException e) {
                session.end().refuse("08P01", e.reason());
            }
            session.flushClient();
        }
    }

    private void forward(ByteBuf in) {
        try {
            follow(in);
        } catch (RuntimeException e) {
            in.release();
            throw e;
        }
        session.toClient(in);
    }

    /** Reads headers; all of the buffer is forwarded. */
    private void follow(ByteBuf in) {
        int at = in.readerIndex();
        int end = in.writerIndex();
        while (at < end) {
            if (passing > 0) {
                int step = Math.min(passing, end - at);
                passing -= step;
                at += step;
            } else if (partialBytes > 0) {
                at = completePartial(in, at, end);
            } else if (end - at < HEADER) {
                at = stash(in, at, end);
            } else {
                at = begin(in, at, end);
            }
        }
    }

    private int begin(ByteBuf in, int at, int end) {
        byte type = in.getByte(at);
        int length = in.getInt(at + 1);
        checkLength(type, length);
        lastType = type;
        if (type == BackendType.DATA_ROW || type == BackendType.COPY_DATA) {
            return advance(at, length, end);
        }
        if (isRead(type) && length <= MAX_SMALL_BYTES) {
            if (end - at <= length) {
                smallBytes = length + 1;
                return stash(in, at, end);
            }
            if (type == BackendType.READY_FOR_QUERY) {
                session.backend.ready(in.getByte(at + HEADER));
            } else {
                session.backend.observe(type, in.slice(at + HEADER, length - 4));
            }
        } else {
            session.inFlight.received(type);
        }
        return advance(at, length, end);
    }

    private int advance(int at, int length, int end) {
        int next = at + length + 1;
        if (next <= end && next > at) {
            return next;
        }
        passing = length + 1 - (end - at);
        return end;
    }

    /** The only messages whose content matters on the hot path; the session is told of them. */
    private boolean isRead(byte type) {
        return type == BackendType.READY_FOR_QUERY
                || type == BackendType.PARAMETER_STATUS
                || (type == BackendType.COMMAND_COMPLETE && session.backend.wantsRowCount());
    }

    private int stash(ByteBuf in, int at, int end) {
        int bytes = end - at;
        if (smallBytes > partial.length) {
            partial = new byte[smallBytes];
        }
        in.getBytes(at, partial, 0, bytes);
        partialBytes = bytes;
        return end;
    }

    private int completePartial(ByteBuf in, int from, int end) {
        int wanted = smallBytes == 0 ? HEADER : smallBytes;
        int step = Math.min(wanted - partialBytes, end - from);
        if (wanted > partial.length) {
            partial = java.util.Arrays.copyOf(partial, wanted);
        }
        in.getBytes(from, partial, partialBytes, step);
        partialBytes += step;
        if (partialBytes == wanted) {
            completed(wanted);
        }
        return from + step;
    }

    private void completed(int bytes) {
        byte type = partial[0];
        int length =
                (partial[1] & 0xFF) << 24 | (partial[2] & 0xFF) << 16 | (partial[3] & 0xFF) << 8 | (partial[4] & 0xFF);
        if (smallBytes == 0) {
            checkLength(type, length);
            lastType = type;
            if (isRead(type) && length <= MAX_SMALL_BYTES) {
                smallBytes = length + 1;
                if (smallBytes > HEADER) {
                    return;
                }
            } else {
                session.inFlight.received(type);
                passing = length - 4;
            }
        }
        if (smallBytes > 0 && type == BackendType.READY_FOR_QUERY) {
            session.backend.ready(partial[HEADER]);
        } else if (smallBytes > 0) {
            session.backend.observe(type, io.netty.buffer.Unpooled.wrappedBuffer(partial, HEADER, bytes - HEADER));
        }
        smallBytes = 0;
        partialBytes = 0;
        if (partial.length > HEADER) {
            partial = new byte[HEADER];
        }
    }

    private static void checkLength(byte type, int length) {
        if (length < 4 || (type == BackendType.READY_FOR_QUERY && length != 5)) {
            throw ProtocolException.violation("the server sent a message of length " + length);
        }
    }

    // ---- taking messages apart -----------------------------------------------------------------------------------

    /** @param ours whether the buffer is one that this handler made, and may go on growing */
    private void attend(ByteBuf in, boolean ours) {
        int start = in.readerIndex();
        try {
            while (in.isReadable() && takeOne(in)) {
                // one message, or a part of one that passes
            }
            if (ours && in.readerIndex() == start) {
                kept = in.retain();
            } else if (in.isReadable()) {
                kept = in.alloc().directBuffer(in.readableBytes()).writeBytes(in);
            }
        } finally {
            in.release();
        }
    }

    private boolean takeOne(ByteBuf in) {
        if (session.isHalted()) {
            return false;
        }
        if (partialBytes > 0) {
            int from = in.readerIndex();
            int to = completePartial(in, from, in.writerIndex());
            session.toClient(in.readRetainedSlice(to - from));
            return true;
        }
        if (passing > 0) {
            int step = Math.min(passing, in.readableBytes());
            passing -= step;
            session.toClient(in.readRetainedSlice(step));
            return true;
        }
        if (!session.isAttending()) {
            follow(in);
            session.toClient(in.readRetainedSlice(in.readableBytes()));
            return true;
        }
        return in.readableBytes() >= HEADER && takeWhole(in);
    }

    private boolean takeWhole(ByteBuf in) {
        byte type = in.getByte(in.readerIndex());
        int length = in.getInt(in.readerIndex() + 1);
        checkLength(type, length);
        if (session.mayPass(type)) {
            lastType = type;
            session.inFlight.received(type);
            passing = length + 1;
            return true;
        }
        if (length > MAX_READ_BYTES) {
            throw ProtocolException.violation("the server sent a message of length " + length);
        }
        if (in.readableBytes() <= length) {
            return false;
        }
        lastType = type;
        session.onServerMessage(type, in.readSlice(length + 1));
        return true;
    }

    // ---- events --------------------------------------------------------------------------------------------------

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        session.flushClient();
        session.pressure.passedOn();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        session.pressure.updateClient();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            session.end().serverClosed();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        session.end().serverClosed();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        session.end().serverClosed();
    }
}
