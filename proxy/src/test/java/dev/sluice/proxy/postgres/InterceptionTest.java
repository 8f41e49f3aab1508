package dev.sluice.proxy.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.protocol.postgres.Fields;
import dev.sluice.protocol.postgres.FrontendEncoder;
import dev.sluice.proxy.intercept.Ruling;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.ServerError;
import dev.sluice.proxy.session.ServerErrorException;
import dev.sluice.proxy.session.TransactionStatus;
import dev.sluice.proxy.testing.Forwarding;
import dev.sluice.proxy.testing.LeakWatch;
import dev.sluice.proxy.testing.Patience;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.util.PSQLException;

/** What becomes of messages that are held, with an interceptor made for the test. */
@ExtendWith(LeakWatch.class)
class InterceptionTest {
    private static final Scripted SCRIPT = new Scripted();
    private static TestGateway gateway;

    /** Rules as the test says, and remembers what it was told. */
    private static final class Scripted extends Forwarding {
        volatile BiFunction<HeldSession, String, Ruling> judge = (session, sql) -> new Ruling.Forward();
        volatile BiFunction<HeldSession, List<Ruling.Substitute>, Optional<ServerError>> ended =
                (session, rulings) -> Optional.empty();
        final List<String> heard = new CopyOnWriteArrayList<>();

        @Override
        public Ruling judge(HeldSession session, String sql) {
            heard.add("judge " + sql);
            return judge.apply(session, sql);
        }

        @Override
        public void answered(HeldSession session, Ruling.Substitute ruling, Optional<ServerError> error) {
            heard.add("answered " + error.map(ServerError::sqlState).orElse("fine"));
        }

        @Override
        public Optional<ServerError> transactionEnded(HeldSession session, List<Ruling.Substitute> rulings) {
            heard.add("ended " + rulings.size());
            return ended.apply(session, rulings);
        }

        @Override
        public void lost(HeldSession session, List<Ruling.Substitute> rulings, boolean perhapsCommitted) {
            heard.add("lost " + rulings.size() + (perhapsCommitted ? " perhaps committed" : ""));
        }
    }

    @BeforeAll
    static void start() {
        gateway = new TestGateway(SCRIPT);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @BeforeEach
    void forget() throws SQLException {
        SCRIPT.heard.clear();
        SCRIPT.judge = (session, sql) -> new Ruling.Forward();
        SCRIPT.ended = (session, rulings) -> Optional.empty();
        try (Connection direct = dev.sluice.proxy.testing.TestPostgres.connect(gateway.database);
                Statement statement = direct.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS t; CREATE TABLE t (a int); INSERT INTO t VALUES (1)");
        }
    }

    /** Replaces the (single) ALTER of a message by a block that runs it. */
    private static Ruling wrapped(HeldSession session, String sql) {
        int start = sql.indexOf("ALTER");
        int end = sql.indexOf(';', start) < 0 ? sql.length() : sql.indexOf(';', start);
        int number = (int) sql.substring(0, start).chars().filter(c -> c == ';').count();
        String block = "DO $sluice$ BEGIN " + sql.substring(start, end) + "; END $sluice$";
        return new Ruling.Substitute(List.of(new Ruling.Edit(number, start, end, block, "ALTER TABLE")), "memo");
    }

    private static QueryAnswer queried(HeldSession session, String sql) {
        try {
            return new QueryAnswer(session.query(sql).rows(), Optional.empty());
        } catch (ServerErrorException e) {
            return new QueryAnswer(List.of(), Optional.of(e.error()));
        }
    }

    private record QueryAnswer(List<List<Optional<String>>> rows, Optional<ServerError> error) {}

    // ---- simple protocol -----------------------------------------------------------------------------------------

    @Test
    void aSubstituteLooksLikeTheStatement() throws Exception {
        SCRIPT.judge = InterceptionTest::wrapped;
        try (RawClient client = gateway.session()) {
            assertThat(client.ask("ALTER TABLE t ADD b int")).hasToString("[C ALTER TABLE, ZI]");
            assertThat(client.ask("SELECT b FROM t")).hasToString("[T, D, C SELECT 1, ZI]");
        }
        assertThat(SCRIPT.heard).containsExactly("judge ALTER TABLE t ADD b int", "answered fine", "ended 1");
    }

    @Test
    void aSubstituteInABatchLeavesTheOthersAlone() throws Exception {
        SCRIPT.judge = InterceptionTest::wrapped;
        try (RawClient client = gateway.session()) {
            assertThat(client.ask("SELECT 1; ALTER TABLE t ADD b int; SELECT b FROM t"))
                    .hasToString("[T, D, C SELECT 1, C ALTER TABLE, T, D, C SELECT 1, ZI]");
        }
    }

    @Test
    void anErrorInsideASubstituteIsTheStatementsOwn() throws Exception {
        String sql = "SELECT 'é'; ALTER TABLE t ADD b no_such_type";
        Fields direct = errorOf(direct(sql));
        SCRIPT.judge = InterceptionTest::wrapped;
        try (RawClient client = gateway.session()) {
            assertThat(errorOf(client.ask(sql))).isEqualTo(direct);
        }
        assertThat(SCRIPT.heard).containsExactly("judge " + sql, "answered 42704");
    }

    @Test
    void anErrorBehindASubstituteHasItsPositionInTheClientsText() throws Exception {
        String sql = "ALTER TABLE t ADD b int; SELECT nowhere FROM t";
        Fields direct = errorOf(direct(sql));
        SCRIPT.judge = InterceptionTest::wrapped;
        try (RawClient client = gateway.session()) {
            assertThat(errorOf(client.ask(sql))).isEqualTo(direct);
        }
    }

    private static List<RawClient.Message> direct(String sql) throws Exception {
        try (RawClient client = new RawClient(dev.sluice.proxy.testing.TestPostgres.port())) {
            client.login(gateway.database);
            return client.ask(sql);
        }
    }

    private static Fields errorOf(List<RawClient.Message> messages) {
        return messages.stream()
                .filter(message -> message.type() == 'E')
                .findFirst()
                .orElseThrow()
                .fields();
    }

    @Test
    void theEndOfTheTransactionIsToldOnceAtCommit() throws Exception {
        SCRIPT.judge = InterceptionTest::wrapped;
        try (RawClient client = gateway.session()) {
            client.ask("BEGIN");
            assertThat(client.ask("ALTER TABLE t ADD b int")).hasToString("[C ALTER TABLE, ZT]");
            assertThat(client.ask("SELECT 1")).hasToString("[T, D, C SELECT 1, ZT]");
            assertThat(SCRIPT.heard).doesNotContain("ended 1");
            assertThat(client.ask("COMMIT")).hasToString("[C COMMIT, ZI]");
        }
        assertThat(SCRIPT.heard).endsWith("answered fine", "ended 1");
    }

    @Test
    void whatGoesAsItIsInATransactionIsAnsweredToo() throws Exception {
        SCRIPT.judge = (session, sql) -> new Ruling.Substitute(List.of(), "memo");
        try (RawClient client = gateway.session()) {
            client.ask("BEGIN");
            assertThat(client.ask("ALTER TABLE t ADD b int")).hasToString("[C ALTER TABLE, ZT]");
            assertThat(client.ask("ALTER TABLE t ADD b int").getFirst().type()).isEqualTo('E');
            assertThat(client.ask("ROLLBACK")).hasToString("[C ROLLBACK, ZI]");
        }
        assertThat(SCRIPT.heard).contains("answered fine", "answered 42701", "ended 1");
    }

    @Test
    void anErrorOfTheMigrationStandsInPlaceOfSuccess() throws Exception {
        SCRIPT.judge = InterceptionTest::wrapped;
        SCRIPT.ended = (session, rulings) -> Optional.of(ServerError.of("23505", 0, "duplicate", "", ""));
        try (RawClient client = gateway.session()) {
            assertThat(RawClient.kinds(client.ask("ALTER TABLE t ADD b int"))).isEqualTo("EZ");
            assertThat(client.ask("SELECT 1")).hasToString("[T, D, C SELECT 1, ZI]");
        }
    }

    @Test
    void whileATransactionsEndIsSeenThroughQueriesAndNoticesWork() throws Exception {
        SCRIPT.judge = InterceptionTest::wrapped;
        SCRIPT.ended = (session, rulings) -> {
            session.notice(new HeldSession.Notice("NOTICE", "00000", "half done", "", ""));
            return queried(session, "SELECT count(*) FROM t").error();
        };
        try (RawClient client = gateway.session()) {
            assertThat(RawClient.kinds(client.ask("ALTER TABLE t ADD b int"))).isEqualTo("NCZ");
        }
    }

    @Test
    void anInjectedStatementSeesTheClientsTransactionAndIsNotSeen() throws Exception {
        CompletableFuture<QueryAnswer> seen = new CompletableFuture<>();
        SCRIPT.judge = (session, sql) -> {
            seen.complete(queried(session, "SELECT a, NULL FROM t ORDER BY a"));
            assertThat(session.transaction()).isEqualTo(TransactionStatus.IN_TRANSACTION);
            return new Ruling.Forward();
        };
        try (RawClient client = gateway.session()) {
            client.ask("BEGIN; INSERT INTO t VALUES (7)");
            assertThat(client.ask("ALTER TABLE t ADD b int")).hasToString("[C ALTER TABLE, ZT]");
        }
        assertThat(seen.get().rows()).hasToString("[[Optional[1], Optional.empty], [Optional[7], Optional.empty]]");
    }

    @Test
    void aRefusalInABlockFailsTheBlock() throws Exception {
        SCRIPT.judge = (session, sql) -> new Ruling.Refuse(ServerError.of("0A000", 0, "no", "because", "do otherwise"));
        try (RawClient client = gateway.session()) {
            assertThat(RawClient.kinds(client.ask("ALTER TABLE t ADD b int"))).isEqualTo("EZ");
            client.ask("BEGIN");
            List<RawClient.Message> refused = client.ask("ALTER TABLE t ADD b int");
            assertThat(refused.getLast()).hasToString("ZE");
            assertThat(errorOf(refused).text(Fields.HINT)).isEqualTo("do otherwise");
            assertThat(errorOf(client.ask("SELECT 1")).text(Fields.SQL_STATE)).isEqualTo("25P02");
            assertThat(client.ask("COMMIT")).hasToString("[C ROLLBACK, ZI]");
        }
    }

    @Test
    void aPipelineOfQueriesIsAnsweredInOrder() throws Exception {
        SCRIPT.judge = InterceptionTest::wrapped;
        try (RawClient client = gateway.session()) {
            client.send(out -> {
                FrontendEncoder.query(out, text("SELECT pg_sleep(0.1)"));
                FrontendEncoder.query(out, text("ALTER TABLE t ADD b int"));
                FrontendEncoder.query(out, text("SELECT b FROM t"));
            });
            assertThat(client.untilReady()).hasToString("[T, D, C SELECT 1, ZI]");
            assertThat(client.untilReady()).hasToString("[C ALTER TABLE, ZI]");
            assertThat(client.untilReady()).hasToString("[T, D, C SELECT 1, ZI]");
        }
    }

    @Test
    void copyDataFlowsInAMessageThatHoldsASubstitute() throws Exception {
        SCRIPT.judge = InterceptionTest::wrapped;
        try (RawClient client = gateway.session()) {
            client.query("ALTER TABLE t ADD b int; COPY t FROM STDIN; SELECT count(*) FROM t");
            RawClient.Message message = client.next();
            while (message.type() != 'G') {
                message = client.next();
            }
            client.send(out -> {
                byte[] row = text("2\t3\n");
                out.writeByte('d').writeInt(4 + row.length).writeBytes(row);
                out.writeByte('c').writeInt(4);
            });
            assertThat(client.untilReady()).hasToString("[C COPY 1, T, D, C SELECT 1, ZI]");
        }
    }

    @Test
    void aCancelReachesWhoJudges() throws Exception {
        CountDownLatch judging = new CountDownLatch(1);
        SCRIPT.judge = (session, sql) -> {
            judging.countDown();
            QueryAnswer answer = queried(session, "SELECT pg_sleep(60)");
            assertThat(session.abandoned()).isTrue();
            return new Ruling.Refuse(answer.error().orElseThrow());
        };
        try (RawClient client = gateway.session()) {
            client.query("ALTER TABLE t ADD b int");
            judging.await(Patience.SECONDS, TimeUnit.SECONDS);
            try (RawClient other = gateway.raw()) {
                other.send(out -> FrontendEncoder.cancelRequest(out, client.key));
                assertThat(other.untilEnd()).isEmpty();
            }
            assertThat(errorOf(client.untilReady()).text(Fields.SQL_STATE)).isEqualTo("57014");
            assertThat(client.ask("SELECT 1")).hasToString("[T, D, C SELECT 1, ZI]");
        }
    }

    // ---- a connection that is lost -------------------------------------------------------------------------------

    @Test
    void aClientThatVanishesInATransactionLeavesItRolledBack() throws Exception {
        SCRIPT.judge = InterceptionTest::wrapped;
        try (RawClient client = gateway.session()) {
            client.ask("BEGIN");
            client.ask("ALTER TABLE t ADD b int");
        }
        awaitHeard("answered fine", "lost 1");
    }

    @Test
    void whetherACommitThatWasOnItsWayHappenedIsLeftOpen() throws Exception {
        SCRIPT.judge = InterceptionTest::wrapped;
        try (RawClient client = gateway.session()) {
            client.ask("BEGIN");
            client.ask("ALTER TABLE t ADD b int");
            client.query("SELECT pg_sleep(60); COMMIT");
        }
        awaitHeard("answered fine", "lost 1 perhaps committed");
    }

    @Test
    void aSubstituteWhoseAnswerNobodyHeardIsLostRatherThanFailed() throws Exception {
        SCRIPT.judge = (session, sql) -> new Ruling.Substitute(
                List.of(new Ruling.Edit(0, 0, sql.length(), "DO 'BEGIN PERFORM pg_sleep(60); END'", "ALTER TABLE")),
                "memo");
        try (RawClient client = gateway.session()) {
            client.query("ALTER TABLE t ADD b int");
            WireTest.awaitBackends(gateway, "query LIKE 'DO%' AND state = 'active'", 1);
        }
        awaitHeard("lost 1 perhaps committed");
        assertThat(SCRIPT.heard).noneMatch(word -> word.startsWith("answered"));
    }

    private static void awaitHeard(String... last) {
        Awaitility.await().untilAsserted(() -> assertThat(SCRIPT.heard).endsWith(last));
    }

    @Test
    void anAnswerOfTheGatewaysOwnIsAResult() throws Exception {
        SCRIPT.judge = (session, sql) ->
                new Ruling.Answer(List.of("a", "b"), List.of(List.of(Optional.of("1"), Optional.empty())), "SHOW");
        try (RawClient client = gateway.session()) {
            assertThat(client.ask("SHOW SLUICE MIGRATIONS")).hasToString("[T, D, C SHOW, ZI]");
        }
    }

    // ---- extended protocol ---------------------------------------------------------------------------------------

    private static byte[] text(String sql) {
        return sql.getBytes(StandardCharsets.UTF_8);
    }

    private static void prepareAndRun(ByteBuf out, String sql) {
        FrontendEncoder.parse(out, "", text(sql));
        FrontendEncoder.bind(out, "", "");
        FrontendEncoder.describe(out, 'P', "");
        FrontendEncoder.execute(out, "", 0);
    }

    @Test
    void theExtendedProtocolIsJudgedAtExecute() throws Exception {
        SCRIPT.judge = InterceptionTest::wrapped;
        try (RawClient client = gateway.session()) {
            client.send(out -> {
                FrontendEncoder.parse(out, "s", text("ALTER TABLE t ADD b int"));
                FrontendEncoder.describe(out, 'S', "s");
                FrontendEncoder.sync(out);
            });
            assertThat(RawClient.kinds(client.untilReady())).isEqualTo("1tnZ");
            assertThat(SCRIPT.heard).isEmpty();
            client.send(out -> {
                FrontendEncoder.bind(out, "", "s");
                FrontendEncoder.execute(out, "", 0);
                FrontendEncoder.sync(out);
            });
            assertThat(client.untilReady()).hasToString("[2, C ALTER TABLE, ZI]");
        }
        assertThat(SCRIPT.heard).containsExactly("judge ALTER TABLE t ADD b int", "answered fine", "ended 1");
    }

    @Test
    void aPipelineIsAnsweredInOrderAndInOneTransaction() throws Exception {
        CompletableFuture<QueryAnswer> seen = new CompletableFuture<>();
        SCRIPT.judge = (session, sql) -> {
            seen.complete(queried(session, "SELECT count(*) FROM t"));
            return wrapped(session, sql);
        };
        try (RawClient client = gateway.session()) {
            client.send(out -> {
                prepareAndRun(out, "INSERT INTO t VALUES (2)");
                prepareAndRun(out, "ALTER TABLE t ADD b int");
                prepareAndRun(out, "INSERT INTO t VALUES (3, 4)");
                FrontendEncoder.sync(out);
            });
            assertThat(client.untilReady())
                    .hasToString("[1, 2, n, C INSERT 0 1, 1, 2, n, C ALTER TABLE, 1, 2, n, C INSERT 0 1, ZI]");
            assertThat(seen.get().rows()).hasToString("[[Optional[2]]]");
        }
        assertThat(SCRIPT.heard).endsWith("answered fine", "ended 1");
    }

    @Test
    void anErrorBeforeAHeldExecuteDiscardsIt() throws Exception {
        try (RawClient client = gateway.session()) {
            client.send(out -> {
                prepareAndRun(out, "SELECT 1 / 0");
                prepareAndRun(out, "ALTER TABLE t ADD b int");
                FrontendEncoder.sync(out);
            });
            assertThat(RawClient.kinds(client.untilReady())).isEqualTo("1EZ");
            assertThat(client.ask("SELECT * FROM t")).hasToString("[T, D, C SELECT 1, ZI]");
        }
        assertThat(SCRIPT.heard).isEmpty();
    }

    @Test
    void aClientThatFlushesAndWaitsIsAnswered() throws Exception {
        SCRIPT.judge = InterceptionTest::wrapped;
        try (RawClient client = gateway.session()) {
            client.send(out -> {
                prepareAndRun(out, "ALTER TABLE t ADD b int");
                FrontendEncoder.flush(out);
            });
            assertThat(client.next().type()).isEqualTo('1');
            assertThat(client.next().type()).isEqualTo('2');
            assertThat(client.next().type()).isEqualTo('n');
            assertThat(client.next()).hasToString("C ALTER TABLE");
            client.send(FrontendEncoder::sync);
            assertThat(client.untilReady()).hasToString("[ZI]");
        }
        assertThat(SCRIPT.heard).endsWith("ended 1");
    }

    @Test
    void anErrorInAnExtendedSubstituteIsTheStatementsOwn() throws Exception {
        String sql = "ALTER TABLE t ADD a int";
        Fields direct = errorOf(direct(sql));
        SCRIPT.judge = InterceptionTest::wrapped;
        try (RawClient client = gateway.session()) {
            client.send(out -> {
                prepareAndRun(out, sql);
                prepareAndRun(out, "SELECT 1");
                FrontendEncoder.sync(out);
            });
            List<RawClient.Message> answer = client.untilReady();
            assertThat(RawClient.kinds(answer)).isEqualTo("12nEZ");
            assertThat(errorOf(answer)).isEqualTo(direct);
            assertThat(client.ask("SELECT 1")).hasToString("[T, D, C SELECT 1, ZI]");
        }
        assertThat(SCRIPT.heard).containsExactly("judge " + sql, "answered 42701");
    }

    @Test
    void aRefusalInAPipelineUndoesItAndSkipsToSync() throws Exception {
        SCRIPT.judge = (session, sql) -> new Ruling.Refuse(ServerError.of("0A000", 0, "no", "", ""));
        try (RawClient client = gateway.session()) {
            client.send(out -> {
                prepareAndRun(out, "INSERT INTO t VALUES (2)");
                prepareAndRun(out, "ALTER TABLE t ADD b int");
                prepareAndRun(out, "INSERT INTO t VALUES (3)");
                FrontendEncoder.sync(out);
            });
            assertThat(RawClient.kinds(client.untilReady())).isEqualTo("12nC12nEZ");
            assertThat(client.ask("SELECT * FROM t")).hasToString("[T, D, C SELECT 1, ZI]");
        }
    }

    @Test
    void aGatewayCommandIsAnsweredStepByStep() throws Exception {
        SCRIPT.judge = (session, sql) ->
                new Ruling.Answer(List.of("n"), List.of(List.of(Optional.of("1")), List.of(Optional.of("2"))), "SHOW");
        try (RawClient client = gateway.session()) {
            client.send(out -> {
                FrontendEncoder.parse(out, "s", text("SHOW SLUICE MIGRATIONS"));
                FrontendEncoder.describe(out, 'S', "s");
                FrontendEncoder.bind(out, "p", "s");
                FrontendEncoder.execute(out, "p", 1);
                FrontendEncoder.execute(out, "p", 1);
                FrontendEncoder.close(out, 'S', "s");
                FrontendEncoder.sync(out);
            });
            assertThat(RawClient.kinds(client.untilReady())).isEqualTo("1tT2DsDC3Z");
        }
    }

    // ---- a driver ------------------------------------------------------------------------------------------------

    @Test
    void aJdbcApplicationMigratesInATransaction() throws SQLException {
        SCRIPT.judge = InterceptionTest::wrapped;
        try (Connection connection = gateway.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("ALTER TABLE t ADD b int");
            statement.execute("UPDATE t SET b = 5");
            connection.commit();
            try (ResultSet rows = statement.executeQuery("SELECT b FROM t")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getInt(1)).isEqualTo(5);
            }
        }
        assertThat(SCRIPT.heard).endsWith("answered fine", "ended 1");
    }

    @Test
    void aJdbcApplicationAsksTheGateway() throws SQLException {
        SCRIPT.judge = (session, sql) -> new Ruling.Answer(List.of("n"), List.of(List.of(Optional.of("42"))), "SHOW");
        for (String mode : List.of("simple", "extended", "extendedForPrepared")) {
            try (Connection connection = gateway.connect("preferQueryMode", mode, "prepareThreshold", "1");
                    PreparedStatement statement = connection.prepareStatement("SHOW SLUICE MIGRATIONS")) {
                for (int i = 0; i < 3; i++) {
                    try (ResultSet rows = statement.executeQuery()) {
                        assertThat(rows.next()).isTrue();
                        assertThat(rows.getInt("n")).isEqualTo(42);
                    }
                }
            }
        }
    }

    @Test
    void aJdbcApplicationSeesARefusalsHint() throws SQLException {
        SCRIPT.judge = (session, sql) -> new Ruling.Refuse(ServerError.of("0A000", 0, "no", "detail", "hint"));
        try (Connection connection = gateway.connect();
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.execute("ALTER TABLE t ADD b int"))
                    .isInstanceOfSatisfying(PSQLException.class, e -> {
                        assertThat(e.getSQLState()).isEqualTo("0A000");
                        assertThat(e.getServerErrorMessage()).hasToString("ERROR: no\n  Detail: detail\n  Hint: hint");
                    });
            assertThat(statement.execute("SELECT 1")).isTrue();
        }
    }
}
