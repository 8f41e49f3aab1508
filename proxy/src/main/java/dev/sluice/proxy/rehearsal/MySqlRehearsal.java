package dev.sluice.proxy.rehearsal;

import dev.sluice.protocol.mysql.Capabilities;
import dev.sluice.protocol.mysql.Command;
import io.netty.buffer.ByteBuf;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Many short statements as text and prepared, and a large result; with the ends of results that old clients want, and new. */
public final class MySqlRehearsal extends Rehearsal {
    private static final int STATEMENTS = 150;
    private static final int LARGE_EVERY = 10;

    private static final List<String> TEXTS = List.of(
            "SELECT balance FROM accounts WHERE id = 4711",
            "INSERT INTO orders (customer, total, note) VALUES (42, 19.99, 'it''s a gift')",
            "/* app='shop' */ UPDATE orders SET total = total * 1.1 WHERE id = 7",
            "SELECT o.id, c.name FROM `orders` o JOIN customers c ON c.id = o.customer WHERE o.at > NOW()",
            "SET autocommit = 1",
            "COMMIT");

    public MySqlRehearsal() throws IOException {
        super(new MySqlStub());
    }

    @Override
    public String upstream() {
        return "jdbc:mysql://nobody@127.0.0.1:" + port() + "/";
    }

    @Override
    void session(DataInputStream in, OutputStream out, int number) throws IOException {
        long capabilities = MySqlStub.CAPABILITIES & ~(number % 2 == 0 ? Capabilities.DEPRECATE_EOF : 0);
        MySqlStub.read(in);
        out.write(MySqlStub.packet(1, p -> response(p, capabilities)));
        MySqlStub.read(in);
        for (int i = 0; i < STATEMENTS; i++) {
            ask(in, out, query(TEXTS.get(i % TEXTS.size())), capabilities);
        }
        out.write(MySqlStub.packet(0, p -> p.writeByte(Command.STMT_PREPARE).writeBytes(text(TEXTS.getFirst()))));
        MySqlStub.read(in);
        byte[] execution = MySqlStub.packet(
                0,
                p -> p.writeByte(Command.STMT_EXECUTE)
                        .writeIntLE(1)
                        .writeByte(0)
                        .writeIntLE(1));
        for (int i = 0; i < STATEMENTS; i++) {
            ask(in, out, execution, capabilities);
        }
        if (number % LARGE_EVERY == 0) {
            ask(in, out, query("TABLE large"), capabilities);
        }
        out.write(MySqlStub.packet(0, p -> p.writeByte(Command.QUIT)));
    }

    private static void response(ByteBuf out, long capabilities) {
        out.writeIntLE((int) capabilities).writeIntLE(1 << 24).writeByte(45).writeZero(23);
        out.writeBytes(text(StubServer.USER + "\0")).writeByte(0).writeBytes(text(MySqlStub.PLUGIN + "\0"));
    }

    private static byte[] query(String sql) {
        return MySqlStub.packet(0, p -> p.writeByte(Command.QUERY).writeBytes(text(sql)));
    }

    private static byte[] text(String sql) {
        return sql.getBytes(StandardCharsets.UTF_8);
    }

    /** Sends a command, and reads its answer: a packet alone, or a result up to its end. */
    private static void ask(DataInputStream in, OutputStream out, byte[] command, long capabilities)
            throws IOException {
        out.write(command);
        if (MySqlStub.read(in)[0] == 0) {
            return;
        }
        int ends = Capabilities.has(capabilities, Capabilities.DEPRECATE_EOF) ? 1 : 2;
        while (ends > 0) {
            byte[] packet = MySqlStub.read(in);
            if (packet[0] == MySqlStub.END) {
                ends--;
            }
        }
    }
}
