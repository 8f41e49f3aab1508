package dev.sluice.proxy.rehearsal;

import dev.sluice.protocol.postgres.BackendType;
import dev.sluice.protocol.postgres.FrontendEncoder;
import io.netty.buffer.ByteBuf;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Many short statements of both protocols, a large result, a COPY. */
public final class PostgresRehearsal extends Rehearsal {
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

    public PostgresRehearsal() throws IOException {
        super(new PostgresStub());
    }

    @Override
    public String upstream() {
        return "jdbc:postgresql://nobody@127.0.0.1:" + port() + "/none";
    }

    @Override
    void session(DataInputStream in, OutputStream out, int number) throws IOException {
        ask(in, out, StubServer.bytes(PostgresRehearsal::startup));
        for (int i = 0; i < STATEMENTS; i++) {
            ask(in, out, query(TEXTS.get(i % TEXTS.size())));
        }
        ask(in, out, StubServer.bytes(o -> FrontendEncoder.parse(o, "s", text(TEXTS.getFirst()))), sync());
        byte[] execution = StubServer.bytes(PostgresRehearsal::execution);
        for (int i = 0; i < STATEMENTS; i++) {
            ask(in, out, execution);
        }
        if (number % LARGE_EVERY == 0) {
            ask(in, out, query("TABLE large"));
            copy(in, out);
        }
        out.write(StubServer.bytes(FrontendEncoder::terminate));
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
}
