package dev.sluice.protocol.mysql;

import io.netty.buffer.ByteBuf;

/**
 * An error.
 *
 * @param sqlState five characters; none in what is sent in place of a greeting, when a client reads none yet
 */
public record ErrPacket(int code, String sqlState, String message) {

    private static final int SQL_STATE_CHARS = 5;
    private static final int MAX_MESSAGE_CHARS = 4096;

    public static ErrPacket read(ByteBuf payload, int index, int length) {
        ByteBuf in = payload.slice(index, length);
        Packets.need(in, 3);
        in.skipBytes(1);
        int code = in.readUnsignedShortLE();
        String state = "HY000";
        if (in.isReadable() && in.getByte(in.readerIndex()) == '#') {
            in.skipBytes(1);
            state = Packets.readString(in, SQL_STATE_CHARS);
        }
        return new ErrPacket(code, state, Packets.readString(in, in.readableBytes()));
    }

    /** Writes the packet's payload. */
    public void write(ByteBuf out) {
        String shown = message.length() > MAX_MESSAGE_CHARS ? message.substring(0, MAX_MESSAGE_CHARS) : message;
        out.writeByte(0xFF).writeShortLE(code);
        if (!sqlState.isEmpty()) {
            out.writeByte('#');
            out.writeCharSequence(sqlState, java.nio.charset.StandardCharsets.US_ASCII);
        }
        out.writeCharSequence(shown, java.nio.charset.StandardCharsets.UTF_8);
    }
}
