package dev.sluice.proxy.mysql;

import dev.sluice.protocol.mysql.Packets;
import io.netty.buffer.ByteBuf;

/**
 * A message whose text is longer than what is gathered. It is held until its first statement is known to be about rows,
 * and followed from then on as it goes by. Not thread-safe.
 */
final class LongText {

    private final TextScan scan;
    private int packetBytes;
    private boolean last;
    /** How much of the packet at hand was passed on, and how much was looked at; its header included. */
    private int passed;

    private int seen;

    /**
     * @param length of the first packet's payload
     * @param textAt where in the payload the text begins
     */
    LongText(TextScan scan, int length, int textAt) {
        this.scan = scan;
        packet(length);
        seen += textAt;
    }

    /** The next packet of the message. */
    void packet(int length) {
        packetBytes = Packets.HEADER_BYTES + length;
        last = length < Packets.MAX_PAYLOAD;
        passed = 0;
        seen = Packets.HEADER_BYTES;
    }

    /** Looks at what is at hand of the first packet, which begins at an index. */
    void examine(ByteBuf in, int index, int available) {
        int to = Math.min(available, packetBytes);
        if (to > seen) {
            scan.take(in, index + seen, index + to);
            seen = to;
        }
        if (last && seen == packetBytes) {
            scan.end();
        }
    }

    /** Bytes of the packet at hand that go on to the server now. */
    void passing(ByteBuf in, int index, int bytes) {
        int to = passed + bytes;
        if (to > seen) {
            scan.take(in, index + seen - passed, index + bytes);
            seen = to;
        }
        passed = to;
        if (isOver()) {
            scan.end();
        }
    }

    /** Whether all of the message went by. */
    boolean isOver() {
        return last && passed == packetBytes;
    }

    boolean suspicious() {
        return scan.suspicious();
    }

    /** Whether the message may begin to go on. */
    boolean decided() {
        return scan.decided();
    }
}
