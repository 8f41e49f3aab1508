package dev.sluice.protocol.mysql;

import io.netty.buffer.ByteBuf;

/** Success. What it says of the session's state is not read. */
public record OkPacket(long affectedRows, long lastInsertId, int status, int warnings, String info) {

    public static OkPacket read(ByteBuf payload, int index, int length) {
        ByteBuf in = payload.slice(index, length);
        Packets.need(in, 1);
        in.skipBytes(1);
        long affected = Packets.readLenenc(in);
        long insertId = Packets.readLenenc(in);
        Packets.need(in, 4);
        int status = in.readUnsignedShortLE();
        int warnings = in.readUnsignedShortLE();
        String info = in.isReadable() ? Packets.readLenencString(in) : "";
        return new OkPacket(affected, insertId, status, warnings, info);
    }

    /**
     * Writes the packet's payload. Both servers send the text with its length, with and without session tracking.
     *
     * @param endOfRows whether it stands where an EOF packet once stood
     */
    public void write(ByteBuf out, boolean endOfRows) {
        out.writeByte(endOfRows ? 0xFE : 0x00);
        Packets.writeLenenc(out, affectedRows);
        Packets.writeLenenc(out, lastInsertId);
        out.writeShortLE(status).writeShortLE(warnings);
        if (!info.isEmpty()) {
            Packets.writeLenencString(out, info);
        }
    }
}
