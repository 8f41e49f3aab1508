package dev.sluice.protocol.postgres;

import io.netty.buffer.ByteBuf;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes the messages that a server sends. Text goes out in the encoding that the session's client asked for. */
public final class BackendEncoder {
    private static final int TEXT_OID = 25;

    private BackendEncoder() {}

    /** An ErrorResponse. */
    public static void error(ByteBuf out, Fields fields, Charset charset) {
        fields(out, BackendType.ERROR_RESPONSE, fields, charset);
    }

    /** A NoticeResponse. */
    public static void notice(ByteBuf out, Fields fields, Charset charset) {
        fields(out, BackendType.NOTICE_RESPONSE, fields, charset);
    }

    private static void fields(ByteBuf out, byte type, Fields fields, Charset charset) {
        int start = begin(out, type);
        for (Map.Entry<Character, String> field : fields.byCode().entrySet()) {
            out.writeByte(field.getKey());
            string(out, field.getValue(), charset);
        }
        out.writeByte(0);
        end(out, start);
    }

    /**
     * A RowDescription of text columns.
     *
     * @param formats asks for each column's format code; text has the same bytes in both
     */
    public static void rowDescription(ByteBuf out, List<String> columns, FormatOf formats, Charset charset) {
        int start = begin(out, BackendType.ROW_DESCRIPTION);
        out.writeShort(columns.size());
        for (int i = 0; i < columns.size(); i++) {
            string(out, columns.get(i), charset);
            out.writeInt(0);
            out.writeShort(0);
            out.writeInt(TEXT_OID);
            out.writeShort(-1);
            out.writeInt(-1);
            out.writeShort(formats.format(i));
        }
        end(out, start);
    }

    /** The format code of a column, counted from 0. */
    @FunctionalInterface
    public interface FormatOf {
        short format(int column);
    }

    public static void dataRow(ByteBuf out, List<Optional<String>> values, Charset charset) {
        int start = begin(out, BackendType.DATA_ROW);
        out.writeShort(values.size());
        for (Optional<String> value : values) {
            if (value.isEmpty()) {
                out.writeInt(-1);
            } else {
                byte[] bytes = value.get().getBytes(charset);
                out.writeInt(bytes.length);
                out.writeBytes(bytes);
            }
        }
        end(out, start);
    }

    public static void commandComplete(ByteBuf out, String tag) {
        int start = begin(out, BackendType.COMMAND_COMPLETE);
        string(out, tag, StandardCharsets.ISO_8859_1);
        end(out, start);
    }

    /** A ParameterDescription of a statement without parameters. */
    public static void noParameters(ByteBuf out) {
        out.writeByte(BackendType.PARAMETER_DESCRIPTION);
        out.writeInt(6);
        out.writeShort(0);
    }

    public static void parameterStatus(ByteBuf out, String name, String value, Charset charset) {
        int start = begin(out, BackendType.PARAMETER_STATUS);
        string(out, name, charset);
        string(out, value, charset);
        end(out, start);
    }

    /** @param status {@code 'I'}, {@code 'T'} or {@code 'E'} */
    public static void readyForQuery(ByteBuf out, byte status) {
        out.writeByte(BackendType.READY_FOR_QUERY);
        out.writeInt(5);
        out.writeByte(status);
    }

    /** A message without content: ParseComplete, BindComplete, CloseComplete, NoData, PortalSuspended. */
    public static void bare(ByteBuf out, byte type) {
        out.writeByte(type);
        out.writeInt(4);
    }

    private static int begin(ByteBuf out, byte type) {
        out.writeByte(type);
        out.writeInt(0);
        return out.writerIndex() - 4;
    }

    private static void end(ByteBuf out, int start) {
        out.setInt(start, out.writerIndex() - start);
    }

    private static void string(ByteBuf out, String text, Charset charset) {
        out.writeBytes(text.replace('\0', '?').getBytes(charset));
        out.writeByte(0);
    }
}
