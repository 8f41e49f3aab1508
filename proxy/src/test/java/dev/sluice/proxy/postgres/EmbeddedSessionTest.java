package dev.sluice.proxy.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.protocol.postgres.BackendEncoder;
import dev.sluice.protocol.postgres.BackendType;
import dev.sluice.protocol.postgres.Fields;
import dev.sluice.protocol.postgres.FrontendEncoder;
import dev.sluice.proxy.testing.LeakWatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad input, and ends in the middle of anything: that client gets an error, and no buffer stays behind. */
@ExtendWith(LeakWatch.class)
class EmbeddedSessionTest {
    private static final byte[] SSL = {0, 0, 0, 8, 4, (byte) 210, 22, 47};

    /** A pipeline of both protocols. */
    private static final byte[] REQUEST = RawClient.bytes(out -> {
        FrontendEncoder.query(out, text("SELECT 1; SELECT 'two'"));
        FrontendEncoder.parse(out, "s", text("SELECT $1"));
        FrontendEncoder.bind(out, "p", "s");
        FrontendEncoder.describe(out, 'P', "p");
        FrontendEncoder.execute(out, "p", 10);
        FrontendEncoder.close(out, 'S', "s");
        FrontendEncoder.sync(out);
    });

    private static final byte[] ANSWER = RawClient.bytes(out -> {
        row(out);
        BackendEncoder.commandComplete(out, "SELECT 1");
        row(out);
        BackendEncoder.commandComplete(out, "SELECT 1");
        BackendEncoder.readyForQuery(out, (byte) 'I');
        BackendEncoder.bare(out, BackendType.PARSE_COMPLETE);
        BackendEncoder.bare(out, BackendType.BIND_COMPLETE);
        row(out);
        BackendEncoder.commandComplete(out, "SELECT 1");
        BackendEncoder.parameterStatus(out, "application_name", "test", StandardCharsets.UTF_8);
        BackendEncoder.bare(out, BackendType.CLOSE_COMPLETE);
        BackendEncoder.readyForQuery(out, (byte) 'I');
    });

    private static void row(ByteBuf out) {
        BackendEncoder.rowDescription(out, List.of("a"), column -> 0, StandardCharsets.UTF_8);
        BackendEncoder.dataRow(out, List.of(Optional.of("one")), StandardCharsets.UTF_8);
    }

    private static byte[] text(String sql) {
        return sql.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] message(int type, int length, int bodyBytes) {
        return RawClient.bytes(out -> out.writeByte(type).writeInt(length).writeZero(bodyBytes));
    }

    /** The one message that a client got, which is an error. */
    private static Fields onlyError(byte[] bytes) {
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        assertThat(in.readByte()).isEqualTo(BackendType.ERROR_RESPONSE);
        ByteBuf body = in.readSlice(in.readInt() - 4);
        assertThat(in.isReadable()).as("more than an error").isFalse();
        return Fields.read(body, StandardCharsets.UTF_8);
    }

    // ---- startup -------------------------------------------------------------------------------------------------

    @Test
    void aStartupMayBeCutAnywhere() {
        for (int cut = 1; cut < EmbeddedSession.STARTUP.length; cut++) {
            EmbeddedSession session = new EmbeddedSession();
            session.client.receives(SSL);
            session.client.receives(Arrays.copyOf(EmbeddedSession.STARTUP, cut));
            assertThat(session.hasServer()).isFalse();
            session.client.receives(Arrays.copyOfRange(EmbeddedSession.STARTUP, cut, EmbeddedSession.STARTUP.length));
            assertThat(session.server().sent()).isEqualTo(EmbeddedSession.STARTUP);
            session.server().receives(EmbeddedSession.GREETING);
            assertThat(session.client.sent()).startsWith('N').endsWith(EmbeddedSession.GREETING);
            session.client.peerGoes();
            session.isOver();
        }
    }

    @Test
    void aClientMayGoAnywhereInItsStartup() {
        for (int cut = 0; cut < EmbeddedSession.STARTUP.length; cut++) {
            EmbeddedSession session = new EmbeddedSession();
            session.client.receives(Arrays.copyOf(EmbeddedSession.STARTUP, cut));
            session.client.peerGoes();
            assertThat(session.hasServer()).isFalse();
            session.isOver();
        }
    }

    @Test
    void theServerMayGoAnywhereInItsGreeting() {
        for (int cut = 0; cut < EmbeddedSession.GREETING.length; cut++) {
            EmbeddedSession session = new EmbeddedSession();
            session.client.receives(EmbeddedSession.STARTUP);
            session.server().receives(Arrays.copyOf(EmbeddedSession.GREETING, cut));
            session.server().peerGoes();
            assertThat(session.client.isDone()).isTrue();
            session.isOver();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2 << 16, 4 << 16, 0x7FFF_0000, -1})
    void anUnknownProtocolIsRefused(int version) {
        EmbeddedSession session = new EmbeddedSession();
        session.client.receives(
                RawClient.bytes(out -> out.writeInt(9).writeInt(version).writeByte(0)));
        assertThat(onlyError(session.client.sent()).text(Fields.SQL_STATE)).isEqualTo("0A000");
        session.isOver();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 7, 10_001, 1 << 30, -1, Integer.MIN_VALUE})
    void aStartupOfAnImpossibleLengthIsRefusedAtOnce(int length) {
        EmbeddedSession session = new EmbeddedSession();
        session.client.receives(RawClient.bytes(out -> out.writeInt(length)));
        assertThat(onlyError(session.client.sent()).text(Fields.SQL_STATE)).isEqualTo("08P01");
        session.isOver();
    }

    @Test
    void aClientThatNeverFinishesItsStartupIsClosed() {
        EmbeddedSession session = new EmbeddedSession();
        session.client.receives((byte) 0);
        session.client.advanceTimeBy(61, TimeUnit.SECONDS);
        session.client.runScheduledPendingTasks();
        session.isOver();
    }

    // ---- messages ------------------------------------------------------------------------------------------------

    @Test
    void everythingArrivesAsItWasSentByteByByteAndInAnyPieces() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 100; round++) {
            int most = round == 0 ? 1 : 1 + random.nextInt(40);
            EmbeddedSession session = EmbeddedSession.started();
            inPieces(session.client, REQUEST, most, random);
            inPieces(session.server(), ANSWER, most, random);
            assertThat(session.request()).as("seed %d round %d", seed, round).isEqualTo(REQUEST);
            assertThat(session.answer()).as("seed %d round %d", seed, round).isEqualTo(ANSWER);
            session.client.peerGoes();
            assertThat(session.cancels).as("nothing was running").isZero();
            session.isOver();
        }
    }

    private static void inPieces(EmbeddedSocket to, byte[] bytes, int most, Random random) {
        int at = 0;
        while (at < bytes.length) {
            int next = Math.min(bytes.length, at + 1 + random.nextInt(most));
            to.receives(Arrays.copyOfRange(bytes, at, next));
            at = next;
        }
    }

    @Test
    void aClientMayGoAnywhereInAMessage() {
        for (int cut = 0; cut < REQUEST.length; cut++) {
            EmbeddedSession session = EmbeddedSession.started();
            session.client.receives(Arrays.copyOf(REQUEST, cut));
            session.client.peerGoes();
            session.isOver();
        }
    }

    @Test
    void aClientMayEndItsInputAnywhereInAMessage() {
        for (int cut = 0; cut < REQUEST.length; cut++) {
            EmbeddedSession session = EmbeddedSession.started();
            session.client.receives(Arrays.copyOf(REQUEST, cut));
            session.client.inputEnds();
            assertThat(session.server().isOutputShutdown()).isTrue();
            session.server().peerGoes();
            session.isOver();
        }
    }

    @Test
    void theServerMayGoAnywhereInAnAnswer() {
        for (int cut = 1; cut < ANSWER.length; cut++) {
            EmbeddedSession session = EmbeddedSession.started();
            session.client.receives(REQUEST);
            session.server().receives(Arrays.copyOf(ANSWER, cut));
            session.server().peerGoes();
            assertThat(session.answer()).startsWith(Arrays.copyOf(ANSWER, cut));
            assertThat(session.client.isDone()).isTrue();
            session.isOver();
        }
    }

    @Test
    void aServerThatGoesBetweenMessagesIsAnErrorToTheClient() {
        EmbeddedSession session = EmbeddedSession.started();
        session.client.receives(REQUEST);
        session.server().peerGoes();
        assertThat(onlyError(session.answer()).text(Fields.SQL_STATE)).isEqualTo("08006");
        session.isOver();
    }

    @Test
    void aClientThatGoesWhileTheServerWorksHasItStop() {
        EmbeddedSession session = EmbeddedSession.started();
        session.client.receives(REQUEST);
        session.client.peerGoes();
        assertThat(session.cancels).isEqualTo(1);
        session.isOver();
    }

    // ---- garbage -------------------------------------------------------------------------------------------------

    @Test
    void garbageIsNeverMoreThanAnErrorAndTheEnd() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 800; round++) {
            byte[] bytes = new byte[1 + random.nextInt(60)];
            random.nextBytes(bytes);
            EmbeddedSession session = round % 2 == 0 ? new EmbeddedSession() : EmbeddedSession.started();
            inPieces(session.client, bytes, 20, random);
            session.client.peerGoes();
            session.isOver();
        }
    }

    @Test
    void garbageFromTheServerIsNeverMoreThanAnErrorAndTheEnd() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 800; round++) {
            byte[] bytes = new byte[1 + random.nextInt(60)];
            random.nextBytes(bytes);
            EmbeddedSession session = round % 2 == 0 ? new EmbeddedSession() : EmbeddedSession.started();
            if (round % 2 == 0) {
                session.client.receives(EmbeddedSession.STARTUP);
            }
            inPieces(session.server(), bytes, 20, random);
            session.server().peerGoes();
            session.isOver();
        }
    }

    @ParameterizedTest
    @ValueSource(chars = {'Q', 'P', 'B', 'D', 'E', 'C', 'S', 'H', 'X', 'F', 'd', 'c', 'f', 'p'})
    void anImpossibleLengthIsAProtocolError(char type) {
        for (int length : new int[] {0, 3, -1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            EmbeddedSession session = EmbeddedSession.started();
            session.client.receives(message(type, length, 0));
            assertThat(onlyError(session.answer()).text(Fields.SQL_STATE))
                    .as("%s of length %d", type, length)
                    .isEqualTo("08P01");
            assertThat(session.request()).as("nothing of it reaches the server").isEmpty();
            session.isOver();
        }
    }

    @Test
    void aSmallMessageThatIsLargeIsAProtocolError() {
        EmbeddedSession session = EmbeddedSession.started();
        session.client.receives(message('S', 20_000, 100));
        assertThat(onlyError(session.answer()).text(Fields.SQL_STATE)).isEqualTo("08P01");
        session.isOver();
    }

    @Test
    void anUnknownMessageIsAProtocolError() {
        EmbeddedSession session = EmbeddedSession.started();
        session.client.receives(message('!', 4, 0));
        assertThat(onlyError(session.answer()).text(Fields.SQL_STATE)).isEqualTo("08P01");
        session.isOver();
    }

    @Test
    void aTextWithoutItsEndIsAProtocolError() {
        EmbeddedSession session = EmbeddedSession.started();
        session.client.receives(
                RawClient.bytes(out -> out.writeByte('Q').writeInt(7).writeBytes(text("abc"))));
        assertThat(onlyError(session.answer()).text(Fields.SQL_STATE)).isEqualTo("08P01");
        session.isOver();
    }

    // ---- large messages ------------------------------------------------------------------------------------------

    @Test
    void aStatementAboveTheLimitIsNotKeptAndTheSessionGoesOn() {
        EmbeddedSession session = EmbeddedSession.started(ListenerConfig.Limits.DEFAULTS.withStatementBytes(1000));
        byte[] large = RawClient.bytes(out -> FrontendEncoder.query(out, text("SELECT '" + "x".repeat(5000) + "'")));
        inPieces(session.client, large, 300, new Random(1));
        byte[] answer = session.answer();
        assertThat(new String(answer, StandardCharsets.ISO_8859_1)).contains("54000");
        assertThat(answer).endsWith('Z', 0, 0, 0, 5, 'I');
        assertThat(session.request()).isEmpty();
        session.client.receives(REQUEST);
        assertThat(session.request()).isEqualTo(REQUEST);
        session.client.peerGoes();
        session.isOver();
    }

    @Test
    void aClientMayGoWhileALargeStatementIsThrownAway() {
        EmbeddedSession session = EmbeddedSession.started(ListenerConfig.Limits.DEFAULTS.withStatementBytes(1000));
        session.client.receives(message('Q', 100_000, 2000));
        session.client.peerGoes();
        session.isOver();
    }

    @Test
    void parametersAndCopyDataOfAnySizePassAsTheyCome() {
        for (char type : new char[] {'B', 'd'}) {
            EmbeddedSession session = EmbeddedSession.started();
            byte[] first = message(type, 50_000_000, 4096);
            session.client.receives(first);
            assertThat(session.request()).isEqualTo(first);
            session.client.peerGoes();
            session.isOver();
        }
    }
}
