package dev.sluice.protocol.postgres;

import io.netty.buffer.ByteBuf;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the few messages of a server that are read. Each method takes a message's body: all that is readable. */
public final class BackendDecoder {
    private BackendDecoder() {}

    /** ParameterStatus. */
    public record Parameter(String name, String value) {}

    public static Parameter parameterStatus(ByteBuf body, Charset charset) {
        String name = string(body, charset);
        return new Parameter(name, string(body, charset));
    }

    public static CancelKey backendKeyData(ByteBuf body) {
        if (body.readableBytes() < 5 || body.readableBytes() > 4 + StartupPacket.MAX_CANCEL_KEY_BYTES) {
            throw ProtocolException.violation("invalid BackendKeyData");
        }
        int processId = body.readInt();
        byte[] secret = new byte[body.readableBytes()];
        body.readBytes(secret);
        return new CancelKey(processId, secret);
    }

    /** The columns' names. */
    public static List<String> rowDescription(ByteBuf body, Charset charset) {
        int count = unsignedShort(body);
        List<String> names = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            names.add(string(body, charset));
            need(body, 18);
            body.skipBytes(18);
        }
        return names;
    }

    /** Values in text form. */
    public static List<Optional<String>> dataRow(ByteBuf body, Charset charset) {
        int count = unsignedShort(body);
        List<Optional<String>> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            need(body, 4);
            int length = body.readInt();
            if (length < 0) {
                values.add(Optional.empty());
            } else {
                need(body, length);
                values.add(Optional.of(body.readCharSequence(length, charset).toString()));
            }
        }
        return values;
    }

    public static String commandTag(ByteBuf body, Charset charset) {
        return string(body, charset);
    }

    /** The rows that a command tag tells of: its last word, 0 when that is no number. */
    public static long rowsOf(String tag) {
        int at = tag.length();
        long rows = 0;
        long unit = 1;
        while (at > 0 && at > tag.length() - 18 && Character.isDigit(tag.charAt(at - 1))) {
            rows += unit * (tag.charAt(at - 1) - '0');
            unit *= 10;
            at--;
        }
        return at > 0 && at < tag.length() && tag.charAt(at - 1) == ' ' ? rows : 0;
    }

    private static String string(ByteBuf body, Charset charset) {
        int length = body.bytesBefore((byte) 0);
        if (length < 0) {
            throw ProtocolException.violation("invalid string in message");
        }
        String text = body.readCharSequence(length, charset).toString();
        body.skipBytes(1);
        return text;
    }

    private static int unsignedShort(ByteBuf body) {
        need(body, 2);
        return body.readUnsignedShort();
    }

    private static void need(ByteBuf body, int bytes) {
        if (body.readableBytes() < bytes) {
            throw ProtocolException.violation("insufficient data left in message");
        }
    }
}
