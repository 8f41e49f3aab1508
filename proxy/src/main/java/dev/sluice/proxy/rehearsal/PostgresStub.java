package dev.sluice.proxy.rehearsal;

import dev.sluice.protocol.postgres.BackendEncoder;
import dev.sluice.protocol.postgres.BackendType;
import dev.sluice.protocol.postgres.FrontendType;
import io.netty.buffer.ByteBuf;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * A PostgreSQL server as far as a relay can tell: answers each statement with a row, {@code TABLE …} with many, and {@code
 * COPY …} by taking data.
 */
final class PostgresStub extends StubServer {
    private static final int MANY_ROWS = 20_000;

    private static final byte[] GREETING = bytes(PostgresStub::greeting);
    private static final byte[] ROW_SHAPE =
            bytes(out -> BackendEncoder.rowDescription(out, List.of("a", "b"), column -> 0, StandardCharsets.UTF_8));
    private static final byte[] ROW = bytes(out -> BackendEncoder.dataRow(
            out, List.of(Optional.of("12345"), Optional.of("x".repeat(60))), StandardCharsets.UTF_8));
    private static final byte[] SELECTED = bytes(out -> BackendEncoder.commandComplete(out, "SELECT 1"));
    private static final byte[] COPIED = bytes(out -> BackendEncoder.commandComplete(out, "COPY 1"));
    private static final byte[] READY = bytes(out -> BackendEncoder.readyForQuery(out, (byte) 'I'));
    private static final byte[] PARSED = bytes(out -> BackendEncoder.bare(out, BackendType.PARSE_COMPLETE));
    private static final byte[] BOUND = bytes(out -> BackendEncoder.bare(out, BackendType.BIND_COMPLETE));
    private static final byte[] COPY_IN = {BackendType.COPY_IN_RESPONSE, 0, 0, 0, 7, 0, 0, 0};

    PostgresStub() throws IOException {}

    private static void greeting(ByteBuf out) {
        out.writeByte(BackendType.AUTHENTICATION).writeInt(8).writeInt(0);
        List.of("server_version=18.0", "client_encoding=UTF8", "standard_conforming_strings=on", "application_name=")
                .forEach(setting -> {
                    int at = setting.indexOf('=');
                    BackendEncoder.parameterStatus(
                            out, setting.substring(0, at), setting.substring(at + 1), StandardCharsets.UTF_8);
                });
        out.writeByte(BackendType.BACKEND_KEY_DATA).writeInt(12).writeInt(1).writeInt(1);
        BackendEncoder.readyForQuery(out, (byte) 'I');
    }

    @Override
    void serve(DataInputStream in, OutputStream out) throws IOException {
        byte[] startup = new byte[in.readInt() - 4];
        in.readFully(startup);
        if (!new String(startup, StandardCharsets.ISO_8859_1).contains(USER)) {
            return;
        }
        out.write(GREETING);
        out.flush();
        int type = in.read();
        while (type >= 0 && type != FrontendType.TERMINATE) {
            byte[] body = new byte[in.readInt() - 4];
            in.readFully(body);
            answer((byte) type, body, out);
            type = in.read();
        }
    }

    private static void answer(byte type, byte[] body, OutputStream out) throws IOException {
        switch (type) {
            case FrontendType.QUERY -> query(body, out);
            case FrontendType.PARSE -> out.write(PARSED);
            case FrontendType.BIND -> out.write(BOUND);
            case FrontendType.DESCRIBE -> out.write(ROW_SHAPE);
            case FrontendType.EXECUTE -> {
                out.write(ROW);
                out.write(SELECTED);
            }
            case FrontendType.COPY_DONE -> {
                out.write(COPIED);
                out.write(READY);
                out.flush();
            }
            case FrontendType.SYNC -> {
                out.write(READY);
                out.flush();
            }
            default -> {
                // COPY data wants no answer.
            }
        }
    }

    private static void query(byte[] text, OutputStream out) throws IOException {
        String first = new String(text, 0, Math.min(5, text.length), StandardCharsets.ISO_8859_1);
        if (first.equals("COPY ")) {
            out.write(COPY_IN);
        } else {
            out.write(ROW_SHAPE);
            int rows = first.equals("TABLE") ? MANY_ROWS : 1;
            for (int i = 0; i < rows; i++) {
                out.write(ROW);
            }
            out.write(SELECTED);
            out.write(READY);
        }
        out.flush();
    }
}
