package dev.sluice.proxy.mysql;

import dev.sluice.protocol.mysql.AnswerEncoder;
import dev.sluice.protocol.mysql.OkPacket;
import dev.sluice.protocol.mysql.ServerStatus;
import dev.sluice.proxy.intercept.Ruling;
import dev.sluice.proxy.session.ServerError;
import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;

/** The gateway's own packets in the answer to one held message, numbered on from it. On the session's event loop only. */
final class HeldReplies {

    private final MySqlSession session;
    private int sequence = 1;

    HeldReplies(MySqlSession session) {
        this.session = session;
    }

    /** The number of the packet that comes next. */
    int sequence() {
        return sequence;
    }

    void from(int next) {
        sequence = next;
    }

    void send(Consumer<AnswerEncoder> body) {
        ByteBuf out = session.client().alloc().buffer();
        AnswerEncoder encoder = new AnswerEncoder(out, session.capabilities(), sequence);
        body.accept(encoder);
        sequence = encoder.sequence();
        session.writeToClient(out);
        session.flushToClient();
    }

    /**
     * To one statement of the message, which the gateway has run.
     *
     * @param binary whether rows go out as those of a prepared statement
     * @param last whether nothing follows
     */
    void part(Ruling.Part part, boolean binary, boolean last) {
        int status = status() | (last ? 0 : ServerStatus.MORE_RESULTS_EXIST);
        switch (part) {
            case Ruling.Part.Ok ok ->
                send(encoder -> encoder.ok(new OkPacket(ok.affectedRows(), 0, status, ok.warnings(), ok.info())));
            case Ruling.Part.Rows rows -> send(encoder -> encoder.table(rows.columns(), rows.rows(), status, binary));
            case Ruling.Part.Failed failed -> error(failed.error());
            case Ruling.Part.Relay relay -> throw new IllegalStateException("the server answers it");
        }
    }

    /** To what is asked of a prepared statement that the server knows nothing of. */
    void touched(boolean reset) {
        send(encoder -> {
            if (reset) {
                encoder.ok(new OkPacket(0, 0, status(), 0, ""));
            } else {
                encoder.err(MySqlErrors.NOT_RELAYED);
            }
        });
    }

    void error(ServerError error) {
        send(encoder -> encoder.err(MySqlErrors.packet(error)));
    }

    /** What of the server's flags is about the session. */
    int status() {
        return session.serverFlow().status() & ServerStatus.OF_THE_SESSION;
    }
}
