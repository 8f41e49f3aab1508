package dev.sluice.proxy.mysql;

import dev.sluice.protocol.mysql.Packets;
import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * A message whose text is longer than what is gathered. It is held until its first statement is known to be about rows,
 * and followed from then on as it goes by. Not thread-safe.
 *
 * <p>The text may be read in several ways, by modes that are not known here; all of them are followed.
 */
final class LongText {

    private final List<TextScan> readings;
    private int packetBytes;
    private boolean last;
    /** How much of the packet at hand was passed on, and how much was looked at; its header included. */
    private int passed;

    private int seen;

    /**
     * @param length of the first packet's payload
     * @param textAt where in the payload the text begins
     */
    LongText(Readings readings, int length, int textAt) {
        this.readings = readings.scans();
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
            scan(in, index + seen, index + to);
            seen = to;
        }
    }

    /** Bytes of the packet at hand that go on to the server now. */
    void passing(ByteBuf in, int index, int bytes) {
        int to = passed + bytes;
        if (to > seen) {
            scan(in, index + seen - passed, index + bytes);
            seen = to;
        }
        passed = to;
        if (isOver()) {
            readings.forEach(TextScan::end);
        }
    }

    /** Whether all of the message went by. */
    boolean isOver() {
        return last && passed == packetBytes;
    }

    boolean suspicious() {
        return readings.stream().anyMatch(TextScan::suspicious);
    }

    /** Whether the message may begin to go on. */
    boolean decided() {
        return readings.stream().allMatch(TextScan::decided);
    }

    private void scan(ByteBuf in, int from, int to) {
        readings.forEach(reading -> reading.take(in, from, to));
    }
}
