package dev.sluice.proxy.postgres;

import dev.sluice.protocol.postgres.BackendEncoder;
import dev.sluice.protocol.postgres.BackendType;
import dev.sluice.protocol.postgres.Fields;
import dev.sluice.proxy.session.ServerError;
import io.netty.buffer.ByteBuf;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Optional;

/** What the gateway itself says to a session's client, between the server's messages. */
final class ClientOut {
    private final Session session;

    ClientOut(Session session) {
        this.session = session;
    }

    /** @param message goes on as it stands; the caller keeps its own reference */
    void forward(ByteBuf message) {
        session.toClient(message.retain());
    }

    /** Goes out at once: nobody has to ask for an error. */
    void error(Fields fields) {
        ByteBuf out = buffer();
        BackendEncoder.error(out, fields, charset());
        send(out);
    }

    void error(ServerError error) {
        error(Errors.fields(error));
    }

    void notice(Fields fields) {
        ByteBuf out = buffer();
        BackendEncoder.notice(out, fields, charset());
        send(out);
    }

    void ready(byte status) {
        ByteBuf out = buffer();
        BackendEncoder.readyForQuery(out, status);
        send(out);
    }

    void bare(byte type) {
        ByteBuf out = buffer();
        BackendEncoder.bare(out, type);
        send(out);
    }

    /** @param withParameters whether a statement is described, whose parameters come first */
    void description(List<String> columns, BackendEncoder.FormatOf formats, boolean withParameters) {
        ByteBuf out = buffer();
        if (withParameters) {
            BackendEncoder.noParameters(out);
        }
        if (columns.isEmpty()) {
            BackendEncoder.bare(out, BackendType.NO_DATA);
        } else {
            BackendEncoder.rowDescription(out, columns, formats, charset());
        }
        send(out);
    }

    void rows(List<List<Optional<String>>> rows) {
        ByteBuf out = buffer();
        for (List<Optional<String>> row : rows) {
            BackendEncoder.dataRow(out, row, charset());
        }
        send(out);
    }

    void commandComplete(String tag) {
        ByteBuf out = buffer();
        BackendEncoder.commandComplete(out, tag);
        send(out);
    }

    private ByteBuf buffer() {
        return session.client.alloc().buffer();
    }

    private void send(ByteBuf out) {
        session.toClient(out);
        session.client.flush();
    }

    private Charset charset() {
        return session.settings.encoding().charset();
    }
}
