package dev.sluice.proxy.mysql;

import static dev.sluice.proxy.mysql.WireConversation.command;
import static dev.sluice.proxy.mysql.WireConversation.greeting;
import static dev.sluice.proxy.mysql.WireConversation.ok;
import static dev.sluice.proxy.mysql.WireConversation.packet;
import static dev.sluice.proxy.mysql.WireConversation.response;
import static dev.sluice.proxy.mysql.WireConversation.result;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.protocol.mysql.Capabilities;
import dev.sluice.protocol.mysql.Command;
import dev.sluice.protocol.mysql.Greeting;
import dev.sluice.protocol.mysql.HandshakeResponse;
import dev.sluice.proxy.intercept.Interceptor;
import dev.sluice.proxy.testing.Forwarding;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The relay without sockets: bytes in pieces of every size, and bytes that nobody should send. */
class WireTest {

    private static final Interceptor FORWARDS = new Forwarding();

    private static final MySqlSettings.Limits SMALL = MySqlSettings.Limits.DEFAULTS.withStatementBytes(70_000);

    private record Outcome(String atClient, String atServer) {}

    private static Outcome talk(int piece) {
        StringBuilder atClient = new StringBuilder();
        StringBuilder atServer = new StringBuilder();
        try (WireConversation wire = new WireConversation(FORWARDS, piece)) {
            wire.fromServer(greeting());
            wire.fromClient(response(WireConversation.CAPABILITIES));
            wire.fromServer(packet(2, 0xFE, 'm', 0, 1, 2));
            wire.fromClient(packet(3, 9, 9, 9, 9));
            wire.fromServer(packet(4, 0x02, 'n', 0, 1, 2)); // a further factor
            wire.fromClient(packet(5, 8, 8));
            wire.fromServer(ok(6));
            wire.fromClient(command(Command.QUERY, "SELECT a FROM t"));
            wire.fromServer(result(3));
            wire.fromClient(command(Command.STMT_PREPARE, "SELECT ?"));
            wire.fromServer(
                    packet(1, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0),
                    packet(2, p -> p.writeZero(20)),
                    packet(3, p -> p.writeZero(20)));
            wire.fromClient(packet(0, Command.STMT_EXECUTE, 1, 0, 0, 0, 0, 1, 0, 0, 0));
            wire.fromServer(result(1));
            wire.fromClient(packet(0, Command.STMT_CLOSE, 1, 0, 0, 0));
            wire.fromClient(command(Command.QUERY, "SELECT missing"), command(Command.INIT_DB, "other"));
            wire.fromServer(packet(1, 0xFF, 0x28, 4, '#', '4', '2', '0', '0', '0', 'n', 'o'), ok(1));
            wire.fromClient(packet(0, Command.STATISTICS));
            wire.fromServer(packet(1, 'u', 'p'));
            wire.settle();
            atClient.append(wire.atClient());
            atServer.append(wire.atServer());
            assertThat(wire.session.serverFlow().idle()).isTrue();
        }
        return new Outcome(atClient.toString(), atServer.toString());
    }

    @Test
    void aConversationComesThroughTheSameHoweverItIsCut() {
        Outcome whole = talk(0);
        for (int piece = 1; piece < 80; piece++) {
            assertThat(talk(piece)).as("pieces of %d bytes", piece).isEqualTo(whole);
        }
    }

    @Test
    void whatIsNoCapabilityOfARelayIsTakenOutOfBothSides() {
        try (WireConversation wire = new WireConversation(FORWARDS, 0)) {
            wire.fromServer(greeting());
            byte[] seen = HexFormat.of().parseHex(wire.atClient());
            Greeting greeting = Greeting.readAndMask(Unpooled.wrappedBuffer(seen), 4, seen.length - 4, 0);
            assertThat(greeting.capabilities()).isEqualTo(WireConversation.CAPABILITIES);
            assertThat(greeting.connectionId()).isEqualTo(77);

            wire.fromClient(response(WireConversation.CAPABILITIES | Capabilities.COMPRESS | Capabilities.LOCAL_FILES));
            byte[] sent = HexFormat.of().parseHex(wire.atServer());
            HandshakeResponse response =
                    HandshakeResponse.readAndMask(Unpooled.wrappedBuffer(sent), 4, sent.length - 4, -1L);
            assertThat(response.capabilities()).isEqualTo(WireConversation.CAPABILITIES);
            assertThat(response.user()).isEqualTo("ann");
            assertThat(response.database()).isEqualTo("shop");
        }
    }

    @Test
    void aCommandSentAheadOfTheLoginWaitsAndIsLookedAt() {
        try (WireConversation wire = new WireConversation(FORWARDS, 0)) {
            wire.fromServer(greeting());
            wire.fromClient(
                    response(WireConversation.CAPABILITIES), command(Command.QUERY, "ALTER TABLE t ADD COLUMN c INT"));
            wire.fromServer(packet(2, 0xFE, 'm', 0, 1, 2));
            assertThat(wire.atServer()).doesNotContain(hex("ALTER TABLE"));
            wire.fromServer(ok(4));
            assertTheModesAreAsked(wire);
        }
    }

    @Test
    void aCommandBehindAFailedReplicationStreamIsLookedAt() {
        try (WireConversation wire = new WireConversation(FORWARDS, 0)) {
            wire.logIn();
            wire.fromClient(
                    packet(0, Command.BINLOG_DUMP, 0, 0, 0, 0),
                    command(Command.QUERY, "ALTER TABLE t ADD COLUMN c INT"));
            assertThat(wire.atServer()).doesNotContain(hex("ALTER TABLE"));
            wire.fromServer(packet(1, 0xFF, 0xCB, 4, '#', '4', '2', '0', '0', '0', 'n', 'o'));
            assertTheModesAreAsked(wire);
        }
    }

    @Test
    void aReplicationStreamGoesByUntilItsEndAndCommandsFollow() {
        byte[] dump = packet(0, Command.BINLOG_DUMP, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0);
        byte[] event = packet(1, p -> p.writeByte(0).writeZero(100));
        byte[] acknowledgement = packet(0, 0xEF, 1, 2, 3);
        byte[] end = packet(3, 0xFE, 0, 0, 2, 0);
        byte[] next = command(Command.QUERY, "SELECT 1");
        try (WireConversation wire = new WireConversation(FORWARDS, 3)) {
            wire.logIn();
            wire.fromClient(dump);
            wire.fromServer(event);
            wire.fromClient(acknowledgement, next);
            assertThat(wire.atServer()).isEqualTo(ByteBufUtil.hexDump(dump) + ByteBufUtil.hexDump(acknowledgement));
            wire.fromServer(packet(2, p -> p.writeByte(0).writeZero(50)), end);
            wire.settle();
            assertThat(wire.atServer()).isEqualTo(ByteBufUtil.hexDump(next));
            assertThat(wire.atClient()).endsWith(ByteBufUtil.hexDump(end));
        }
    }

    @Test
    void packetsOutOfOrderEndTheSessionWithTheServersError() {
        try (WireConversation wire = new WireConversation(FORWARDS, 0)) {
            wire.logIn();
            wire.fromClient(packet(3, Command.QUERY, 'S'));
            assertThat(wire.atClient()).contains(hex("Got packets out of order"));
            assertThat(wire.client.isOpen()).isFalse();
        }
    }

    /** Or the server would count it against the gateway, and let in nobody from there after some of them. */
    @Test
    void aLoginThatItsClientLeavesIsEndedByARefusalNotByABrokenConnection() {
        try (WireConversation wire = new WireConversation(FORWARDS, 0)) {
            wire.fromServer(greeting());
            wire.client.close();
            wire.settle();
            byte[] sent = HexFormat.of().parseHex(wire.atServer());
            assertThat(sent[3]).isEqualTo((byte) 1);
            HandshakeResponse response =
                    HandshakeResponse.readAndMask(Unpooled.wrappedBuffer(sent), 4, sent.length - 4, -1L);
            assertThat(response.user()).isEqualTo("unfinished");
            wire.fromServer(packet(2, 0xFE, 'm', 0, 1, 2));
            assertThat(wire.atServer()).isEqualTo("00000003");
            assertThat(wire.server.isOpen()).isTrue();
            wire.fromServer(packet(4, 0xFF, 0x15, 4, '#', '2', '8', '0', '0', '0', 'n', 'o'));
            assertThat(wire.server.isOpen()).isFalse();
        }
    }

    @Test
    void anExchangeThatItsClientLeavesIsEndedByAnEmptyAnswer() {
        try (WireConversation wire = new WireConversation(FORWARDS, 0)) {
            wire.fromServer(greeting());
            wire.fromClient(response(WireConversation.CAPABILITIES));
            wire.atServer();
            wire.fromServer(packet(2, 0xFE, 'm', 0, 1, 2));
            wire.fromClient(new byte[] {20, 0, 0, 3, 'h', 'a', 'l', 'f'});
            wire.client.close();
            wire.settle();
            assertThat(wire.atServer()).isEqualTo("00000003");
            wire.fromServer(ok(4));
            assertThat(wire.atServer()).isEqualTo("0100000001");
            assertThat(wire.server.isOpen()).isFalse();
        }
    }

    @Test
    void aLoginThatItsClientLeavesBeforeTheSecondFactorIsEndedByAnEmptyAnswerToo() {
        try (WireConversation wire = new WireConversation(FORWARDS, 0)) {
            wire.fromServer(greeting());
            wire.fromClient(response(WireConversation.CAPABILITIES));
            wire.client.close();
            wire.settle();
            wire.atServer();
            wire.fromServer(packet(2, 0x02, 'm', 0, 1, 2));
            assertThat(wire.atServer()).isEqualTo("00000003");
            assertThat(wire.server.isOpen()).isTrue();
        }
    }

    @Test
    void aLoginThatIsRefusedHereIsEndedAtTheServerToo() {
        try (WireConversation wire = new WireConversation(FORWARDS, 0)) {
            wire.fromServer(greeting());
            wire.atClient();
            wire.fromClient(packet(1, 1, 2, 3));
            assertThat(wire.atClient()).contains(hex("Bad handshake"));
            assertThat(wire.atServer()).contains(hex("unfinished"));
        }
    }

    /** The server answers these with an error although nothing else of their kind is answered. */
    @ParameterizedTest
    @ValueSource(ints = {Command.STMT_CLOSE, Command.STMT_SEND_LONG_DATA})
    void aCutCommandThatIsNeverAnsweredEndsTheSessionWithAnError(int command) {
        try (WireConversation wire = new WireConversation(FORWARDS, 0)) {
            wire.logIn();
            wire.fromClient(packet(0, command, 1, 0), command(Command.QUERY, "SELECT 1"));
            assertThat(wire.atClient()).contains(hex("Malformed communication packet"));
            assertThat(wire.atServer()).isEmpty();
            assertThat(wire.client.isOpen()).isFalse();
        }
    }

    @Test
    void aClientThatAsksForTlsIsToldThatThereIsNone() {
        try (WireConversation wire = new WireConversation(FORWARDS, 0)) {
            wire.fromServer(greeting());
            wire.fromClient(packet(
                    1,
                    p -> p.writeIntLE((int) (WireConversation.CAPABILITIES | Capabilities.SSL))
                            .writeIntLE(1 << 24)
                            .writeByte(45)
                            .writeZero(23)));
            assertThat(wire.atClient()).contains(hex("TLS was not offered"));
            assertThat(wire.atServer()).contains(hex("unfinished"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7, 1000})
    void aMessageBeyondTheLimitThatIsAboutRowsGoesOnByteForByte(int piece) {
        String insert = "/* long */ INSERT INTO t VALUES ('" + "it''s \\' -- ; ALTER TABLE".repeat(4000) + "'); COMMIT";
        try (WireConversation wire = new WireConversation(FORWARDS, piece, SMALL)) {
            wire.logIn();
            byte[] message = command(Command.QUERY, insert);
            byte[] next = command(Command.QUERY, "SELECT 1");
            wire.fromClient(message, next);
            assertThat(wire.atServer()).contains(hex("@@sql_mode")).doesNotContain(hex("INSERT"));
            wire.tellModes("");
            assertThat(wire.atServer()).isEqualTo(ByteBufUtil.hexDump(message) + ByteBufUtil.hexDump(next));
        }
    }

    static Stream<Map.Entry<String, String>> longSchemaChanges() {
        String padding = "/* " + "x".repeat(100_000) + " */";
        String alter = "ALTER TABLE t ADD COLUMN c INT";
        return Stream.of(
                Map.entry("", alter + " COMMENT '" + "x".repeat(100_000) + "'"),
                Map.entry("", padding + " " + alter),
                Map.entry("", "SELECT 1; " + alter + "; " + padding),
                Map.entry("NO_BACKSLASH_ESCAPES", "SELECT '\\'; " + alter + "; -- '" + padding),
                Map.entry("ANSI_QUOTES", "SELECT \"\\\"; " + alter + "; -- \"" + padding),
                Map.entry("", "SET sql_mode = 'ANSI_QUOTES'; " + "SELECT 1;".repeat(20_000)),
                Map.entry("", "SET STATEMENT a = 1 FOR " + alter + " COMMENT '" + "x".repeat(100_000) + "'"),
                Map.entry("", "SELECT 1--1; " + alter + padding),
                Map.entry("", "# '\n" + alter + padding),
                Map.entry("", "-- '\n" + alter + padding),
                Map.entry("", "/*! " + alter + " */ " + padding));
    }

    @ParameterizedTest
    @MethodSource("longSchemaChanges")
    void aMessageBeyondTheLimitThatMustBeJudgedIsRefusedAndTheSessionLives(Map.Entry<String, String> message) {
        for (int piece : new int[] {0, 7, 1000}) {
            try (WireConversation wire = new WireConversation(FORWARDS, piece, SMALL)) {
                wire.logIn();
                wire.fromClient(command(Command.QUERY, message.getValue()), command(Command.QUERY, "SELECT 2"));
                wire.atServer();
                wire.tellModes(message.getKey());
                assertThat(wire.atClient()).contains(hex("Got a packet bigger"));
                assertThat(wire.atServer()).isEqualTo(ByteBufUtil.hexDump(command(Command.QUERY, "SELECT 2")));
                assertThat(wire.client.isOpen()).isTrue();
            }
        }
    }

    static Stream<String> hiddenFarBehind() {
        return Stream.of(
                "; ALTER TABLE t ADD COLUMN c INT",
                "; ALTER TABLE t ADD COLUMN c INT # a comment\n",
                "; SELECT 1; ALTER TABLE t ADD COLUMN c INT; SELECT 2",
                "; /* here */ ALTER TABLE t ADD COLUMN c INT /* " + "x".repeat(5000) + " */",
                " /*! ON DUPLICATE KEY UPDATE a = 1; ALTER TABLE t ADD COLUMN c INT */");
    }

    @ParameterizedTest
    @MethodSource("hiddenFarBehind")
    void whatMustBeJudgedFarBehindInALongMessageIsNotSentAndTheSessionLives(String hidden) {
        String sql = "INSERT INTO t VALUES ('" + "x".repeat(200_000) + "')" + hidden;
        byte[] message = command(Command.QUERY, sql);
        for (int piece : new int[] {1, 3, 1000, 0}) {
            try (WireConversation wire = new WireConversation(FORWARDS, piece, SMALL)) {
                wire.logIn();
                wire.fromClient(Arrays.copyOf(message, 180_000));
                wire.tellModes("");
                wire.fromClient(Arrays.copyOfRange(message, 180_000, message.length));
                assertThat(wire.atServer()).doesNotContain(hex("TABLE")).endsWith("01");

                wire.fromServer(
                        packet(1, 0, 1, 0, 10, 0, 0, 0), packet(2, 0xFF, 0x28, 4, '#', '4', '2', '0', '0', '0', 'n'));
                assertThat(wire.atClient()).contains(hex("must be judged"));
                wire.fromClient(command(Command.QUERY, "SELECT 2"));
                assertThat(wire.atServer()).isEqualTo(ByteBufUtil.hexDump(command(Command.QUERY, "SELECT 2")));
            }
        }
    }

    @Test
    void whatIsHiddenWhereOnePacketEndsAndTheNextBeginsEndsTheSession() {
        String begin = "INSERT INTO t VALUES ('" + "x".repeat((1 << 24) - 60) + "');";
        byte[] message = command(Command.QUERY, begin + " ".repeat(20) + "ALTER TABLE t ADD COLUMN c INT");
        try (WireConversation wire = new WireConversation(FORWARDS, 0, SMALL)) {
            wire.logIn();
            wire.fromClient(Arrays.copyOf(message, 1 << 20));
            wire.tellModes("");
            wire.fromClient(Arrays.copyOfRange(message, 1 << 20, message.length));
            assertThat(wire.atServer()).doesNotContain(hex("COLUMN c INT"));
            assertThat(wire.atClient()).contains(hex("must be judged"));
            assertThat(wire.client.isOpen()).isFalse();
        }
    }

    @Test
    void aMessageOfSeveralPacketsIsFollowedOverTheirHeaders() {
        byte[] message = command(Command.QUERY, "INSERT INTO t VALUES ('" + ";".repeat(17 << 20) + "')");
        try (WireConversation wire = new WireConversation(FORWARDS, 0)) {
            wire.logIn();
            wire.fromClient(Arrays.copyOf(message, 1 << 20));
            wire.atServer();
            wire.tellModes("");
            wire.fromClient(Arrays.copyOfRange(message, 1 << 20, message.length));
            assertThat(wire.atServer().equals(ByteBufUtil.hexDump(message))).isTrue();
            assertThat(wire.client.isOpen()).isTrue();
        }
    }

    @Test
    void aServerThatSendsWhatNobodyAskedForIsLeft() {
        try (WireConversation wire = new WireConversation(FORWARDS, 0)) {
            wire.logIn();
            wire.fromServer(ok(1));
            assertThat(wire.client.isOpen()).isFalse();
        }
    }

    @Test
    void aServersFarewellReachesTheClient() {
        try (WireConversation wire = new WireConversation(FORWARDS, 0)) {
            wire.logIn();
            wire.fromServer(packet(0, 0xFF, 0x1D, 4, '#', '0', '8', 'S', '0', '1', 'b', 'y', 'e'));
            wire.server.close();
            wire.settle();
            assertThat(wire.atClient()).contains(hex("bye"));
            assertThat(wire.client.isOpen()).isFalse();
        }
    }

    @Test
    void randomBytesDoNoWorseThanEndTheSession() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 3000; round++) {
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            if (noise.length > 4 && random.nextBoolean()) {
                noise[0] = (byte) (noise.length - 4);
                noise[1] = 0;
                noise[2] = 0;
                noise[3] = (byte) random.nextInt(2);
            }
            try (WireConversation wire = new WireConversation(FORWARDS, random.nextInt(4))) {
                if (random.nextBoolean()) {
                    wire.logIn();
                } else if (random.nextBoolean()) {
                    wire.fromServer(greeting());
                }
                if (random.nextBoolean()) {
                    wire.fromClient(command(Command.QUERY, "SELECT 1"));
                    wire.fromServer(noise);
                } else {
                    wire.fromClient(noise);
                    wire.fromServer(ok(1));
                }
                wire.client.checkException();
                wire.server.checkException();
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ", bytes " + ByteBufUtil.hexDump(noise), e);
            }
        }
    }

    /** The statement is held, and the session is asked how it is to be read. */
    private static void assertTheModesAreAsked(WireConversation wire) {
        StringBuilder sent = new StringBuilder();
        Awaitility.await().until(() -> {
            wire.settle();
            return sent.append(wire.atServer()).indexOf(hex("@@sql_mode")) >= 0;
        });
        assertThat(sent.toString()).doesNotContain(hex("ALTER TABLE"));
    }

    private static String hex(String text) {
        return ByteBufUtil.hexDump(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
}
