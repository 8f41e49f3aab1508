package dev.sluice.proxy.gateway;

import dev.sluice.proxy.testing.Patience;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A client that says what no driver would say. */
final class WireClient implements AutoCloseable {

    private final Socket socket;
    private final DataInputStream in;

    WireClient(int port, String database) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(Patience.MILLIS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
        Body startup = new Body();
        startup.out.writeInt(3 << 16);
        startup.text("user")
                .text("postgres")
                .text("database")
                .text(database)
                .out
                .writeByte(0);
        send(startup.framed(), false);
        answer();
    }

    /** What the server or the gateway said up to ReadyForQuery. */
    record Answer(List<String> tags, Optional<String> sqlState, Optional<String> message) {}

    Answer query(String sql, boolean byteByByte) throws IOException {
        send(message('Q', new Body().text(sql)), byteByByte);
        return answer();
    }

    /** Parse, Bind, Execute, Sync; with {@code parseOnly} Parse, Describe, Sync. */
    Answer extended(String name, String sql, boolean parseOnly) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Body parse = new Body().text(name).text(sql);
        parse.out.writeShort(0);
        all.write(message('P', parse));
        if (parseOnly) {
            Body describe = new Body();
            describe.out.writeByte('S');
            all.write(message('D', describe.text(name)));
        } else {
            writeExecution(all, name);
        }
        all.write(message('S', new Body()));
        send(all.toByteArray(), false);
        return answer();
    }

    /** Bind, Execute, Sync of what was prepared under the name. */
    Answer execute(String name) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        writeExecution(all, name);
        all.write(message('S', new Body()));
        send(all.toByteArray(), false);
        return answer();
    }

    private static void writeExecution(ByteArrayOutputStream all, String name) throws IOException {
        Body bind = new Body().text("").text(name);
        bind.out.writeShort(0);
        bind.out.writeShort(0);
        bind.out.writeShort(0);
        all.write(message('B', bind));
        Body execute = new Body().text("");
        execute.out.writeInt(0);
        all.write(message('E', execute));
    }

    /** A FunctionCall with arguments in binary form, as libpq's PQfn sends it. */
    Answer call(int function, byte[]... arguments) throws IOException {
        Body call = new Body();
        call.out.writeInt(function);
        call.out.writeShort(1);
        call.out.writeShort(1);
        call.out.writeShort(arguments.length);
        for (byte[] argument : arguments) {
            call.out.writeInt(argument.length);
            call.out.write(argument);
        }
        call.out.writeShort(1);
        send(message('F', call), false);
        return answer();
    }

    private Answer answer() throws IOException {
        List<String> tags = new ArrayList<>();
        Optional<String> sqlState = Optional.empty();
        Optional<String> text = Optional.empty();
        while (true) {
            char type = (char) in.readUnsignedByte();
            byte[] body = new byte[in.readInt() - 4];
            in.readFully(body);
            switch (type) {
                case 'C' -> tags.add(new String(body, 0, body.length - 1, StandardCharsets.UTF_8));
                case 'E' -> {
                    sqlState = Optional.of(field(body, 'C'));
                    text = Optional.of(field(body, 'M'));
                }
                case 'Z' -> {
                    return new Answer(tags, sqlState, text);
                }
                default -> {}
            }
        }
    }

    private static String field(byte[] body, char wanted) {
        for (String field : new String(body, StandardCharsets.UTF_8).split("\0")) {
            if (!field.isEmpty() && field.charAt(0) == wanted) {
                return field.substring(1);
            }
        }
        return "";
    }

    private void send(byte[] bytes, boolean byteByByte) throws IOException {
        if (!byteByByte) {
            socket.getOutputStream().write(bytes);
            return;
        }
        for (byte one : bytes) {
            socket.getOutputStream().write(one);
            socket.getOutputStream().flush();
        }
    }

    private static byte[] message(char type, Body body) throws IOException {
        ByteArrayOutputStream framed = new ByteArrayOutputStream();
        framed.write(type);
        framed.write(body.framed());
        return framed.toByteArray();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** A message's content while it is being written. */
    private static final class Body {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final DataOutputStream out = new DataOutputStream(bytes);

        Body text(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.writeByte(0);
            return this;
        }

        byte[] framed() throws IOException {
            ByteArrayOutputStream framed = new ByteArrayOutputStream();
            DataOutputStream length = new DataOutputStream(framed);
            length.writeInt(bytes.size() + 4);
            bytes.writeTo(framed);
            return framed.toByteArray();
        }
    }
}
