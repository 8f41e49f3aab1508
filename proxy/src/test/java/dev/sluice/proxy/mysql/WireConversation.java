package dev.sluice.proxy.mysql;

import dev.sluice.protocol.mysql.Capabilities;
import dev.sluice.protocol.mysql.Packets;
import dev.sluice.proxy.intercept.Interceptor;
import dev.sluice.proxy.session.Gate;
import dev.sluice.proxy.session.TrafficListener;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.function.Consumer;

/** A session between two channels without sockets, fed with bytes in pieces of any size. */
final class WireConversation implements AutoCloseable {

    static final long CAPABILITIES = Capabilities.PROTOCOL_41
            | Capabilities.LONG_PASSWORD
            | Capabilities.SECURE_CONNECTION
            | Capabilities.PLUGIN_AUTH
            | Capabilities.CONNECT_WITH_DB
            | Capabilities.MULTI_STATEMENTS
            | Capabilities.DEPRECATE_EOF;

    final EmbeddedChannel client = new EmbeddedChannel();
    final EmbeddedChannel server = new EmbeddedChannel();
    final Gate gate = new Gate();
    final MySqlSession session;
    private final int piece;

    /** @param piece how many bytes arrive at once; 0 for all that were sent */
    WireConversation(Interceptor interceptor, int piece) {
        this(interceptor, piece, MySqlSettings.Limits.DEFAULTS);
    }

    WireConversation(Interceptor interceptor, int piece, MySqlSettings.Limits limits) {
        this.piece = piece;
        MySqlSettings settings = TestGateway.settings(InetSocketAddress.createUnresolved("db", 3306));
        Relay relay = new Relay(
                new MySqlSettings(
                        settings.address(),
                        settings.upstream(),
                        settings.environment(),
                        settings.host(),
                        settings.port(),
                        limits),
                new TestGateway.WordScreen(),
                interceptor,
                TrafficListener.NONE,
                ServerKiller.none(),
                gate,
                new SessionRegistry(10));
        session = new MySqlSession(1, relay, client);
        client.pipeline().addLast(session.clientFlow());
        session.attach(server);
        server.pipeline().addLast(session.serverFlow());
    }

    void fromClient(byte[]... packets) {
        feed(client, Unpooled.wrappedBuffer(packets));
    }

    void fromServer(byte[]... packets) {
        feed(server, Unpooled.wrappedBuffer(packets));
    }

    private void feed(EmbeddedChannel channel, ByteBuf bytes) {
        int step = piece == 0 ? bytes.readableBytes() : piece;
        while (bytes.isReadable() && channel.isOpen()) {
            channel.writeInbound(channel.alloc().buffer().writeBytes(bytes, Math.min(step, bytes.readableBytes())));
            settle();
        }
        bytes.release();
    }

    void settle() {
        for (int i = 0; i < 3; i++) {
            client.runPendingTasks();
            server.runPendingTasks();
        }
    }

    /** What has arrived at the client, as hexadecimal digits. */
    String atClient() {
        return drain(client);
    }

    String atServer() {
        return drain(server);
    }

    private static String drain(EmbeddedChannel channel) {
        ByteBuf all = Unpooled.buffer();
        for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
            all.writeBytes(next);
            next.release();
        }
        return ByteBufUtil.hexDump(all);
    }

    @Override
    public void close() {
        client.finishAndReleaseAll();
        server.finishAndReleaseAll();
    }

    // --- packets

    static byte[] packet(int sequence, Consumer<ByteBuf> body) {
        ByteBuf payload = Unpooled.buffer();
        body.accept(payload);
        ByteBuf out = Unpooled.buffer();
        Packets.writePackets(out, payload, sequence);
        return ByteBufUtil.getBytes(out);
    }

    static byte[] packet(int sequence, int... bytes) {
        return packet(sequence, p -> {
            for (int b : bytes) {
                p.writeByte(b);
            }
        });
    }

    static byte[] greeting() {
        long offered = CAPABILITIES | Capabilities.COMPRESS | Capabilities.SSL | Capabilities.LOCAL_FILES;
        return packet(0, p -> {
            p.writeByte(10)
                    .writeBytes("8.4.0\0".getBytes(StandardCharsets.US_ASCII))
                    .writeIntLE(77);
            p.writeBytes(new byte[8])
                    .writeByte(0)
                    .writeShortLE((int) offered)
                    .writeByte(255)
                    .writeShortLE(2);
            p.writeShortLE((int) (offered >> 16)).writeByte(21).writeZero(10).writeBytes(new byte[13]);
            p.writeBytes("mysql_native_password\0".getBytes(StandardCharsets.US_ASCII));
        });
    }

    static byte[] response(long capabilities) {
        return packet(1, p -> {
            p.writeIntLE((int) capabilities).writeIntLE(1 << 24).writeByte(255).writeZero(23);
            p.writeBytes("ann\0".getBytes(StandardCharsets.US_ASCII))
                    .writeByte(4)
                    .writeInt(0x01020304);
            p.writeBytes("shop\0mysql_native_password\0".getBytes(StandardCharsets.US_ASCII));
        });
    }

    static byte[] command(int command, String text) {
        return packet(0, p -> p.writeByte(command).writeBytes(text.getBytes(StandardCharsets.UTF_8)));
    }

    static byte[] ok(int sequence) {
        return packet(sequence, 0, 0, 0, 2, 0, 0, 0);
    }

    /** One column, and as many rows as wanted. */
    static byte[] result(int rows) {
        ByteBuf all = Unpooled.buffer();
        all.writeBytes(packet(1, 1));
        all.writeBytes(packet(
                2,
                p -> p.writeBytes(new byte[] {3, 'd', 'e', 'f', 0, 0, 0, 1, 'a', 0, 12})
                        .writeZero(12)));
        for (int i = 0; i < rows; i++) {
            all.writeBytes(packet(3 + i, 1, 'x'));
        }
        all.writeBytes(packet(3 + rows, 0xFE, 0, 0, 2, 0, 0, 0));
        return ByteBufUtil.getBytes(all);
    }

    /** Answers the gateway's question how the session reads text. */
    void tellModes(String sqlMode) {
        ByteBuf all = Unpooled.buffer();
        String[] answers = {
            sqlMode,
            HexFormat.of().formatHex("shop".getBytes(StandardCharsets.UTF_8)),
            "utf8mb4",
            "18446744073709551615",
            "1",
            "utf8mb4"
        };
        all.writeBytes(packet(1, answers.length));
        for (int i = 0; i < answers.length; i++) {
            all.writeBytes(packet(
                    2 + i,
                    p -> p.writeBytes(new byte[] {3, 'd', 'e', 'f', 0, 0, 0, 1, 'a', 0, 12})
                            .writeZero(12)));
        }
        all.writeBytes(packet(2 + answers.length, p -> {
            for (String value : answers) {
                Packets.writeLenencString(p, value);
            }
        }));
        all.writeBytes(packet(3 + answers.length, 0xFE, 0, 0, 2, 0, 0, 0));
        fromServer(ByteBufUtil.getBytes(all));
        settle();
    }

    /** Up to where the client may send commands. */
    void logIn() {
        fromServer(greeting());
        fromClient(response(CAPABILITIES));
        fromServer(ok(2));
        atClient();
        atServer();
    }
}
