package dev.sluice.protocol.mysql;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Writes a gateway's own answers as packets, in the form that the client has agreed on. Numbers its packets itself,
 * beginning with the sequence that it is given. Not thread-safe.
 */
public final class AnswerEncoder {

    private static final int UTF8MB4 = 45;
    private static final int TYPE_VAR_STRING = 253;
    private static final int COLUMN_BYTES = 65_535;

    private final ByteBuf out;
    private final long capabilities;
    private int sequence;

    public AnswerEncoder(ByteBuf out, long capabilities, int sequence) {
        this.out = out;
        this.capabilities = capabilities;
        this.sequence = sequence;
    }

    /** The number of the packet that comes next. */
    public int sequence() {
        return sequence;
    }

    public void ok(OkPacket ok) {
        packet(p -> ok.write(p, false));
    }

    public void err(ErrPacket err) {
        packet(err::write);
    }

    /** The head of a prepared statement that takes no parameters and whose columns are told when it is executed. */
    public void prepared(int statementId) {
        packet(p -> {
            p.writeByte(0)
                    .writeIntLE(statementId)
                    .writeShortLE(0)
                    .writeShortLE(0)
                    .writeByte(0)
                    .writeShortLE(0);
            if (has(Capabilities.OPTIONAL_RESULTSET_METADATA)) {
                p.writeByte(1);
            }
        });
    }

    /** A table of text; an empty Optional is NULL. */
    public void table(List<String> columns, List<List<Optional<String>>> rows, int status, boolean binary) {
        columnCount(columns.size());
        for (String column : columns) {
            packet(p -> definition(p, column));
        }
        if (!has(Capabilities.DEPRECATE_EOF)) {
            packet(p -> eof(p, status));
        }
        for (List<Optional<String>> row : rows) {
            packet(p -> {
                if (binary) {
                    binaryRow(p, row);
                } else {
                    textRow(p, row);
                }
            });
        }
        end(status);
    }

    private void columnCount(int columns) {
        packet(p -> {
            if (has(Capabilities.OPTIONAL_RESULTSET_METADATA)) {
                p.writeByte(1);
            }
            Packets.writeLenenc(p, columns);
            if (has(Capabilities.MARIADB_CACHE_METADATA)) {
                p.writeByte(1);
            }
        });
    }

    private void definition(ByteBuf p, String name) {
        Packets.writeLenencString(p, "def");
        Packets.writeLenencString(p, "");
        Packets.writeLenencString(p, "");
        Packets.writeLenencString(p, "");
        Packets.writeLenencString(p, name);
        Packets.writeLenencString(p, "");
        if (has(Capabilities.MARIADB_EXTENDED_METADATA)) {
            Packets.writeLenencString(p, "");
        }
        p.writeByte(0x0C).writeShortLE(UTF8MB4).writeIntLE(COLUMN_BYTES).writeByte(TYPE_VAR_STRING);
        p.writeShortLE(0).writeByte(0).writeShortLE(0);
    }

    private static void textRow(ByteBuf p, List<Optional<String>> row) {
        for (Optional<String> value : row) {
            value.ifPresentOrElse(v -> Packets.writeLenencString(p, v), () -> p.writeByte(0xFB));
        }
    }

    /** The NULL bitmap of a binary row begins at its third bit. */
    private static void binaryRow(ByteBuf p, List<Optional<String>> row) {
        p.writeByte(0);
        byte[] nulls = new byte[(row.size() + 9) / 8];
        for (int i = 0; i < row.size(); i++) {
            if (row.get(i).isEmpty()) {
                nulls[(i + 2) / 8] |= (byte) (1 << ((i + 2) % 8));
            }
        }
        p.writeBytes(nulls);
        row.forEach(value -> value.ifPresent(v -> Packets.writeLenencString(p, v)));
    }

    private void end(int status) {
        if (has(Capabilities.DEPRECATE_EOF)) {
            packet(p -> new OkPacket(0, 0, status, 0, "").write(p, true));
        } else {
            packet(p -> eof(p, status));
        }
    }

    private static void eof(ByteBuf p, int status) {
        p.writeByte(0xFE).writeShortLE(0).writeShortLE(status);
    }

    /** A command packet with a text: what a gateway asks the server itself. */
    public static void query(ByteBuf out, ByteBuf text, long capabilities) {
        ByteBuf payload = out.alloc().buffer(text.readableBytes() + 3);
        try {
            payload.writeByte(Command.QUERY);
            if (Capabilities.has(capabilities, Capabilities.QUERY_ATTRIBUTES)) {
                payload.writeByte(0).writeByte(1);
            }
            payload.writeBytes(text);
            Packets.writePackets(out, payload, 0);
        } finally {
            payload.release();
        }
    }

    private boolean has(long flag) {
        return Capabilities.has(capabilities, flag);
    }

    private void packet(Consumer<ByteBuf> body) {
        ByteBuf payload = out.alloc().buffer();
        try {
            body.accept(payload);
            sequence = Packets.writePackets(out, payload, sequence);
        } finally {
            payload.release();
        }
    }
}
