package dev.sluice.proxy.rehearsal;

import dev.sluice.protocol.postgres.BackendType;
import dev.sluice.protocol.postgres.FrontendEncoder;
import io.netty.buffer.ByteBuf;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What applications do most, done often enough that the JVM knows the relay's code: many short statements of both
 * protocols in several sessions, a large result, a COPY. Blocks.
 */
public final class Rehearsal implements AutoCloseable {
    private static final int CLIENTS = 6;
    /**
     * Of each client, one after the other: what is done once for a session must be known, too, or the JVM throws the code for
     * everything else away when the next client comes.
     */
    private static final int SESSIONS = 40;

    private static final int STATEMENTS = 100;
    private static final int LARGE_EVERY = 5;
    private static final int COPY_MESSAGES = 2_000;
    private static final int TORN_EVERY = 40;

    private static final List<String> TEXTS = List.of(
            "SELECT abalance FROM pgbench_accounts WHERE aid = 12345;",
            "INSERT INTO orders (customer, total, note) VALUES (42, 19.99, 'it''s a gift')",
            "/* app='shop' */ UPDATE orders SET total = total * 1.1 WHERE id = 7 -- a comment",
            "SELECT o.id, \"c\".name FROM orders o JOIN customers c ON c.id = o.customer WHERE o.at > $1::date",
            "BEGIN",
            "COMMIT");

    private final StubServer server;

    public Rehearsal() throws IOException {
        server = new StubServer();
    }

    /** The upstream that the gateway is to be started in front of. */
    public String upstream() {
        return "jdbc:postgresql://nobody@127.0.0.1:" + server.port() + "/none";
    }

    /** Ends when all is said, or when the time is over. */
    public void play(InetSocketAddress gateway, Duration patience) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + patience.toNanos();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            threads.add(Thread.ofPlatform().daemon().name("rehearsal").start(() -> client(gateway, deadlineNanos)));
        }
        for (Thread thread : threads) {
            thread.join(patience);
        }
    }

    private static void client(InetSocketAddress gateway, long deadlineNanos) {
        try {
            for (int i = 0; i < SESSIONS && System.nanoTime() < deadlineNanos; i++) {
                session(gateway, i % LARGE_EVERY == 0);
            }
        } catch (IOException e) {
            // Whoever warms up has lost interest.
            return;
        }
    }

    private static void session(InetSocketAddress gateway, boolean large) throws IOException {
        try (Socket socket = new Socket(gateway.getAddress(), gateway.getPort());
                DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
                OutputStream out = socket.getOutputStream()) {
            socket.setTcpNoDelay(true);
            ask(in, out, StubServer.bytes(Rehearsal::startup));
            for (int i = 0; i < STATEMENTS; i++) {
                ask(in, out, query(TEXTS.get(i % TEXTS.size())));
            }
            ask(in, out, StubServer.bytes(o -> FrontendEncoder.parse(o, "s", text(TEXTS.getFirst()))), sync());
            byte[] execution = StubServer.bytes(Rehearsal::execution);
            for (int i = 0; i < STATEMENTS; i++) {
                ask(in, out, execution);
            }
            if (large) {
                ask(in, out, query("TABLE large"));
                copy(in, out);
            }
            out.write(StubServer.bytes(FrontendEncoder::terminate));
        }
    }

    private static void startup(ByteBuf out) {
        byte[] user = text("user\0" + StubServer.USER + "\0\0");
        out.writeInt(8 + user.length).writeInt(3 << 16).writeBytes(user);
    }

    private static void execution(ByteBuf out) {
        FrontendEncoder.bind(out, "", "s");
        FrontendEncoder.describe(out, 'P', "");
        FrontendEncoder.execute(out, "", 0);
        FrontendEncoder.sync(out);
    }

    private static byte[] query(String sql) {
        return StubServer.bytes(out -> FrontendEncoder.query(out, text(sql)));
    }

    private static byte[] sync() {
        return StubServer.bytes(FrontendEncoder::sync);
    }

    private static byte[] text(String sql) {
        return sql.getBytes(StandardCharsets.UTF_8);
    }

    private static void copy(DataInputStream in, OutputStream out) throws IOException {
        out.write(query("COPY large FROM STDIN"));
        byte[] data = StubServer.bytes(o -> o.writeByte('d').writeInt(4 + 8192).writeZero(8192));
        for (int i = 0; i < COPY_MESSAGES; i++) {
            // Now and then a header comes in two parts.
            int first = i % TORN_EVERY == 0 ? 3 : 0;
            out.write(data, 0, first);
            out.write(data, first, data.length - first);
        }
        ask(in, out, StubServer.bytes(o -> o.writeByte('c').writeInt(4)));
    }

    /** Sends messages, and reads their answers up to ReadyForQuery. */
    private static void ask(DataInputStream in, OutputStream out, byte[]... messages) throws IOException {
        for (byte[] message : messages) {
            out.write(message);
        }
        int type;
        do {
            type = in.readByte();
            in.skipNBytes(in.readInt() - 4);
        } while (type != BackendType.READY_FOR_QUERY);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
