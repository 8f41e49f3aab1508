package dev.sluice.protocol.mysql;

import io.netty.buffer.ByteBuf;

/** Finds the statement's text in a COM_QUERY or COM_STMT_PREPARE packet, behind the query attributes. */
public final class QueryText {

    private static final int MAX_ATTRIBUTES = 65_535;

    private QueryText() {}

    /**
     * Where the text begins.
     *
     * @param payload the whole payload, its command byte first
     */
    public static int start(ByteBuf payload, long capabilities) {
        int command = payload.getUnsignedByte(payload.readerIndex());
        if (command != Command.QUERY || !Capabilities.has(capabilities, Capabilities.QUERY_ATTRIBUTES)) {
            return payload.readerIndex() + 1;
        }
        ByteBuf in = payload.duplicate();
        in.skipBytes(1);
        long count = Packets.readLenenc(in);
        if (Packets.readLenenc(in) != 1) {
            throw new MalformedPacketException("more than one set of query attributes");
        }
        if (count < 0 || count > MAX_ATTRIBUTES) {
            throw new MalformedPacketException(count + " query attributes");
        }
        if (count > 0) {
            skipAttributes(in, (int) count);
        }
        return in.readerIndex();
    }

    private static void skipAttributes(ByteBuf in, int count) {
        int bitmap = (count + 7) / 8;
        Packets.need(in, bitmap + 1);
        int nullsAt = in.readerIndex();
        in.skipBytes(bitmap);
        if (in.readByte() != 1) {
            throw new MalformedPacketException("query attributes without their types");
        }
        int[] types = new int[count];
        for (int i = 0; i < count; i++) {
            Packets.need(in, 2);
            types[i] = in.readUnsignedShortLE() & 0xFF;
            Packets.skipLenencString(in);
        }
        for (int i = 0; i < count; i++) {
            boolean isNull = (in.getByte(nullsAt + i / 8) >> (i % 8) & 1) != 0;
            if (!isNull) {
                skipValue(in, types[i]);
            }
        }
    }

    /**
     * A value as the server measures it: types that no client is to send (YEAR, INT24, a NULL that is not marked as one)
     * are strings to it. Where it would find the statement's text decides what runs.
     */
    private static void skipValue(ByteBuf in, int type) {
        int fixed = switch (type) {
            case 0x01 -> 1; // TINY
            case 0x02 -> 2; // SHORT
            case 0x03, 0x04 -> 4; // LONG, FLOAT
            case 0x05, 0x08 -> 8; // DOUBLE, LONGLONG
            case 0xF3, 0xF4 -> throw new MalformedPacketException("a query attribute of type " + type);
            case 0x07, 0x0A, 0x0B, 0x0C -> { // TIMESTAMP, DATE, TIME, DATETIME: one byte of length
                Packets.need(in, 1);
                yield in.readUnsignedByte();
            }
            default -> Packets.readLength(in);
        };
        Packets.need(in, fixed);
        in.skipBytes(fixed);
    }
}
