package dev.sluice.protocol.postgres;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Writes the messages that a client sends. */
public final class FrontendEncoder {
    private FrontendEncoder() {}

    /** @param text the statement in the session's encoding */
    public static void query(ByteBuf out, byte[] text) {
        out.writeByte(FrontendType.QUERY);
        out.writeInt(4 + text.length + 1);
        out.writeBytes(text);
        out.writeByte(0);
    }

    /** A Parse that leaves all parameter types to the server. */
    public static void parse(ByteBuf out, String statement, byte[] text) {
        byte[] name = ascii(statement);
        out.writeByte(FrontendType.PARSE);
        out.writeInt(4 + name.length + 1 + text.length + 1 + 2);
        string(out, name);
        string(out, text);
        out.writeShort(0);
    }

    /** A Bind without parameters that wants text. */
    public static void bind(ByteBuf out, String portal, String statement) {
        byte[] portalName = ascii(portal);
        byte[] statementName = ascii(statement);
        out.writeByte(FrontendType.BIND);
        out.writeInt(4 + portalName.length + 1 + statementName.length + 1 + 6);
        string(out, portalName);
        string(out, statementName);
        out.writeShort(0);
        out.writeShort(0);
        out.writeShort(0);
    }

    /** @param kind {@code 'S'} for a statement, {@code 'P'} for a portal */
    public static void describe(ByteBuf out, char kind, String name) {
        named(out, FrontendType.DESCRIBE, kind, name);
    }

    /** @param kind {@code 'S'} for a statement, {@code 'P'} for a portal */
    public static void close(ByteBuf out, char kind, String name) {
        named(out, FrontendType.CLOSE, kind, name);
    }

    /** @param maxRows 0 for all */
    public static void execute(ByteBuf out, String portal, int maxRows) {
        byte[] name = ascii(portal);
        out.writeByte(FrontendType.EXECUTE);
        out.writeInt(4 + name.length + 1 + 4);
        string(out, name);
        out.writeInt(maxRows);
    }

    public static void flush(ByteBuf out) {
        bare(out, FrontendType.FLUSH);
    }

    public static void sync(ByteBuf out) {
        bare(out, FrontendType.SYNC);
    }

    public static void terminate(ByteBuf out) {
        bare(out, FrontendType.TERMINATE);
    }

    public static void cancelRequest(ByteBuf out, CancelKey key) {
        out.writeInt(12 + key.secret().length);
        out.writeInt(StartupPacket.CANCEL_CODE);
        out.writeInt(key.processId());
        out.writeBytes(key.secret());
    }

    private static void bare(ByteBuf out, byte type) {
        out.writeByte(type);
        out.writeInt(4);
    }

    private static void named(ByteBuf out, byte type, char kind, String name) {
        byte[] bytes = ascii(name);
        out.writeByte(type);
        out.writeInt(4 + 1 + bytes.length + 1);
        out.writeByte(kind);
        string(out, bytes);
    }

    private static void string(ByteBuf out, byte[] text) {
        out.writeBytes(text);
        out.writeByte(0);
    }

    private static byte[] ascii(String name) {
        return name.getBytes(StandardCharsets.ISO_8859_1);
    }
}
