package dev.sluice.proxy.rehearsal;

import dev.sluice.protocol.postgres.BackendEncoder;
import dev.sluice.protocol.postgres.BackendType;
import dev.sluice.protocol.postgres.FrontendType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A PostgreSQL server as far as a relay can tell: lets the rehearsal's user in, and answers each statement with a row,
 * {@code TABLE …} with many, and {@code COPY …} by taking data. On loopback; ends with the process or {@link #close}.
 */
final class StubServer implements AutoCloseable {
    /** Nobody else is let in: the gateway's own connections would not understand the answers. */
    static final String USER = "rehearsal";

    private static final int MANY_ROWS = 20_000;

    private static final byte[] GREETING = bytes(StubServer::greeting);
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

    private final ServerSocket socket;

    StubServer() throws IOException {
        socket = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().name("stub server").start(this::accept);
    }

    int port() {
        return socket.getLocalPort();
    }

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

    static byte[] bytes(Consumer<ByteBuf> writer) {
        ByteBuf out = Unpooled.buffer();
        writer.accept(out);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }

    private void accept() {
        try {
            while (true) {
                Socket client = socket.accept();
                Thread.ofPlatform().daemon().name("stub session").start(() -> serve(client));
            }
        } catch (IOException e) {
            // The rehearsal is over.
            return;
        }
    }

    private static void serve(Socket client) {
        try (client;
                DataInputStream in = new DataInputStream(new BufferedInputStream(client.getInputStream()));
                OutputStream out = new BufferedOutputStream(client.getOutputStream(), 64 << 10)) {
            client.setTcpNoDelay(true);
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
        } catch (IOException e) {
            // The client has gone.
            return;
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

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
