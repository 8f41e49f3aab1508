package dev.sluice.protocol.mysql;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * The client's answer to the greeting, HandshakeResponse41. What authenticates it is left unread.
 *
 * @param capabilities with MariaDB's extended ones in the upper 32 bits
 * @param attributes what the client says of itself: {@code program_name}, {@code _pid} …
 */
public record HandshakeResponse(
        long capabilities, int charset, String user, String database, Map<String, String> attributes) {

    private static final int FIXED_BYTES = 32;
    private static final int EXTENDED_AT = 28;
    private static final int MAX_ATTRIBUTES = 128;
    private static final int UTF8_MB3 = 33;

    public HandshakeResponse {
        attributes = Map.copyOf(attributes);
    }

    /** Whether a packet is the request to speak TLS, which looks like the head of a response. */
    public static boolean isTlsRequest(ByteBuf payload, int index, int length) {
        return length >= 4
                && length <= FIXED_BYTES
                && Capabilities.has(payload.getUnsignedIntLE(index), Capabilities.SSL);
    }

    /** Reads a response and leaves only capabilities that are allowed in it, in place. */
    public static HandshakeResponse readAndMask(ByteBuf payload, int index, int length, long allowed) {
        ByteBuf in = payload.slice(index, length);
        Packets.need(in, FIXED_BYTES);
        long capabilities = in.getUnsignedIntLE(0);
        if (!Capabilities.has(capabilities, Capabilities.PROTOCOL_41)) {
            throw new MalformedPacketException("the client speaks a protocol older than 4.1");
        }
        boolean extended = !Capabilities.has(capabilities, Capabilities.LONG_PASSWORD);
        if (extended) {
            capabilities |= in.getUnsignedIntLE(EXTENDED_AT) << 32;
        }
        // A flag that the server does not know is the server's to judge; what we took out must not come back.
        capabilities &= allowed;
        in.setIntLE(0, (int) capabilities);
        if (extended) {
            in.setIntLE(EXTENDED_AT, (int) (capabilities >>> 32));
        }
        int charset = in.getUnsignedByte(8);
        in.skipBytes(FIXED_BYTES);
        String user = Packets.readNulString(in);
        skipAuthentication(in, capabilities);
        String database = "";
        if (Capabilities.has(capabilities, Capabilities.CONNECT_WITH_DB) && in.isReadable()) {
            database = Packets.readNulString(in);
        }
        if (Capabilities.has(capabilities, Capabilities.PLUGIN_AUTH) && in.isReadable()) {
            Packets.readNulString(in);
        }
        Map<String, String> attributes =
                Capabilities.has(capabilities, Capabilities.CONNECT_ATTRS) ? readAttributes(in) : Map.of();
        return new HandshakeResponse(capabilities, charset, user, database, attributes);
    }

    /** Writes the payload of a response that names a user and authenticates nobody. */
    public static void writeWithoutPassword(ByteBuf out, String user) {
        long capabilities = Capabilities.LONG_PASSWORD
                | Capabilities.PROTOCOL_41
                | Capabilities.SECURE_CONNECTION
                | Capabilities.PLUGIN_AUTH;
        out.writeIntLE((int) capabilities).writeIntLE(Packets.MAX_PAYLOAD).writeByte(UTF8_MB3);
        out.writeZero(FIXED_BYTES - 9);
        out.writeCharSequence(user, StandardCharsets.UTF_8);
        out.writeByte(0).writeByte(0);
        out.writeCharSequence("mysql_native_password", StandardCharsets.US_ASCII);
        out.writeByte(0);
    }

    private static void skipAuthentication(ByteBuf in, long capabilities) {
        if (Capabilities.has(capabilities, Capabilities.PLUGIN_AUTH_LENENC)) {
            Packets.skipLenencString(in);
        } else if (Capabilities.has(capabilities, Capabilities.SECURE_CONNECTION)) {
            Packets.need(in, 1);
            int length = in.readUnsignedByte();
            Packets.need(in, length);
            in.skipBytes(length);
        } else {
            Packets.readNulString(in);
        }
    }

    private static Map<String, String> readAttributes(ByteBuf in) {
        Map<String, String> attributes = new HashMap<>();
        if (!in.isReadable()) {
            return attributes;
        }
        int length = Packets.readLength(in);
        ByteBuf all = in.readSlice(length);
        while (all.isReadable() && attributes.size() < MAX_ATTRIBUTES) {
            String name = Packets.readLenencString(all);
            attributes.put(name, Packets.readLenencString(all));
        }
        return attributes;
    }
}
