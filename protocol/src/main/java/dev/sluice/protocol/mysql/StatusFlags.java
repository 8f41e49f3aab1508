package dev.sluice.protocol.mysql;

import io.netty.buffer.ByteBuf;

/** The status flags that a server told last, at the end of an answer. Not thread-safe. */
public final class StatusFlags {

    private static final int EOF_BYTES = 5;
    private static final int EOF_FLAGS_AT = 3;

    private int flags = ServerStatus.AUTOCOMMIT;

    int flags() {
        return flags;
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** Takes them from an EOF packet; a shorter one has none. */
    void ofEof(int length, ByteBuf payload, int index) {
        if (length >= EOF_BYTES) {
            flags = payload.getUnsignedShortLE(index + EOF_FLAGS_AT);
        }
    }

    void ofOk(int length, ByteBuf payload, int index) {
        flags = payload.getUnsignedShortLE(indexInOk(length, payload, index));
    }

    /** Where an OK packet has them: behind two numbers of variable length. */
    public static int indexInOk(int length, ByteBuf payload, int index) {
        int at = index + 1;
        int end = index + length;
        for (int i = 0; i < 2; i++) {
            if (at >= end) {
                throw new MalformedPacketException("an OK packet that ends too early");
            }
            at += lenencBytes(payload.getUnsignedByte(at));
        }
        if (at + 2 > end) {
            throw new MalformedPacketException("an OK packet without status flags");
        }
        return at;
    }

    private static int lenencBytes(int first) {
        return switch (first) {
            case 0xFC -> 3;
            case 0xFD -> 4;
            case 0xFE -> 9;
            default -> 1;
        };
    }
}
