package dev.sluice.proxy.mysql;

import dev.sluice.protocol.mysql.Packets;
import dev.sluice.protocol.mysql.QueryText;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.Arrays;

/** The text of the message that is looked at, in an array that the event loop's sessions share. */
final class TextBuffer {

    static final long INCOMPLETE = 0;
    static final long TOO_LARGE = -1;

    private static final int SHARED_BYTES = 64 << 10;

    private static final FastThreadLocal<byte[]> SHARED = new FastThreadLocal<>() {
        @Override
        protected byte[] initialValue() {
            return new byte[SHARED_BYTES];
        }
    };

    private byte[] bytes = {};
    private int length;

    /** The length of a message that may stretch over several packets, headers included. */
    static long messageBytes(ByteBuf in, int index, int available, int limit) {
        long bytes = 0;
        int length;
        do {
            if (available - bytes < Packets.HEADER_BYTES) {
                return INCOMPLETE;
            }
            length = Packets.length(in, (int) (index + bytes));
            bytes += Packets.HEADER_BYTES + length;
            if (bytes > limit) {
                return TOO_LARGE;
            }
        } while (length == Packets.MAX_PAYLOAD);
        return bytes > available ? INCOMPLETE : bytes;
    }

    /**
     * Takes over the text of a message.
     *
     * @return of how many packets it is made
     */
    int load(ByteBuf in, int index, int messageBytes, long capabilities) {
        int first = Packets.length(in, index);
        if (messageBytes == Packets.HEADER_BYTES + first) {
            take(in.slice(index + Packets.HEADER_BYTES, first), capabilities);
            return 1;
        }
        ByteBuf joined = in.alloc().buffer(messageBytes);
        try {
            int packets = 0;
            for (int at = index; at < index + messageBytes; packets++) {
                int packet = Packets.length(in, at);
                joined.writeBytes(in, at + Packets.HEADER_BYTES, packet);
                at += Packets.HEADER_BYTES + packet;
            }
            take(joined, capabilities);
            return packets;
        } finally {
            joined.release();
        }
    }

    private void take(ByteBuf payload, long capabilities) {
        int start = QueryText.start(payload, capabilities);
        length = payload.writerIndex() - start;
        bytes = length <= SHARED_BYTES ? SHARED.get() : new byte[length];
        payload.getBytes(start, bytes, 0, length);
    }

    /** Valid until the next message is loaded on this event loop. */
    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    byte[] copy() {
        byte[] copy = Arrays.copyOf(bytes, length);
        bytes = new byte[0];
        return copy;
    }
}
