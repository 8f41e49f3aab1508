package dev.sluice.proxy.mysql;

import dev.sluice.protocol.mysql.ErrPacket;
import dev.sluice.protocol.mysql.Packets;
import org.jspecify.annotations.Nullable;

/**
 * A message of the client's of which the rest is thrown away. Its client hears why once it has sent all of it, and takes
 * only an answer that is numbered behind its last packet. On the session's event loop.
 */
final class DroppedMessage {

    private final MySqlSession session;
    private final boolean ending;
    private int packets;
    private boolean over;
    private @Nullable ErrPacket why;

    private DroppedMessage(MySqlSession session, boolean ending, int packets, boolean over, @Nullable ErrPacket why) {
        this.session = session;
        this.ending = ending;
        this.packets = packets;
        this.over = over;
        this.why = why;
    }

    /** The gateway refuses it, of which the server has got nothing. */
    static DroppedMessage refused(MySqlSession session, ErrPacket why) {
        return new DroppedMessage(session, false, 0, false, why);
    }

    /**
     * The server took part of it and wants no more, and is about to say why. The session ends with that.
     *
     * @param packets that have begun
     * @param over whether the last of them has
     */
    static DroppedMessage abandoned(MySqlSession session, int packets, boolean over) {
        return new DroppedMessage(session, true, packets, over, null);
    }

    /** Whether it is the server that has abandoned it. */
    boolean isAbandoned() {
        return ending;
    }

    /** Whether it is known why. */
    boolean isExplained() {
        return why != null;
    }

    /** The next packet of it begins. */
    void packet(int length) {
        packets++;
        over = length < Packets.MAX_PAYLOAD;
        answer();
    }

    /** The server has said why. */
    void because(ErrPacket error) {
        why = error;
        answer();
    }

    private void answer() {
        ErrPacket error = why;
        if (!over || error == null) {
            return;
        }
        int sequence = packets;
        ClientFlow flow = session.clientFlow();
        if (ending) {
            flow.close();
            session.later(() -> session.end().with(error, sequence));
            return;
        }
        flow.hold();
        session.serverFlow().whenDrained(() -> {
            session.writeToClient(MySqlErrors.framed(session.client().alloc(), error, sequence));
            session.flushToClient();
            session.later(flow::released);
        });
    }
}
