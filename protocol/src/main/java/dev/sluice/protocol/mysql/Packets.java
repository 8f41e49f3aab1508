package dev.sluice.protocol.mysql;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Packet headers and the protocol's integers and strings. Every read is checked against the bytes at hand. */
public final class Packets {

    /** Three bytes of length, one of sequence. */
    public static final int HEADER_BYTES = 4;

    /** A packet of this length goes on in the next one. */
    public static final int MAX_PAYLOAD = 0xFF_FF_FF;

    private Packets() {}

    public static int length(ByteBuf buf, int index) {
        return buf.getUnsignedMediumLE(index);
    }

    public static int sequence(ByteBuf buf, int index) {
        return buf.getUnsignedByte(index + 3);
    }

    /** Reads a length-encoded integer; NULL's 0xFB and the error mark 0xFF are no integers. */
    public static long readLenenc(ByteBuf buf) {
        need(buf, 1);
        int first = buf.readUnsignedByte();
        return switch (first) {
            case 0xFB, 0xFF -> throw new MalformedPacketException("no length-encoded integer begins with " + first);
            case 0xFC -> {
                need(buf, 2);
                yield buf.readUnsignedShortLE();
            }
            case 0xFD -> {
                need(buf, 3);
                yield buf.readUnsignedMediumLE();
            }
            case 0xFE -> {
                need(buf, 8);
                yield buf.readLongLE();
            }
            default -> first;
        };
    }

    /** Reads a length that must lie within the packet. */
    public static int readLength(ByteBuf buf) {
        long length = readLenenc(buf);
        if (length < 0 || length > buf.readableBytes()) {
            throw new MalformedPacketException("a string of " + length + " bytes is longer than its packet");
        }
        return (int) length;
    }

    public static String readLenencString(ByteBuf buf) {
        return readString(buf, readLength(buf));
    }

    public static void skipLenencString(ByteBuf buf) {
        buf.skipBytes(readLength(buf));
    }

    /** Reads a string that a zero byte ends. */
    public static String readNulString(ByteBuf buf) {
        int length = buf.bytesBefore((byte) 0);
        if (length < 0) {
            throw new MalformedPacketException("a string without its end");
        }
        String value = readString(buf, length);
        buf.skipBytes(1);
        return value;
    }

    public static String readString(ByteBuf buf, int length) {
        need(buf, length);
        return buf.readCharSequence(length, StandardCharsets.UTF_8).toString();
    }

    public static void need(ByteBuf buf, int bytes) {
        if (buf.readableBytes() < bytes) {
            throw new MalformedPacketException(
                    "the packet ends " + (bytes - buf.readableBytes()) + " bytes before its last field does");
        }
    }

    public static void writeLenenc(ByteBuf out, long value) {
        if (value >= 0 && value < 0xFB) {
            out.writeByte((int) value);
        } else if (value >= 0 && value <= 0xFFFF) {
            out.writeByte(0xFC).writeShortLE((int) value);
        } else if (value >= 0 && value <= 0xFFFFFF) {
            out.writeByte(0xFD).writeMediumLE((int) value);
        } else {
            out.writeByte(0xFE).writeLongLE(value);
        }
    }

    public static void writeLenencString(ByteBuf out, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        writeLenenc(out, bytes.length);
        out.writeBytes(bytes);
    }

    /**
     * Writes a payload as one packet, or as several when it is longer than one can be.
     *
     * @return the sequence number of the packet that comes next
     */
    public static int writePackets(ByteBuf out, ByteBuf payload, int sequence) {
        int next = sequence;
        int length;
        do {
            length = Math.min(payload.readableBytes(), MAX_PAYLOAD);
            out.writeMediumLE(length).writeByte(next).writeBytes(payload, length);
            next = (next + 1) & 0xFF;
        } while (length == MAX_PAYLOAD);
        return next;
    }
}
