package dev.sluice.protocol.postgres;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** The packets that have no type byte: what a connection begins with. */
public sealed interface StartupPacket {

    /** As the server's own MAX_STARTUP_PACKET_LENGTH. */
    int MAX_BYTES = 10_000;

    /** Keys have up to 256 bytes since protocol 3.2. */
    int MAX_CANCEL_KEY_BYTES = 256;

    int CANCEL_CODE = (1234 << 16) | 5678;
    int SSL_CODE = (1234 << 16) | 5679;
    int GSS_ENC_CODE = (1234 << 16) | 5680;

    /** Asks whether TLS is spoken here. */
    record SslRequest() implements StartupPacket {}

    /** Asks whether GSSAPI encryption is spoken here. */
    record GssEncRequest() implements StartupPacket {}

    /** Asks to cancel what another connection runs. */
    record Cancel(CancelKey key) implements StartupPacket {}

    /**
     * Opens a session.
     *
     * @param parameters user, database, replication, options, settings and {@code _pq_} options, in the packet's order
     */
    record Startup(int major, int minor, Map<String, String> parameters) implements StartupPacket {

        public String user() {
            return parameters.getOrDefault("user", "");
        }

        /** The database that is meant: without one, that of the user's name. */
        public String database() {
            String named = parameters.getOrDefault("database", "");
            return named.isEmpty() ? user() : named;
        }

        /** Whether this asks for a walsender, which speaks another language (manual, "Streaming Replication Protocol"). */
        public boolean isReplication() {
            String value = parameters.getOrDefault("replication", "false");
            return switch (value.toLowerCase(java.util.Locale.ROOT)) {
                case "false", "off", "no", "0", "f", "n", "of", "fa", "fal", "fals", "" -> false;
                default -> true;
            };
        }
    }

    /**
     * The length that a packet tells of itself, the length field included.
     *
     * @throws ProtocolException when no packet has such a length
     */
    static int checkedLength(int length) {
        if (length < 8 || length > MAX_BYTES) {
            throw ProtocolException.violation("invalid length of startup packet");
        }
        return length;
    }

    /**
     * Reads a packet.
     *
     * @param packet exactly one packet, beginning with its length; the reader index is not moved
     */
    static StartupPacket parse(ByteBuf packet) {
        int start = packet.readerIndex();
        int length = checkedLength(packet.getInt(start));
        if (packet.readableBytes() != length) {
            throw ProtocolException.violation("invalid length of startup packet");
        }
        int code = packet.getInt(start + 4);
        return switch (code) {
            case SSL_CODE -> onlyCode(length, new SslRequest());
            case GSS_ENC_CODE -> onlyCode(length, new GssEncRequest());
            case CANCEL_CODE -> cancel(packet, start, length);
            default -> startup(packet, start, length, code);
        };
    }

    private static StartupPacket onlyCode(int length, StartupPacket packet) {
        if (length != 8) {
            throw ProtocolException.violation("invalid length of startup packet");
        }
        return packet;
    }

    private static StartupPacket cancel(ByteBuf packet, int start, int length) {
        int keyLength = length - 12;
        if (keyLength < 1 || keyLength > MAX_CANCEL_KEY_BYTES) {
            throw ProtocolException.violation("invalid length of cancel request");
        }
        byte[] secret = new byte[keyLength];
        packet.getBytes(start + 12, secret);
        return new Cancel(new CancelKey(packet.getInt(start + 8), secret));
    }

    private static StartupPacket startup(ByteBuf packet, int start, int length, int code) {
        int major = code >>> 16;
        int minor = code & 0xFFFF;
        if (major != 3) {
            throw new ProtocolException(
                    "0A000", "unsupported frontend protocol " + major + "." + minor + ": server supports 3.0 to 3.2");
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        int end = start + length;
        int at = start + 8;
        while (at < end && packet.getByte(at) != 0) {
            int nameEnd = zero(packet, at, end);
            int valueEnd = zero(packet, nameEnd + 1, end);
            parameters.put(text(packet, at, nameEnd), text(packet, nameEnd + 1, valueEnd));
            at = valueEnd + 1;
        }
        if (at != end - 1) {
            throw ProtocolException.violation("invalid startup packet layout: expected terminator as last byte");
        }
        return new Startup(major, minor, parameters);
    }

    private static int zero(ByteBuf packet, int from, int end) {
        int found = from >= end ? -1 : packet.indexOf(from, end, (byte) 0);
        if (found < 0) {
            throw ProtocolException.violation("invalid startup packet layout: expected terminator as last byte");
        }
        return found;
    }

    private static String text(ByteBuf packet, int from, int end) {
        return packet.toString(from, end - from, StandardCharsets.UTF_8);
    }
}
