package dev.sluice.proxy.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.protocol.postgres.BackendType;
import dev.sluice.protocol.postgres.CancelKey;
import dev.sluice.protocol.postgres.Fields;
import dev.sluice.protocol.postgres.FrontendEncoder;
import dev.sluice.proxy.testing.Patience;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A client that says exactly what a test wants said. */
final class RawClient implements AutoCloseable {
    final Socket socket;
    final DataInputStream in;
    CancelKey key = new CancelKey(0, new byte[4]);

    RawClient(int port) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(Patience.MILLIS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
    }

    /** A message of the server's. */
    record Message(char type, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        Fields fields() {
            return Fields.read(Unpooled.wrappedBuffer(body), StandardCharsets.UTF_8);
        }

        @Override
        public String toString() {
            return switch (type) {
                case BackendType.ERROR_RESPONSE, BackendType.NOTICE_RESPONSE -> type + " " + fields();
                case BackendType.READY_FOR_QUERY -> "Z" + (char) body[0];
                case BackendType.COMMAND_COMPLETE ->
                    "C " + new String(body, 0, body.length - 1, StandardCharsets.UTF_8);
                default -> Character.toString(type);
            };
        }
    }

    RawClient send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    /** Sends what is written into a buffer, in one segment. */
    RawClient send(Consumer<ByteBuf> writer) throws IOException {
        return send(bytes(writer));
    }

    static byte[] bytes(Consumer<ByteBuf> writer) {
        ByteBuf out = Unpooled.buffer();
        writer.accept(out);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }

    static byte[] startup(int minor, String... parameters) {
        return bytes(out -> {
            out.writeInt(0);
            out.writeInt(3 << 16 | minor);
            for (String parameter : parameters) {
                out.writeCharSequence(parameter, StandardCharsets.UTF_8);
                out.writeByte(0);
            }
            out.writeByte(0);
            out.setInt(0, out.writerIndex());
        });
    }

    RawClient login(String database) throws IOException {
        send(startup(0, "user", "postgres", "database", database));
        List<Message> messages = untilReady();
        for (Message message : messages) {
            if (message.type == BackendType.BACKEND_KEY_DATA) {
                key = dev.sluice.protocol.postgres.BackendDecoder.backendKeyData(Unpooled.wrappedBuffer(message.body));
            }
        }
        return this;
    }

    RawClient query(String sql) throws IOException {
        return send(out -> FrontendEncoder.query(out, sql.getBytes(StandardCharsets.UTF_8)));
    }

    /** The messages up to ReadyForQuery. */
    List<Message> ask(String sql) throws IOException {
        return query(sql).untilReady();
    }

    Message read() throws IOException {
        char type = (char) in.readUnsignedByte();
        byte[] body = new byte[in.readInt() - 4];
        in.readFully(body);
        return new Message(type, body);
    }

    /** The next message that is neither a notice nor a parameter's status. */
    Message next() throws IOException {
        Message message = read();
        while (message.type == 'N' || message.type == 'S' || message.type == 'A') {
            message = read();
        }
        return message;
    }

    List<Message> untilReady() throws IOException {
        List<Message> messages = new ArrayList<>();
        Message message;
        do {
            message = read();
            messages.add(message);
        } while (message.type != BackendType.READY_FOR_QUERY);
        return messages;
    }

    /** The messages up to the end of the connection. */
    List<Message> untilEnd() {
        List<Message> messages = new ArrayList<>();
        try {
            while (true) {
                messages.add(read());
            }
        } catch (IOException end) {
            return messages;
        }
    }

    /** The gateway has closed its side, and nothing was lost on the way. */
    void assertEnded() throws IOException {
        assertThat(in.read()).isEqualTo(-1);
    }

    static String kinds(List<Message> messages) {
        StringBuilder kinds = new StringBuilder();
        for (Message message : messages) {
            kinds.append(message.type);
        }
        return kinds.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
