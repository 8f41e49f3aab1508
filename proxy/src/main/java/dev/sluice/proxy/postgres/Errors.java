package dev.sluice.proxy.postgres;

import dev.sluice.protocol.postgres.BackendEncoder;
import dev.sluice.protocol.postgres.Fields;
import dev.sluice.proxy.session.ErrorObject;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.ServerError;
import io.netty.buffer.ByteBuf;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** Between the errors of the control plane and those of the wire. */
final class Errors {
    private Errors() {}

    /** Writes an error that ends the connection. */
    static void fatal(ByteBuf out, String sqlState, String message) {
        BackendEncoder.error(out, Fields.of("FATAL", sqlState, message), StandardCharsets.UTF_8);
    }

    static void write(ByteBuf out, ServerError error, Charset charset) {
        BackendEncoder.error(out, fields(error), charset);
    }

    static Fields fields(ServerError error) {
        Fields fields = Fields.of(error.severity(), error.sqlState(), error.message())
                .with(Fields.DETAIL, error.detail().orElse(""))
                .with(Fields.HINT, error.hint().orElse(""))
                .with(Fields.POSITION, error.position() > 0 ? Integer.toString(error.position()) : "");
        for (ErrorObject.Part part : ErrorObject.Part.values()) {
            fields = fields.with(field(part), error.about().name(part));
        }
        return fields;
    }

    private static char field(ErrorObject.Part part) {
        return switch (part) {
            case SCHEMA -> Fields.SCHEMA;
            case TABLE -> Fields.TABLE;
            case COLUMN -> Fields.COLUMN;
            case DATA_TYPE -> Fields.DATA_TYPE;
            case CONSTRAINT -> Fields.CONSTRAINT;
        };
    }

    static Fields fields(HeldSession.Notice notice) {
        return Fields.of(notice.severity(), notice.sqlState(), notice.message())
                .with(Fields.DETAIL, notice.detail())
                .with(Fields.HINT, notice.hint());
    }

    static ServerError of(Fields fields) {
        int position = 0;
        String text = fields.text(Fields.POSITION);
        if (!text.isEmpty() && text.length() < 10 && text.chars().allMatch(Character::isDigit)) {
            position = Integer.parseInt(text);
        }
        String severity = fields.get(Fields.SEVERITY_NOT_LOCALIZED).orElse(fields.text(Fields.SEVERITY));
        return new ServerError(
                severity,
                fields.text(Fields.SQL_STATE),
                0,
                fields.text(Fields.MESSAGE),
                fields.get(Fields.DETAIL),
                fields.get(Fields.HINT),
                position,
                ErrorObject.of(part -> fields.text(field(part))));
    }
}
