package dev.sluice.proxy.postgres;

import dev.sluice.protocol.postgres.FrontendType;
import dev.sluice.protocol.postgres.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;

/**
 * The client's half of a relay: follows headers, has the text of Query and Parse classified, and forwards buffers as
 * they were received. A message that must be held stops here, with all that follows it.
 */
final class ClientSide extends RelayHalf {
    static final int HEADER = 5;
    /** As the server's own limits: PQ_SMALL_MESSAGE_LIMIT and PQ_LARGE_MESSAGE_LIMIT. */
    private static final int MAX_SMALL_BYTES = 10_000;

    private static final int MAX_LARGE_BYTES = 0x3FFF_FFFE;

    /** Bytes of a message that is being forwarded which are still to come. */
    private int passing;
    /** Bytes of a message that is too long to be judged and is thrown away. */
    private int dropping;

    private byte droppingType;
    private boolean closing;

    ClientSide(Session session) {
        super(session);
    }

    /** From now on what the client sends is thrown away. */
    void closing() {
        closing = true;
        dropKept();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf in = (ByteBuf) msg;
        if (closing) {
            in.release();
            return;
        }
        session.pressure.received();
        if (kept == null) {
            take(in, false);
        } else {
            take(join(in), true);
        }
    }

    /** Goes on with what was kept behind a held message. */
    void resume() {
        ByteBuf in = takeKept();
        if (in != null) {
            take(in, true);
            session.flushServer();
        }
    }

    /** The type of the message behind the one that is held; 0 when it has not come. */
    byte nextType() {
        ByteBuf in = kept;
        return in == null || !in.isReadable() ? 0 : in.getByte(in.readerIndex());
    }

    /** @param ours whether the buffer is one that this handler made, and may go on growing */
    private void take(ByteBuf in, boolean ours) {
        try {
            int start = in.readerIndex();
            int at = scan(in, start, in.writerIndex());
            if (ours && at == start && !closing) {
                kept = in;
            } else {
                forwardUpTo(in, at);
            }
        } catch (ProtocolException e) {
            in.release();
            session.end().refuse(e.sqlState(), e.reason());
        } catch (RuntimeException e) {
            in.release();
            throw e;
        }
    }

    /** Finds the end of what can be forwarded now. What is held is taken out by the session, which moves the reader index. */
    private int scan(ByteBuf in, int from, int end) {
        int at = from;
        while (at < end && session.isOpen()) {
            if (passing > 0) {
                int step = Math.min(passing, end - at);
                passing -= step;
                at += step;
                continue;
            }
            if (dropping > 0) {
                at = drop(in, at, end);
                continue;
            }
            if (end - at < HEADER) {
                break;
            }
            byte type = in.getByte(at);
            if (type == FrontendType.COPY_DATA && session.bulk.isCopyFree()) {
                int behind = passCopyData(in, at, end);
                if (behind > at) {
                    at = behind;
                    continue;
                }
            }
            int length = in.getInt(at + 1);
            check(type, length);
            int next = at + length + 1;
            boolean whole = next <= end && next > 0;
            switch (session.admit(type, length, in, at, whole)) {
                case FORWARD -> {}
                case MORE -> {
                    return at;
                }
                case HOLD -> {
                    forwardSlice(in, at);
                    session.held(type, in.readBytes(next - at));
                    at = next;
                    continue;
                }
                case DROP -> {
                    forwardSlice(in, at);
                    dropping = length + 1;
                    droppingType = type;
                    continue;
                }
            }
            if (whole) {
                at = next;
            } else {
                passing = length + 1 - (end - at);
                at = end;
            }
        }
        return at;
    }

    /** Whole messages of COPY data follow each other by the thousands, of a line each with some clients. */
    private int passCopyData(ByteBuf in, int from, int end) {
        int at = from;
        while (end - at >= HEADER && in.getByte(at) == FrontendType.COPY_DATA) {
            int length = in.getInt(at + 1);
            if (length < 4 || length >= end - at) {
                break;
            }
            at += length + 1;
        }
        session.bulk.copied(at - from);
        return at;
    }

    /** Throws away a message's bytes; what was before it has been forwarded. */
    private int drop(ByteBuf in, int at, int end) {
        int step = Math.min(dropping, end - at);
        dropping -= step;
        in.readerIndex(at + step);
        if (dropping == 0) {
            session.dropped(droppingType);
        }
        return at + step;
    }

    private void forwardSlice(ByteBuf in, int at) {
        if (at > in.readerIndex()) {
            session.toServer(in.readRetainedSlice(at - in.readerIndex()));
        }
    }

    private void forwardUpTo(ByteBuf in, int at) {
        if (at == in.writerIndex()) {
            if (in.isReadable()) {
                session.toServer(in);
            } else {
                in.release();
            }
            return;
        }
        forwardSlice(in, at);
        if (closing) {
            in.release();
            return;
        }
        kept = in.alloc().directBuffer(roomFor(in)).writeBytes(in);
        in.release();
    }

    /** Room for the rest of the message, but no more than twice what has come: a length alone buys no memory. */
    private static int roomFor(ByteBuf in) {
        int have = in.readableBytes();
        if (have < HEADER) {
            return 64;
        }
        int total = in.getInt(in.readerIndex() + 1) + 1;
        return Math.max(have, Math.min(total, have * 2));
    }

    private static void check(byte type, int length) {
        if (!FrontendType.isKnown(type)) {
            throw ProtocolException.violation("invalid frontend message type " + (type & 0xFF));
        }
        int max = switch (type) {
            case FrontendType.QUERY,
                    FrontendType.PARSE,
                    FrontendType.BIND,
                    FrontendType.FUNCTION_CALL,
                    FrontendType.COPY_DATA -> MAX_LARGE_BYTES;
            case FrontendType.AUTHENTICATION -> 65_535;
            default -> MAX_SMALL_BYTES;
        };
        if (length < 4 || length > max) {
            throw ProtocolException.violation("invalid message length");
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (kept != null) {
            session.pressure.updateClient();
        }
        session.flushServer();
        session.pressure.passedOn();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        session.pressure.updateServer();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            session.end().clientClosedInput();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        session.end().clientGone();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
