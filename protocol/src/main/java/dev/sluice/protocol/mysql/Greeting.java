package dev.sluice.protocol.mysql;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The server's first packet, handshake version 10.
 *
 * @param capabilities with MariaDB's extended ones in the upper 32 bits
 * @param connectionId what KILL takes
 */
public record Greeting(String serverVersion, long connectionId, long capabilities, int charset, int status) {

    private static final int PROTOCOL_VERSION = 10;
    private static final int AUTH_START_BYTES = 8;
    private static final int RESERVED_BEFORE_MARIADB = 6;

    /**
     * Reads a greeting and takes the capabilities that are not wanted out of it, in place.
     *
     * @param payload where the packet is
     * @param index of its first byte
     */
    public static Greeting readAndMask(ByteBuf payload, int index, int length, long unwanted) {
        ByteBuf in = payload.slice(index, length);
        Packets.need(in, 1);
        int version = in.readUnsignedByte();
        if (version != PROTOCOL_VERSION) {
            throw new MalformedPacketException("handshake version " + version + " is not known");
        }
        String serverVersion = Packets.readNulString(in);
        Packets.need(in, 4 + AUTH_START_BYTES + 1 + 2);
        long connectionId = in.readUnsignedIntLE();
        in.skipBytes(AUTH_START_BYTES + 1);
        int lowAt = in.readerIndex();
        long capabilities = in.readUnsignedShortLE();
        if (in.readableBytes() < 15) {
            return mask(in, lowAt, serverVersion, connectionId, capabilities & ~unwanted);
        }
        int charset = in.readUnsignedByte();
        int status = in.readUnsignedShortLE();
        int highAt = in.readerIndex();
        capabilities |= (long) in.readUnsignedShortLE() << 16;
        in.skipBytes(1 + RESERVED_BEFORE_MARIADB);
        int extendedAt = in.readerIndex();
        boolean extended = !Capabilities.has(capabilities, Capabilities.LONG_PASSWORD);
        if (extended) {
            capabilities |= in.readUnsignedIntLE() << 32;
        }
        capabilities &= ~unwanted;
        in.setShortLE(lowAt, (int) capabilities);
        in.setShortLE(highAt, (int) (capabilities >>> 16));
        if (extended) {
            in.setIntLE(extendedAt, (int) (capabilities >>> 32));
        }
        return new Greeting(serverVersion, connectionId, capabilities, charset, status);
    }

    private static Greeting mask(ByteBuf in, int lowAt, String version, long connectionId, long capabilities) {
        in.setShortLE(lowAt, (int) capabilities);
        return new Greeting(version, connectionId, capabilities, 0, ServerStatus.AUTOCOMMIT);
    }

    /** Whether the server is a MariaDB, by its version: {@code 11.4.5-MariaDB}. */
    public boolean isMariaDb() {
        return serverVersion.toLowerCase(Locale.ROOT).contains("mariadb");
    }

    /** Its version as bytes on the wire. */
    public byte[] versionBytes() {
        return serverVersion.getBytes(StandardCharsets.UTF_8);
    }
}
