package dev.sluice.proxy.postgres;

import dev.sluice.protocol.postgres.BackendDecoder;
import dev.sluice.protocol.postgres.BackendEncoder;
import dev.sluice.protocol.postgres.Fields;
import dev.sluice.proxy.intercept.Ruling;
import dev.sluice.proxy.session.ServerError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.Charset;
import java.util.Optional;

/**
 * How the server answers what was sent in place of a client's message: counts its statements, puts command tags right
 * and errors into the client's terms.
 */
final class SubstituteAnswer {
    private static final int HEADER = 5;

    final Ruling.Substitute ruling;
    private final EditedText text;
    private final Charset charset;
    private int statement;
    private boolean reported;

    SubstituteAnswer(Ruling.Substitute ruling, EditedText text, Charset charset) {
        this.ruling = ruling;
        this.text = text;
        this.charset = charset;
    }

    /** Whether the interceptor has been told of the outcome. */
    boolean isReported() {
        return reported;
    }

    void reported() {
        reported = true;
    }

    /** A CommandComplete with the tag that the client expects; the count moves to the next statement. */
    ByteBuf commandComplete(ByteBuf message, ByteBufAllocator alloc) {
        Optional<String> tag = text.of(statement).map(Ruling.Edit::tag).filter(wanted -> !wanted.isEmpty());
        statement++;
        if (tag.isEmpty()) {
            return message.retain();
        }
        ByteBuf out = alloc.buffer(64);
        BackendEncoder.commandComplete(out, tag.get());
        return out;
    }

    /** Whether all replaced statements are done; false when none was replaced, since then the end of all tells. */
    boolean isPastLastEdit() {
        return text.lastEdited().map(last -> statement > last).orElse(false);
    }

    boolean isEdited() {
        return !text.edits().isEmpty();
    }

    Fields translate(ByteBuf message) {
        ByteBuf body = message.slice(message.readerIndex() + HEADER, message.readableBytes() - HEADER);
        return ErrorTranslation.translate(Fields.read(body, charset), text, statement);
    }

    ServerError error(Fields fields) {
        return Errors.of(fields);
    }

    static String tag(ByteBuf message, Charset charset) {
        return BackendDecoder.commandTag(
                message.slice(message.readerIndex() + HEADER, message.readableBytes() - HEADER), charset);
    }
}
