package dev.sluice.proxy.mysql;

import dev.sluice.protocol.mysql.Command;
import dev.sluice.protocol.mysql.HandshakeResponse;
import dev.sluice.protocol.mysql.Packets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Ends a login that its client has left, in the way that the server wants logins ended. A server counts connections that
 * break off within the handshake against the host that they come from, and lets nobody in from there once they are too
 * many in a row ({@code max_connect_errors}): that would be all the gateway's clients. A login that is refused does not
 * count. On the event loop.
 */
final class UnfinishedLogin extends ByteToMessageDecoder {

    /** Who is at it. */
    enum Turn {
        /** Nobody: the login is over. */
        NONE,
        /** The server has not sent its greeting. */
        GREETING,
        /** The server waits for the answer to its greeting. */
        RESPONSE,
        /** The server waits for another packet. */
        CLIENT,
        SERVER
    }

    /** Stands in the server's log beside the refusal. */
    private static final String USER = "unfinished";

    private static final int MAX_PACKET_BYTES = 64 << 10;
    private static final int MAX_ANSWERS = 8;
    private static final long PATIENCE_MS = 5_000;

    private static final int OK = 0x00;
    private static final int MORE_DATA = 0x01;
    private static final int NEXT_FACTOR = 0x02;
    private static final int SWITCH = 0xFE;

    private boolean greeted;
    private int answers;

    private UnfinishedLogin(boolean greeted) {
        this.greeted = greeted;
    }

    /** @param sequence the number of the server's last packet */
    static void finish(Channel server, ServerFlow flow, Turn turn, int sequence) {
        if (turn == Turn.NONE || !server.isActive()) {
            server.close();
            return;
        }
        if (server.pipeline().context(flow) == null) {
            return; // it has been left before
        }
        UnfinishedLogin login = new UnfinishedLogin(turn != Turn.GREETING);
        server.pipeline().replace(flow, null, login);
        var patience = server.eventLoop().schedule(() -> server.close(), PATIENCE_MS, TimeUnit.MILLISECONDS);
        server.closeFuture().addListener(closed -> patience.cancel(false));
        switch (turn) {
            case RESPONSE -> respond(server, sequence);
            case CLIENT -> login.answer(server, sequence);
            case NONE, GREETING, SERVER -> {}
        }
        server.config().setAutoRead(true);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (in.readableBytes() < Packets.HEADER_BYTES) {
            return;
        }
        int length = Packets.length(in, in.readerIndex());
        if (length == 0 || length > MAX_PACKET_BYTES) {
            in.skipBytes(in.readableBytes());
            ctx.close();
            return;
        }
        if (in.readableBytes() < Packets.HEADER_BYTES + length) {
            return;
        }
        int sequence = Packets.sequence(in, in.readerIndex());
        int first = in.getUnsignedByte(in.readerIndex() + Packets.HEADER_BYTES);
        in.skipBytes(Packets.HEADER_BYTES + length);
        take(ctx.channel(), first, sequence);
    }

    private void take(Channel server, int first, int sequence) {
        if (!greeted && first != 0xFF) {
            greeted = true;
            respond(server, sequence);
        } else if ((first == SWITCH || first == MORE_DATA || first == NEXT_FACTOR) && answers < MAX_ANSWERS) {
            answer(server, sequence);
        } else if (first == OK) {
            server.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {1, 0, 0, 0, Command.QUIT}))
                    .addListener(ChannelFutureListener.CLOSE);
        } else {
            server.close();
        }
    }

    private static void respond(Channel server, int sequence) {
        ByteBuf payload = server.alloc().buffer();
        HandshakeResponse.writeWithoutPassword(payload, USER);
        ByteBuf packet = server.alloc().buffer(Packets.HEADER_BYTES + payload.readableBytes());
        Packets.writePackets(packet, payload, (sequence + 1) & 0xFF);
        payload.release();
        server.writeAndFlush(packet, server.voidPromise());
    }

    private void answer(Channel server, int sequence) {
        answers++;
        server.writeAndFlush(
                server.alloc().buffer(Packets.HEADER_BYTES).writeMediumLE(0).writeByte(sequence + 1),
                server.voidPromise());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
