package dev.sluice.protocol.postgres;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is read of a client's messages. The text of Query and Parse is not decoded here: {@link #queryText} and {@link
 * Parse} say where it stands, so that it can be classified as bytes.
 */
public sealed interface FrontendMessage {

    /** Length of type byte and length field. */
    int HEADER_BYTES = 5;

    /** @param textStart index in the buffer of the text's first byte; {@code textEnd} that of its terminator */
    record Parse(String statement, int textStart, int textEnd, int parameterTypes) implements FrontendMessage {}

    /** @param resultFormats codes as they stand, none when there are none */
    record Bind(String portal, String statement, short[] resultFormats) implements FrontendMessage {}

    /** What a Bind begins with. */
    record BindNames(String portal, String statement) {}

    /** @param maxRows 0 for all */
    record Execute(String portal, int maxRows) implements FrontendMessage {}

    /** @param kind {@code 'S'} for a statement, {@code 'P'} for a portal */
    record Describe(byte kind, String name) implements FrontendMessage {}

    /** @param kind {@code 'S'} for a statement, {@code 'P'} for a portal */
    record Close(byte kind, String name) implements FrontendMessage {}

    /**
     * A function that is called by its number, without any SQL.
     *
     * @param function the number, unsigned
     * @param arguments the bytes of each, in whichever format; empty for NULL
     */
    record FunctionCall(int function, List<Optional<byte[]>> arguments) implements FrontendMessage {
        public FunctionCall {
            arguments = List.copyOf(arguments);
        }
    }

    /**
     * Where the text of a Query ends; it begins behind the header.
     *
     * @param start index of the type byte
     * @param end index behind the message
     */
    static int queryTextEnd(ByteBuf in, int start, int end) {
        int terminator = zero(in, start + HEADER_BYTES, end);
        if (terminator != end - 1) {
            throw ProtocolException.violation("invalid message format");
        }
        return terminator;
    }

    static Parse parse(ByteBuf in, int start, int end) {
        int nameEnd = zero(in, start + HEADER_BYTES, end);
        int textEnd = zero(in, nameEnd + 1, end);
        int types = shortAt(in, textEnd + 1, end);
        if (textEnd + 3L + 4L * types != end) {
            throw ProtocolException.violation("invalid message format");
        }
        return new Parse(text(in, start + HEADER_BYTES, nameEnd), nameEnd + 1, textEnd, types);
    }

    static Bind bind(ByteBuf in, int start, int end) {
        int portalEnd = zero(in, start + HEADER_BYTES, end);
        int statementEnd = zero(in, portalEnd + 1, end);
        int at = statementEnd + 1;
        at = skip(at, 2 + 2L * shortAt(in, at, end), end);
        int parameters = shortAt(in, at, end);
        at += 2;
        for (int i = 0; i < parameters; i++) {
            int length = intAt(in, at, end);
            at = skip(at, 4L + Math.max(0, length), end);
        }
        short[] formats = new short[shortAt(in, at, end)];
        at += 2;
        for (int i = 0; i < formats.length; i++, at += 2) {
            formats[i] = (short) shortAt(in, at, end);
        }
        return new Bind(text(in, start + HEADER_BYTES, portalEnd), text(in, portalEnd + 1, statementEnd), formats);
    }

    /** The names of a Bind of which {@code [start, end)} has come; null when they are not whole yet. */
    static @Nullable BindNames bindNames(ByteBuf in, int start, int end) {
        int from = start + HEADER_BYTES;
        int portalEnd = from >= end ? -1 : in.indexOf(from, end, (byte) 0);
        int statementEnd = portalEnd < 0 || portalEnd + 1 >= end ? -1 : in.indexOf(portalEnd + 1, end, (byte) 0);
        return statementEnd < 0
                ? null
                : new BindNames(text(in, from, portalEnd), text(in, portalEnd + 1, statementEnd));
    }

    static Execute execute(ByteBuf in, int start, int end) {
        int portalEnd = zero(in, start + HEADER_BYTES, end);
        return new Execute(text(in, start + HEADER_BYTES, portalEnd), intAt(in, portalEnd + 1, end));
    }

    static Describe describe(ByteBuf in, int start, int end) {
        return new Describe(kind(in, start, end), text(in, start + 6, zero(in, start + 6, end)));
    }

    static Close close(ByteBuf in, int start, int end) {
        return new Close(kind(in, start, end), text(in, start + 6, zero(in, start + 6, end)));
    }

    /** The number that a FunctionCall begins with, which must be there. */
    static int functionOf(ByteBuf in, int start, int end) {
        return intAt(in, start + HEADER_BYTES, end);
    }

    static FunctionCall functionCall(ByteBuf in, int start, int end) {
        int at = start + HEADER_BYTES + 4;
        at = skip(at, 2 + 2L * shortAt(in, at, end), end);
        int count = shortAt(in, at, end);
        at += 2;
        List<Optional<byte[]>> arguments = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int length = intAt(in, at, end);
            int next = skip(at, 4L + Math.max(0, length), end);
            arguments.add(length < 0 ? Optional.empty() : Optional.of(ByteBufUtil.getBytes(in, at + 4, length)));
            at = next;
        }
        return new FunctionCall(functionOf(in, start, end), arguments);
    }

    private static byte kind(ByteBuf in, int start, int end) {
        if (start + 7 > end) {
            throw ProtocolException.violation("invalid message format");
        }
        return in.getByte(start + HEADER_BYTES);
    }

    private static int skip(int at, long bytes, int end) {
        if (at + bytes > end) {
            throw ProtocolException.violation("insufficient data left in message");
        }
        return (int) (at + bytes);
    }

    private static int shortAt(ByteBuf in, int at, int end) {
        skip(at, 2, end);
        return in.getUnsignedShort(at);
    }

    private static int intAt(ByteBuf in, int at, int end) {
        skip(at, 4, end);
        return in.getInt(at);
    }

    private static int zero(ByteBuf in, int from, int end) {
        int found = from >= end ? -1 : in.indexOf(from, end, (byte) 0);
        if (found < 0) {
            throw ProtocolException.violation("invalid string in message");
        }
        return found;
    }

    private static String text(ByteBuf in, int from, int end) {
        return from == end ? "" : in.toString(from, end - from, StandardCharsets.ISO_8859_1);
    }
}
