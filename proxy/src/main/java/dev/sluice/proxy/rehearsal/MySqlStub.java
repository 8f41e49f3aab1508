package dev.sluice.proxy.rehearsal;

import dev.sluice.protocol.mysql.AnswerEncoder;
import dev.sluice.protocol.mysql.Capabilities;
import dev.sluice.protocol.mysql.Command;
import dev.sluice.protocol.mysql.ErrPacket;
import dev.sluice.protocol.mysql.OkPacket;
import dev.sluice.protocol.mysql.Packets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A MySQL server as far as a relay can tell: answers {@code SELECT …} and what is prepared with a row, {@code TABLE …} with
 * many, and everything else with OK.
 */
final class MySqlStub extends StubServer {
    static final String PLUGIN = "mysql_native_password";
    static final byte END = (byte) 0xFE;
    static final long CAPABILITIES = Capabilities.PROTOCOL_41
            | Capabilities.LONG_PASSWORD
            | Capabilities.SECURE_CONNECTION
            | Capabilities.PLUGIN_AUTH
            | Capabilities.DEPRECATE_EOF;

    private static final int AUTOCOMMIT = 2;
    private static final int UTF8MB4 = 45;
    private static final int MANY_ROWS = 20_000;
    private static final List<Optional<String>> ROW = List.of(Optional.of("12345"), Optional.of("x".repeat(60)));
    private static final OkPacket DONE = new OkPacket(1, 0, AUTOCOMMIT, 0, "");

    MySqlStub() throws IOException {}

    @Override
    void serve(DataInputStream in, OutputStream out) throws IOException {
        send(out, packet(0, MySqlStub::greeting));
        byte[] response = read(in);
        long capabilities = Unpooled.wrappedBuffer(response).readUnsignedIntLE();
        if (!new String(response, StandardCharsets.ISO_8859_1).contains(USER)) {
            send(out, answer(capabilities, 2, a -> a.err(new ErrPacket(1045, "28000", "this is a rehearsal"))));
            return;
        }
        send(out, answer(capabilities, 2, a -> a.ok(DONE)));
        Answers answers = new Answers(capabilities);
        for (byte[] command = read(in); command[0] != Command.QUIT; command = read(in)) {
            send(out, answers.to(command));
        }
    }

    private static void greeting(ByteBuf out) {
        out.writeByte(10)
                .writeBytes("9.7.0\0".getBytes(StandardCharsets.US_ASCII))
                .writeIntLE(1);
        out.writeBytes(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}).writeByte(0).writeShortLE((int) CAPABILITIES);
        out.writeByte(UTF8MB4).writeShortLE(AUTOCOMMIT).writeShortLE((int) (CAPABILITIES >> 16));
        out.writeByte(21).writeZero(10).writeBytes("abcdefghijkl\0".getBytes(StandardCharsets.US_ASCII));
        out.writeBytes((PLUGIN + "\0").getBytes(StandardCharsets.US_ASCII));
    }

    private static void send(OutputStream out, byte[] packets) throws IOException {
        out.write(packets);
        out.flush();
    }

    /** A packet's payload. */
    static byte[] read(DataInputStream in) throws IOException {
        int length = in.read() | in.read() << 8 | in.read() << 16;
        if (length < 0 || in.read() < 0) {
            throw new IOException("the connection has ended");
        }
        byte[] payload = new byte[length];
        in.readFully(payload);
        return payload;
    }

    static byte[] packet(int sequence, Consumer<ByteBuf> body) {
        return bytes(out -> Packets.writePackets(out, Unpooled.wrappedBuffer(bytes(body)), sequence));
    }

    private static byte[] answer(long capabilities, int sequence, Consumer<AnswerEncoder> answer) {
        return bytes(out -> answer.accept(new AnswerEncoder(out, capabilities, sequence)));
    }

    /** What a client of some capabilities is answered. */
    private static final class Answers {
        private final byte[] row;
        private final byte[] rows;
        private final byte[] prepared;
        private final byte[] executed;
        private final byte[] done;

        Answers(long capabilities) {
            row = answer(capabilities, 1, a -> table(a, 1, false));
            rows = answer(capabilities, 1, a -> table(a, MANY_ROWS, false));
            prepared = answer(capabilities, 1, a -> a.prepared(1));
            executed = answer(capabilities, 1, a -> table(a, 1, true));
            done = answer(capabilities, 1, a -> a.ok(DONE));
        }

        private static void table(AnswerEncoder out, int rows, boolean binary) {
            out.table(List.of("a", "b"), Collections.nCopies(rows, ROW), AUTOCOMMIT, binary);
        }

        byte[] to(byte[] command) {
            return switch (command[0]) {
                case Command.STMT_PREPARE -> prepared;
                case Command.STMT_EXECUTE -> executed;
                case Command.QUERY ->
                    switch (new String(command, 1, Math.min(5, command.length - 1), StandardCharsets.ISO_8859_1)
                            .toUpperCase(Locale.ROOT)) {
                        case "TABLE" -> rows;
                        case "SELEC" -> row;
                        default -> done;
                    };
                default -> done;
            };
        }
    }
}
