package dev.sluice.proxy.mysql;

import dev.sluice.protocol.mysql.Capabilities;
import dev.sluice.protocol.mysql.Command;
import dev.sluice.protocol.mysql.Packets;
import dev.sluice.protocol.mysql.ResponseShape;
import io.netty.buffer.ByteBuf;

/**
 * Whether the session takes several statements in a message: the client says so at login, or later by a command. While a
 * text is held the server is told not to, so that of whatever is sent for it at most the one statement runs that was
 * judged, even if the server should find the end of a statement elsewhere. On the event loop only, but for {@link #wanted}.
 */
final class MultiStatements {

    private static final int ON = 0;
    private static final int OFF = 1;
    private static final int OPTION_BYTES = 3;

    private final MySqlSession session;
    private volatile boolean wanted;
    private boolean suspended;

    MultiStatements(MySqlSession session) {
        this.session = session;
    }

    void agreed(long capabilities) {
        wanted = Capabilities.has(capabilities, Capabilities.MULTI_STATEMENTS);
    }

    /** The client has sent the option. */
    void option(int value) {
        wanted = value == ON;
    }

    /** Whether the client has asked for it. */
    boolean wanted() {
        return wanted;
    }

    /** A text is held. */
    void suspendFor(byte[] sql) {
        if (wanted && !suspended && mayBeSeveral(sql)) {
            suspended = true;
            send(OFF);
        }
    }

    private static boolean mayBeSeveral(byte[] sql) {
        for (byte b : sql) {
            if (b == ';') {
                return true;
            }
        }
        return false;
    }

    /** What was held is dealt with, or goes on as it is. */
    void resume() {
        if (suspended) {
            suspended = false;
            send(ON);
        }
    }

    private void send(int option) {
        ByteBuf packet = session.client().alloc().buffer(Packets.HEADER_BYTES + OPTION_BYTES);
        packet.writeMediumLE(OPTION_BYTES).writeByte(0);
        packet.writeByte(Command.SET_OPTION).writeShortLE(option);
        session.writeToServer(packet);
        session.serverFlow().expect(new InFlight.Injected(new ResultCollector(), ResponseShape.ACKNOWLEDGEMENT));
        session.flushToServer();
    }
}
