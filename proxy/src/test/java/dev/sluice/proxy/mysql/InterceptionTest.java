package dev.sluice.proxy.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.proxy.intercept.Ruling;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.QueryResult;
import dev.sluice.proxy.session.ServerError;
import dev.sluice.proxy.session.ServerErrorException;
import dev.sluice.proxy.testing.Patience;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a ruling does to a client's statement, by both drivers and in both protocols. */
abstract class InterceptionTest {

    private static final String ALTER = "ALTER TABLE t ADD COLUMN c INT";

    private final TestDatabase server;
    private final List<String> judged = Collections.synchronizedList(new ArrayList<>());
    private TestGateway gateway;
    private String database;
    private BiFunction<HeldSession, String, Ruling> judge = (session, sql) -> new Ruling.Forward();

    InterceptionTest(TestDatabase server) {
        this.server = server;
    }

    static List<RelayTest.Client> clients() {
        return RelayTest.clients();
    }

    @BeforeEach
    void start() throws Exception {
        gateway = TestGateway.with(server.address(), (session, sql) -> {
            judged.add(sql);
            return judge.apply(session, sql);
        });
        database = server.newDatabase();
        try (Connection c = server.connect(database);
                Statement s = c.createStatement()) {
            s.execute("CREATE TABLE t(a INT)");
        }
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private List<String> columns() throws SQLException {
        try (Connection c = server.connect(database);
                Statement s = c.createStatement();
                ResultSet r = s.executeQuery("SELECT column_name FROM information_schema.columns WHERE table_schema = '"
                        + database + "' AND table_name = 't' ORDER BY ordinal_position")) {
            List<String> names = new ArrayList<>();
            while (r.next()) {
                names.add(r.getString(1));
            }
            return names;
        }
    }

    @ParameterizedTest
    @MethodSource("clients")
    void aForwardedStatementRunsAtTheServer(RelayTest.Client client) throws SQLException {
        try (Connection c = client.open(gateway, database);
                PreparedStatement p = c.prepareStatement(ALTER)) {
            assertThat(judged).isEmpty();
            p.execute();
            assertThat(columns()).containsExactly("a", "c");
            assertThat(judged).containsExactly(ALTER);
        }
    }

    @ParameterizedTest
    @MethodSource("clients")
    void aRefusedStatementLeavesTheSessionUsable(RelayTest.Client client) throws SQLException {
        judge = (session, sql) ->
                new Ruling.Refuse(ServerError.of("42000", 1235, "refused by a rule", "it locks", "do it in steps"));
        try (Connection c = client.open(gateway, database);
                PreparedStatement p = c.prepareStatement(ALTER)) {
            assertThatThrownBy(p::execute).isInstanceOfSatisfying(SQLException.class, e -> {
                assertThat(e.getErrorCode()).isEqualTo(1235);
                assertThat(e.getSQLState()).isEqualTo("42000");
                assertThat(e.getMessage()).contains("refused by a rule", "it locks", "do it in steps");
            });
            assertThat(c.createStatement().executeQuery("SELECT 1").next()).isTrue();
            assertThat(columns()).containsExactly("a");
        }
    }

    @ParameterizedTest
    @MethodSource("clients")
    void theGatewayAnswersWithATable(RelayTest.Client client) throws SQLException {
        judge = (session, sql) -> new Ruling.Answer(
                List.of("id", "note"),
                List.of(List.of(Optional.of("1"), Optional.empty()), List.of(Optional.of("2"), Optional.of("é"))),
                "SHOW");
        try (Connection c = client.open(gateway, database);
                PreparedStatement p = c.prepareStatement("SHOW SLUICE MIGRATIONS")) {
            for (int i = 0; i < 2; i++) {
                ResultSet r = p.executeQuery();
                assertThat(r.next()).isTrue();
                assertThat(r.getString("id")).isEqualTo("1");
                assertThat(r.getString("note")).isNull();
                assertThat(r.next()).isTrue();
                assertThat(r.getString(2)).isEqualTo("é");
                assertThat(r.next()).isFalse();
            }
            assertThat(c.createStatement().executeQuery("SELECT 1").next()).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("clients")
    void whatTheGatewayRanIsAnsweredWithSuccess(RelayTest.Client client) throws SQLException {
        judge = (session, sql) -> {
            try {
                session.query("CREATE TABLE u(b INT)");
                assertThat(session.query("SELECT 'x' AS a, NULL").rows())
                        .containsExactly(List.of(Optional.of("x"), Optional.empty()));
                assertThatThrownBy(() -> session.query("SELECT * FROM missing"))
                        .isInstanceOfSatisfying(
                                ServerErrorException.class,
                                e -> assertThat(e.error().code()).isEqualTo(1146));
                session.query("INSERT INTO u VALUES (1), (2)");
                return new Ruling.Executed(List.of(new Ruling.Part.Ok(0, 0, "by the gateway")));
            } catch (ServerErrorException e) {
                return new Ruling.Refuse(e.error());
            }
        };
        try (Connection c = client.open(gateway, database);
                PreparedStatement p = c.prepareStatement(ALTER)) {
            assertThat(p.executeUpdate()).isZero();
            ResultSet r = c.createStatement().executeQuery("SELECT count(*) FROM u");
            r.next();
            assertThat(r.getInt(1)).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @MethodSource("clients")
    void aMessageOfSeveralStatementsIsTakenApartAndAnsweredAsOne(RelayTest.Client client) throws SQLException {
        String sql = "INSERT INTO t VALUES (7); " + ALTER + "; SELECT a FROM t; SELECT 'end'";
        int alter = sql.indexOf("ALTER");
        int select = sql.indexOf("SELECT a");
        int end = sql.indexOf("SELECT 'end'");
        judge = (session, text) -> {
            try {
                assertThat(session.relayPart(0, text.indexOf(';'), false)).isEmpty();
                session.query(text.substring(alter, text.indexOf(';', alter)));
                session.answerPart(new QueryResult(List.of(), List.of(), 0));
                return new Ruling.Executed(List.of(
                        new Ruling.Part.Relay(select, text.indexOf(';', select)),
                        new Ruling.Part.Relay(end, text.length())));
            } catch (ServerErrorException e) {
                return new Ruling.Refuse(e.error());
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        };
        try (Connection c = client.open(gateway, database);
                Statement s = c.createStatement()) {
            s.execute(sql);
            assertThat(s.getUpdateCount()).isEqualTo(1);
            assertThat(s.getMoreResults()).isFalse();
            assertThat(s.getUpdateCount()).isZero();
            assertThat(s.getMoreResults()).isTrue();
            ResultSet rows = s.getResultSet();
            assertThat(rows.next()).isTrue();
            assertThat(rows.getInt(1)).isEqualTo(7);
            assertThat(s.getMoreResults()).isTrue();
            assertThat(s.getResultSet().next()).isTrue();
            assertThat(s.getMoreResults()).isFalse();
            assertThat(s.getUpdateCount()).isEqualTo(-1);
            assertThat(c.createStatement().executeQuery("SELECT c FROM t").next())
                    .isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("clients")
    void anErrorInTheMiddleEndsTheMessage(RelayTest.Client client) throws SQLException {
        String sql = ALTER + "; SELECT * FROM missing; INSERT INTO t VALUES (1)";
        int select = sql.indexOf("SELECT");
        int insert = sql.indexOf("INSERT");
        judge = (session, text) -> new Ruling.Executed(List.of(
                new Ruling.Part.Ok(0, 0, ""),
                new Ruling.Part.Relay(select, insert - 2),
                new Ruling.Part.Relay(insert, text.length())));
        try (Connection c = client.open(gateway, database);
                Statement s = c.createStatement()) {
            assertThatThrownBy(() -> {
                        s.execute(sql);
                        s.getMoreResults();
                    })
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getErrorCode()).isEqualTo(1146));
            ResultSet r = c.createStatement().executeQuery("SELECT count(*) FROM t");
            r.next();
            assertThat(r.getInt(1)).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("clients")
    void aSubstituteIsSentInThePlaceOfTheStatement(RelayTest.Client client) throws SQLException {
        judge = (session, sql) -> new Ruling.Substitute(
                List.of(new Ruling.Edit(0, 0, sql.length(), "ALTER TABLE t ADD COLUMN other INT", "ALTER TABLE")), 1);
        try (Connection c = client.open(gateway, database);
                PreparedStatement p = c.prepareStatement(ALTER)) {
            assertThat(p.executeUpdate()).isZero();
            assertThat(columns()).containsExactly("a", "other");
            assertThat(c.createStatement().executeQuery("SELECT other FROM t").next())
                    .isFalse();
        }
    }

    @Test
    void theJudgeKnowsTheSessionsModesAndDatabase() throws SQLException {
        List<HeldSession> sessions = new ArrayList<>();
        judge = (session, sql) -> {
            sessions.add(session);
            return new Ruling.Forward();
        };
        String other = server.newDatabase();
        try (Connection c = gateway.connectorJ(database, "");
                Statement s = c.createStatement()) {
            s.execute("SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'");
            s.execute("USE " + other);
            s.execute("ALTER TABLE \"" + database + "\".t ADD COLUMN c INT");
            assertThat(sessions).singleElement().satisfies(session -> {
                assertThat(session.info().lexicalRules().ansiQuotes()).isTrue();
                assertThat(session.info().lexicalRules().noBackslashEscapes()).isTrue();
                assertThat(session.info().database()).isEqualTo(other);
                assertThat(session.info().user()).isEqualTo("lab");
                assertThat(session.info().backendId()).isPositive();
            });
        }
    }

    @Test
    void aStatementInAnotherCharacterSetIsReadRightAndSentBackUnchanged() throws SQLException {
        judge = (session, sql) -> {
            try {
                session.query(sql);
                return new Ruling.Executed(List.of(new Ruling.Part.Ok(0, 0, "")));
            } catch (ServerErrorException e) {
                return new Ruling.Refuse(e.error());
            }
        };
        try (Connection c = gateway.connectorJ(database, "");
                Statement s = c.createStatement()) {
            s.execute("SET character_set_client = latin1");
            s.execute("ALTER TABLE t ADD COLUMN `" + "x" + "` VARCHAR(10) COMMENT 'plain'");
            assertThat(columns()).contains("x");
        }
    }

    @Test
    void whatAClientSendsMeanwhileWaitsAndComesInOrder() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        judge = (session, sql) -> {
            await(go);
            return new Ruling.Forward();
        };
        try (Connection c = gateway.mariadb(database, "allowMultiQueries=true");
                Connection other = gateway.mariadb(database, "")) {
            Thread alter = Thread.ofVirtual().start(() -> {
                try {
                    c.createStatement().execute(ALTER);
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            Awaitility.await().until(() -> !judged.isEmpty());
            assertThat(other.createStatement().executeQuery("SELECT a FROM t").next())
                    .isFalse();
            assertThat(columns()).containsExactly("a");
            go.countDown();
            alter.join();
            assertThat(columns()).containsExactly("a", "c");
        }
    }

    @Test
    void aClientThatLeavesWhileItsStatementIsHeldIsNoticed() throws Exception {
        CountDownLatch abandoned = new CountDownLatch(1);
        judge = (session, sql) -> {
            Awaitility.await().until(session::abandoned);
            abandoned.countDown();
            return new Ruling.Forward();
        };
        try (Connection c = gateway.mariadb(database, "")) {
            c.setNetworkTimeout(Runnable::run, 300);
            assertThatThrownBy(() -> c.createStatement().execute(ALTER)).isInstanceOf(SQLException.class);
        }
        assertThat(abandoned.await(Patience.SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(columns()).containsExactly("a");
    }

    @Test
    void aKillOfAHeldStatementIsNoticed() throws Exception {
        CountDownLatch abandoned = new CountDownLatch(1);
        judge = (session, sql) -> {
            Awaitility.await().until(session::abandoned);
            abandoned.countDown();
            return new Ruling.Refuse(ServerError.of("70100", 1317, "Query execution was interrupted", "", ""));
        };
        try (Connection c = gateway.connectorJ(database, "");
                Statement s = c.createStatement()) {
            s.setQueryTimeout(1);
            assertThatThrownBy(() -> s.execute(ALTER)).isInstanceOf(SQLException.class);
            assertThat(abandoned.await(Patience.SECONDS, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(columns()).containsExactly("a");
    }

    @Test
    void aJudgeThatFailsRefusesTheStatement() throws SQLException {
        judge = (session, sql) -> {
            throw new IllegalStateException("broken");
        };
        try (Connection c = gateway.connectorJ(database, "")) {
            assertThatThrownBy(() -> c.createStatement().execute(ALTER)).hasMessageContaining("failed to judge");
            assertThat(c.createStatement().executeQuery("SELECT 1").next()).isTrue();
        }
        assertThat(columns()).containsExactly("a");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
