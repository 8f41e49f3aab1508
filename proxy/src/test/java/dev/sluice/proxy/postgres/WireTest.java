package dev.sluice.proxy.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.protocol.postgres.CancelKey;
import dev.sluice.protocol.postgres.Fields;
import dev.sluice.protocol.postgres.FrontendEncoder;
import dev.sluice.proxy.session.TrafficListener;
import dev.sluice.proxy.testing.Forwarding;
import dev.sluice.proxy.testing.LeakWatch;
import dev.sluice.proxy.testing.Patience;
import dev.sluice.proxy.testing.TestPostgres;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What proxies get wrong on the wire, said byte by byte to a real server. */
@ExtendWith(LeakWatch.class)
class WireTest {
    private static TestGateway gateway;

    @BeforeAll
    static void start() {
        gateway = new TestGateway(new Forwarding());
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static byte[] text(String sql) {
        return sql.getBytes(StandardCharsets.UTF_8);
    }

    // ---- startup -------------------------------------------------------------------------------------------------

    @Test
    void unknownMinorsAndOptionsAreNegotiatedDownOnce() throws IOException {
        for (int minor : new int[] {0, 2, 3, 9999}) {
            try (RawClient client = gateway.raw()) {
                client.send(
                        RawClient.startup(minor, "user", "postgres", "database", gateway.database, "_pq_.grease", "1"));
                String kinds = RawClient.kinds(client.untilReady());
                assertThat(kinds.chars().filter(c -> c == 'v')).hasSize(1);
                assertThat(client.ask("SELECT 1")).hasToString("[T, D, C SELECT 1, ZI]");
            }
        }
    }

    @Test
    void longCancelKeysWorkAndComeFromTheServer() throws Exception {
        try (RawClient client = gateway.raw()) {
            client.send(RawClient.startup(2, "user", "postgres", "database", gateway.database));
            CancelKey key = client.untilReady().stream()
                    .filter(message -> message.type() == 'K')
                    .map(message -> dev.sluice.protocol.postgres.BackendDecoder.backendKeyData(
                            io.netty.buffer.Unpooled.wrappedBuffer(message.body())))
                    .findFirst()
                    .orElseThrow();
            assertThat(key.secret().length).isGreaterThan(4);
            client.query("SELECT pg_sleep(60)");
            awaitBackends("state = 'active' AND query = 'SELECT pg_sleep(60)'", 1);
            try (RawClient other = gateway.raw()) {
                other.send(out -> FrontendEncoder.cancelRequest(out, key));
                assertThat(other.untilEnd()).isEmpty();
            }
            assertThat(RawClient.kinds(client.untilReady())).endsWith("EZ");
            assertThat(client.ask("SELECT 1")).hasToString("[T, D, C SELECT 1, ZI]");
        }
    }

    @Test
    void encryptionIsDeclinedAndNothingBehindTheRequestIsBelieved() throws IOException {
        byte[] ssl = RawClient.bytes(out -> out.writeInt(8).writeInt(80877103));
        byte[] gss = RawClient.bytes(out -> out.writeInt(8).writeInt(80877104));
        try (RawClient client = gateway.raw()) {
            client.send(gss);
            assertThat(client.in.read()).isEqualTo('N');
            client.send(ssl);
            assertThat(client.in.read()).isEqualTo('N');
            client.login(gateway.database);
            assertThat(client.ask("SELECT 1")).hasToString("[T, D, C SELECT 1, ZI]");
        }
        byte[] startup = RawClient.startup(0, "user", "postgres", "database", gateway.database);
        byte[] both = new byte[ssl.length + startup.length];
        System.arraycopy(ssl, 0, both, 0, ssl.length);
        System.arraycopy(startup, 0, both, ssl.length, startup.length);
        try (RawClient client = gateway.raw()) {
            client.send(both);
            assertThat(sqlState(client.untilEnd())).isEqualTo("08P01");
        }
    }

    @Test
    void aStartupMayComeByteByByte() throws IOException {
        try (RawClient client = gateway.raw()) {
            for (byte one : RawClient.startup(0, "user", "postgres", "database", gateway.database)) {
                client.send(new byte[] {one});
            }
            client.untilReady();
            for (byte one : RawClient.bytes(out -> FrontendEncoder.query(out, text("SELECT 1")))) {
                client.send(new byte[] {one});
            }
            assertThat(client.untilReady()).hasToString("[T, D, C SELECT 1, ZI]");
        }
    }

    @Test
    void badStartupsAreRefused() throws IOException {
        List<byte[]> bad = List.of(
                RawClient.bytes(out -> out.writeInt(4)),
                RawClient.bytes(out -> out.writeInt(-1).writeInt(196608)),
                RawClient.bytes(out -> out.writeInt(2_000_000).writeInt(196608)),
                RawClient.bytes(out -> out.writeInt(8).writeInt(2 << 16)),
                RawClient.bytes(out -> out.writeInt(13).writeInt(196608).writeBytes(text("user!"))),
                text("GET / HTTP/1.1\r\nHost: here\r\n\r\n"));
        for (byte[] bytes : bad) {
            try (RawClient client = gateway.raw()) {
                client.send(bytes);
                assertThat(sqlState(client.untilEnd())).isIn("08P01", "0A000");
            }
        }
    }

    @Test
    void aClientThatNeverFinishesItsStartupIsClosed() throws IOException {
        try (TestGateway hasty = new TestGateway(
                        new Forwarding(),
                        ListenerConfig.Limits.DEFAULTS.withStartupTimeout(Duration.ofMillis(200)),
                        TrafficListener.NONE);
                RawClient client = hasty.raw()) {
            client.send(new byte[] {0, 0, 0});
            assertThat(client.untilEnd()).isEmpty();
        }
    }

    @Test
    void aServerThatIsNotThereIsAProperError() throws IOException {
        int unused;
        try (ServerSocket socket = new ServerSocket(0)) {
            unused = socket.getLocalPort();
        }
        try (TestGateway lost = new TestGateway(
                        new Forwarding(), ListenerConfig.Limits.DEFAULTS, TrafficListener.NONE, unused);
                RawClient client = lost.raw()) {
            client.send(RawClient.startup(0, "user", "postgres"));
            assertThat(sqlState(client.untilEnd())).isEqualTo("08001");
        }
    }

    @Test
    void tooManyClientsAreTurnedAwayOnceTheyHaveSaidWhatTheyWant() throws IOException {
        try (TestGateway small = new TestGateway(
                        new Forwarding(), ListenerConfig.Limits.DEFAULTS.withSessions(1), TrafficListener.NONE);
                RawClient first = small.session();
                RawClient second = small.raw()) {
            second.send(RawClient.startup(0, "user", "postgres"));
            assertThat(sqlState(List.of(second.read()))).isEqualTo("53300");
            second.assertEnded();
            assertThat(first.ask("SELECT 1")).hasToString("[T, D, C SELECT 1, ZI]");
        }
    }

    @Test
    void aStatementIsCancelledThoughThereIsNoPlaceForAnotherClient() throws Exception {
        try (TestGateway small = new TestGateway(
                        new Forwarding(), ListenerConfig.Limits.DEFAULTS.withSessions(1), TrafficListener.NONE);
                RawClient client = small.session();
                RawClient other = small.raw()) {
            client.query("SELECT pg_sleep(62)");
            awaitBackends(small, "query = 'SELECT pg_sleep(62)' AND state = 'active'", 1);
            other.send(out -> FrontendEncoder.cancelRequest(out, client.key));
            assertThat(sqlState(client.untilReady())).isEqualTo("57014");
        }
    }

    @Test
    void anErrorArrivesHoweverMuchOfTheGarbageIsStillUnread() throws IOException {
        byte[] garbage = new byte[2_000_000];
        Arrays.fill(garbage, (byte) 0x7F);
        for (boolean begun : new boolean[] {false, true}) {
            try (RawClient client = begun ? gateway.session() : gateway.raw()) {
                client.send(garbage);
                assertThat(sqlState(List.of(client.read()))).isEqualTo("08P01");
                client.assertEnded();
            }
        }
    }

    // ---- garbage -------------------------------------------------------------------------------------------------

    @Test
    void garbageCostsOnlyItsOwnClient() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        try (RawClient witness = gateway.session()) {
            for (int round = 0; round < 60; round++) {
                byte[] bytes = new byte[1 + random.nextInt(300)];
                random.nextBytes(bytes);
                try (RawClient client = round % 2 == 0 ? gateway.session() : gateway.raw()) {
                    client.send(bytes);
                    client.socket.shutdownOutput();
                    client.untilEnd();
                }
            }
            assertThat(witness.ask("SELECT 1")).as("seed %d", seed).hasToString("[T, D, C SELECT 1, ZI]");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 5, 9})
    void aClientThatEndsItsInputWithinAMessageIsDone(int sent) throws IOException {
        try (RawClient client = gateway.session()) {
            client.send(Arrays.copyOf(new byte[] {'Q', 0, 0, 0, 20, 'S', 'E', 'L', 'E'}, sent));
            client.socket.shutdownOutput();
            client.socket.setSoTimeout(Patience.MILLIS);
            assertThat(client.socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void anUnknownMessageIsAProtocolError() throws IOException {
        try (RawClient client = gateway.session()) {
            client.send(new byte[] {'!', 0, 0, 0, 4});
            List<RawClient.Message> messages = client.untilEnd();
            assertThat(messages).hasSize(1);
            assertThat(sqlState(messages)).isEqualTo("08P01");
        }
    }

    @Test
    void aStatementThatIsTooLongIsRefusedAndTheSessionGoesOn() throws IOException {
        try (TestGateway strict = new TestGateway(
                        new Forwarding(),
                        ListenerConfig.Limits.DEFAULTS.withStatementBytes(100_000),
                        TrafficListener.NONE);
                RawClient client = strict.session()) {
            String longText = "SELECT '" + "x".repeat(200_000) + "'";
            List<RawClient.Message> refused = client.ask(longText);
            assertThat(sqlState(refused)).isEqualTo("54000");
            assertThat(client.ask("SELECT 1")).hasToString("[T, D, C SELECT 1, ZI]");
            client.send(out -> {
                FrontendEncoder.parse(out, "", text(longText));
                FrontendEncoder.bind(out, "", "");
                FrontendEncoder.execute(out, "", 0);
                FrontendEncoder.sync(out);
            });
            refused = client.untilReady();
            assertThat(RawClient.kinds(refused)).isEqualTo("EZ");
            assertThat(sqlState(refused)).isEqualTo("54000");
            assertThat(client.ask("SELECT 1")).hasToString("[T, D, C SELECT 1, ZI]");
        }
    }

    @Test
    void aLongStatementBelowTheLimitPasses() throws IOException {
        try (RawClient client = gateway.session()) {
            assertThat(client.ask("SELECT length('" + "x".repeat(5_000_000) + "')"))
                    .hasToString("[T, D, C SELECT 1, ZI]");
        }
    }

    private static String sqlState(List<RawClient.Message> messages) {
        return messages.stream()
                .filter(message -> message.type() == 'E')
                .findFirst()
                .map(message -> message.fields().text(Fields.SQL_STATE))
                .orElse("none of " + messages);
    }

    // ---- errors, cancels, the ends of sessions -------------------------------------------------------------------

    @Test
    void afterAnErrorEverythingUpToSyncIsDiscarded() throws IOException {
        try (RawClient client = gateway.session()) {
            client.send(out -> {
                FrontendEncoder.parse(out, "", text("SELECT 1 / 0"));
                FrontendEncoder.bind(out, "", "");
                FrontendEncoder.execute(out, "", 0);
                FrontendEncoder.flush(out);
            });
            assertThat(client.next().type()).isEqualTo('1');
            assertThat(client.next().type()).isEqualTo('E');
            client.send(out -> {
                FrontendEncoder.query(out, text("SELECT 2"));
                FrontendEncoder.sync(out);
            });
            assertThat(client.untilReady()).hasToString("[ZI]");
            assertThat(client.ask("SELECT 1")).hasToString("[T, D, C SELECT 1, ZI]");
        }
    }

    @Test
    void aCancelOfAnIdleSessionBringsNothing() throws IOException {
        try (RawClient client = gateway.session();
                RawClient other = gateway.raw()) {
            other.send(out -> FrontendEncoder.cancelRequest(out, client.key));
            other.untilEnd();
            assertThat(client.ask("SELECT 1")).hasToString("[T, D, C SELECT 1, ZI]");
        }
    }

    @Test
    void copyDataBehindAServersErrorLeavesNothingStuck() throws IOException {
        try (RawClient client = gateway.session()) {
            client.ask("CREATE TABLE IF NOT EXISTS stuck (a int)");
            client.query("COPY stuck FROM STDIN");
            assertThat(client.next().type()).isEqualTo('G');
            client.send(out -> {
                byte[] row = text("no number\n");
                for (int i = 0; i < 1000; i++) {
                    out.writeByte('d').writeInt(4 + row.length).writeBytes(row);
                }
                out.writeByte('c').writeInt(4);
            });
            assertThat(RawClient.kinds(client.untilReady())).isEqualTo("EZ");
            assertThat(client.ask("ALTER TABLE stuck ADD b int")).hasToString("[C ALTER TABLE, ZI]");
        }
    }

    @Test
    void aCopyInThePipelineWithItsDataLeavesTheCountRight() throws IOException {
        try (RawClient client = gateway.session()) {
            client.ask("CREATE TABLE IF NOT EXISTS piped (a int)");
            client.send(out -> {
                byte[] row = text("1\n");
                FrontendEncoder.parse(out, "", text("COPY piped FROM STDIN"));
                FrontendEncoder.bind(out, "", "");
                FrontendEncoder.execute(out, "", 0);
                FrontendEncoder.sync(out);
                out.writeByte('d').writeInt(4 + row.length).writeBytes(row);
                out.writeByte('c').writeInt(4);
                FrontendEncoder.sync(out);
            });
            assertThat(RawClient.kinds(client.untilReady())).isEqualTo("12GCZ");
            assertThat(client.ask("ALTER TABLE piped ADD b int")).hasToString("[C ALTER TABLE, ZI]");
        }
    }

    @Test
    void aHalfClosedClientGetsItsAnswer() throws IOException {
        try (RawClient client = gateway.session()) {
            client.query("SELECT pg_sleep(0.3), 42");
            client.socket.shutdownOutput();
            assertThat(RawClient.kinds(client.untilEnd())).contains("TDCZ");
        }
    }

    @Test
    void aVanishedClientsStatementIsCancelled() throws Exception {
        RawClient client = gateway.session();
        client.query("SELECT pg_sleep(61)");
        awaitBackends("query = 'SELECT pg_sleep(61)' AND state = 'active'", 1);
        client.close();
        awaitBackends("query = 'SELECT pg_sleep(61)'", 0);
    }

    @Test
    void aClientThatPipelinesWithoutReadingAndVanishesLeavesNoBackend() throws Exception {
        RawClient client = gateway.session();
        client.send(out -> {
            for (int i = 0; i < 20; i++) {
                FrontendEncoder.query(out, text("SELECT repeat('unread', 100000) FROM generate_series(1, 50)"));
            }
        });
        awaitBackends("wait_event = 'ClientWrite'", 1);
        client.close();
        awaitBackends("query LIKE '%unread%'", 0);
    }

    private static void awaitBackends(String condition, int count) throws SQLException {
        awaitBackends(gateway, condition, count);
    }

    /** Waits until so many of the server's sessions in a gateway's database are as described. */
    static void awaitBackends(TestGateway gateway, String condition, int count) throws SQLException {
        try (Connection direct = TestPostgres.connect("postgres");
                Statement look = direct.createStatement()) {
            Awaitility.await().until(() -> {
                try (ResultSet rows = look.executeQuery("SELECT count(*) FROM pg_stat_activity WHERE datname = '"
                        + gateway.database + "' AND " + condition)) {
                    rows.next();
                    return rows.getInt(1) == count;
                }
            });
        }
    }

    @Test
    void aTerminatedBackendIsTheServersOwnErrorThenTheEnd() throws Exception {
        try (RawClient client = gateway.session()) {
            TestPostgres.execute("postgres", "SELECT pg_terminate_backend(" + client.key.processId() + ")");
            List<RawClient.Message> messages = client.untilEnd();
            assertThat(messages).hasSize(1);
            assertThat(sqlState(messages)).isEqualTo("57P01");
        }
    }

    @Test
    void aServerThatGoesWithoutAWordIsReported() throws Exception {
        try (ServerSocket server = new ServerSocket(0);
                TestGateway lost = new TestGateway(
                        new Forwarding(), ListenerConfig.Limits.DEFAULTS, TrafficListener.NONE, server.getLocalPort());
                RawClient client = lost.raw()) {
            client.send(RawClient.startup(0, "user", "postgres"));
            server.accept().close();
            assertThat(sqlState(client.untilEnd())).isEqualTo("08006");
        }
    }

    @Test
    void drainingEndsIdleSessionsAtOnceAndBusyOnesAfterTheirTransaction() throws Exception {
        TestGateway leaving = new TestGateway(new Forwarding());
        try (RawClient idle = leaving.session();
                RawClient busy = leaving.session()) {
            busy.ask("BEGIN");
            Thread drain = Thread.ofVirtual().start(() -> leaving.listener.drain(Duration.ofSeconds(20)));
            assertThat(sqlState(idle.untilEnd())).isEqualTo("57P01");
            assertThat(busy.ask("SELECT 1")).hasToString("[T, D, C SELECT 1, ZT]");
            assertThat(busy.ask("COMMIT")).hasToString("[C COMMIT, ZI]");
            assertThat(sqlState(busy.untilEnd())).isEqualTo("57P01");
            drain.join();
        }
    }

    @Test
    void aReplicationConnectionIsLeftAlone() throws IOException {
        try (RawClient client = gateway.raw()) {
            client.send(
                    RawClient.startup(0, "user", "postgres", "database", gateway.database, "replication", "database"));
            client.untilReady();
            assertThat(RawClient.kinds(client.ask("IDENTIFY_SYSTEM"))).isEqualTo("TDCZ");
        }
    }
}
