package dev.sluice.proxy.mysql;

import dev.sluice.protocol.mysql.Packets;
import io.netty.buffer.ByteBuf;

/**
 * A message whose text is longer than what is gathered. It is held until its first statement is known to be about rows,
 * and followed from then on as it goes by. Not thread-safe.
 */
final class LongText {

    private static final int MOST_KEPT_BYTES = 64 << 10;

    /** No word of any dialect, in no state of a parser but within a comment, which then never ends. */
    private static final int UNREADABLE = 1;

    private final TextScan scan;
    private int packetBytes;
    private boolean last;
    /** How much of the packet at hand was passed on, and how much was looked at; its header included. */
    private int passed;

    private int seen;
    private int stopped;
    private boolean torn;
    private boolean spoilt;

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

    /**
     * Bytes of the packet at hand that would go on to the server now. A statement stays here until it is known to be about
     * rows. Where it is not, it and all that follows is overwritten with what no server understands: the server refuses
     * the statement, and the session goes on.
     *
     * @return how many of them may go on
     */
    int passing(ByteBuf in, int index, int bytes) {
        int to = passed + bytes;
        if (to > seen && !spoilt) {
            stopped = passed + scan.take(in, index + seen - passed, index + bytes) - index;
            seen = to;
        }
        if (last && to == packetBytes) {
            scan.end();
        }
        int mayGo = scan.suspicious() ? spoil(in, index, to) : decidedUpTo(to);
        int going = mayGo - passed;
        passed = mayGo;
        return going;
    }

    private int decidedUpTo(int to) {
        int undecided = scan.undecided();
        // What begins behind a statement so late that it would fill the memory, or in the packet before, is sent with
        // it.
        torn = torn && undecided > 0 || undecided > MOST_KEPT_BYTES || (!last && to == packetBytes && undecided > 0);
        return torn ? to : Math.min(to, seen - undecided);
    }

    private int spoil(ByteBuf in, int index, int to) {
        int from = spoilt ? passed : Math.max(passed, stopped - scan.undecided());
        spoilt = true;
        for (int at = Math.max(from, Packets.HEADER_BYTES); at < to; at++) {
            in.setByte(index + at - passed, UNREADABLE);
        }
        return to;
    }

    /** Whether all of the message went by. */
    boolean isOver() {
        return last && passed == packetBytes;
    }

    boolean suspicious() {
        return scan.suspicious();
    }

    /** Whether something was hidden in it that the server will not understand. */
    boolean isSpoilt() {
        return spoilt && !torn;
    }

    /** Whether something is hidden in it of which the server has the beginning already. */
    boolean isBeyondHelp() {
        return spoilt && torn;
    }

    /** Whether the message may begin to go on. */
    boolean decided() {
        return scan.decided();
    }
}
