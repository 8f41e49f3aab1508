package dev.sluice.proxy.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.sluice.policies.policy.Action;
import dev.sluice.policies.policy.Amount;
import dev.sluice.policies.policy.CompiledPolicy;
import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.policy.PolicyDocument;
import dev.sluice.policies.policy.PolicyDocument.RuleSetting;
import dev.sluice.policies.policy.PolicyDocument.Scope;
import dev.sluice.policies.policy.PolicyException;
import dev.sluice.policies.policy.When;
import dev.sluice.proxy.audit.AuditTrail;
import dev.sluice.proxy.migration.Migration;
import dev.sluice.proxy.migration.Migrations;
import dev.sluice.proxy.testing.GatewayFixture;
import dev.sluice.proxy.testing.Patience;
import dev.sluice.proxy.testing.PressuredTraffic;
import dev.sluice.proxy.testing.TestServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The rule unbounded-dml in front of a real server. */
@Tag("integration")
class UnboundedWriteTest {

    private static final int ROWS = 20_000;

    private final PressuredTraffic traffic = new PressuredTraffic(policy(Action.REWRITE, "> 1000"));
    private final GatewayFixture gateway = GatewayFixture.start(
            TestServer.newest(),
            TestServer.newest().newDatabase(),
            policy(Action.REWRITE, "> 1000"),
            GatewayFixture.settings(),
            traffic,
            traffic.throttle());

    /** The action for tables of such a size. */
    static Policy policy(Action action, String rows) {
        try {
            When large = new When(
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of(),
                    Optional.of(Amount.parse(rows)),
                    Optional.empty(),
                    List.of(),
                    List.of(),
                    Optional.empty());
            return CompiledPolicy.of(
                    new PolicyDocument(
                            true,
                            List.of(),
                            List.of(new Scope(
                                    large,
                                    List.of(new RuleSetting("unbounded-dml", action, "policy.yaml:3")),
                                    "policy.yaml:2"))),
                    Set.of("unbounded-dml"));
        } catch (PolicyException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void tables() throws SQLException {
        direct("CREATE TABLE item (id int, part int, price numeric NOT NULL, name text, at timestamptz,"
                + " code int UNIQUE, PRIMARY KEY (id, part))");
        direct("INSERT INTO item SELECT i / 3, i % 3, i, 'n' || i, NULL, i FROM generate_series(1, " + ROWS + ") i");
        direct("CREATE TABLE small (id int PRIMARY KEY, v int)");
        direct("INSERT INTO small SELECT i, 0 FROM generate_series(1, 10) i");
        direct("ANALYZE");
    }

    @AfterEach
    void stop() {
        gateway.close();
        traffic.close();
    }

    private void direct(String sql) throws SQLException {
        try (Connection connection = gateway.direct();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private String one(String sql) throws SQLException {
        try (Connection connection = gateway.direct();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    private List<Migration> migrations() throws Exception {
        return gateway.migrations().list(gateway.ref());
    }

    private static final String PICTURE =
            "SELECT md5(string_agg(id || '/' || part || '/' || price || '/' || coalesce(name, '-'), ',' ORDER BY id, part))"
                    + " FROM ";

    @Test
    void batchesDoWhatTheStatementWouldHaveDoneAndCountTheSame() throws Exception {
        String update = "UPDATE %s AS i SET price = i.price * 2 + 1, name = upper(name) -- note\n";
        direct("CREATE TABLE twin (LIKE item INCLUDING ALL)");
        direct("INSERT INTO twin SELECT * FROM item");
        int expected;
        try (Connection connection = gateway.direct();
                Statement statement = connection.createStatement()) {
            expected = statement.executeUpdate(update.formatted("twin"));
        }
        try (Connection client = gateway.connect();
                Statement statement = client.createStatement()) {
            statement.execute("SET TimeZone = 'Asia/Tokyo'");
            int rows = statement.executeUpdate(update.formatted("item"));
            assertThat(rows).isEqualTo(expected).isEqualTo(ROWS);
        }
        assertThat(one(PICTURE + "item")).isEqualTo(one(PICTURE + "twin"));
        Migration done = migrations().getFirst();
        assertThat(done.state()).isEqualTo(Migration.State.COMPLETE);
        assertThat(done.rowsDone()).isEqualTo(ROWS);
        AuditTrail trail = gateway.trail();
        assertThat(trail.last(10, e -> e.text("statement").startsWith("UPDATE item")))
                .isNotEmpty();
    }

    @Test
    void aDeleteIsCarriedOutInBatchesToo() throws Exception {
        try (Connection client = gateway.connect();
                PreparedStatement delete = client.prepareStatement("DELETE FROM item WHERE true")) {
            assertThat(delete.executeUpdate()).isEqualTo(ROWS);
        }
        assertThat(one("SELECT count(*) FROM item")).isEqualTo("0");
        assertThat(migrations()).hasSize(1);
    }

    @Test
    void theMomentOfTheStatementIsOneForAllRows() throws Exception {
        try (Connection client = gateway.connect();
                Statement statement = client.createStatement()) {
            assertThat(statement.executeUpdate("UPDATE item SET at = now()")).isEqualTo(ROWS);
        }
        assertThat(one("SELECT count(DISTINCT at) || ' ' || (max(at) > now() - interval '5 min') FROM item"))
                .isEqualTo("1 true");
    }

    @Test
    void aSmallTableAndABoundedStatementAreNobodysConcern() throws Exception {
        try (Connection client = gateway.connect();
                Statement statement = client.createStatement()) {
            assertThat(statement.executeUpdate("UPDATE small SET v = v + 1")).isEqualTo(10);
            assertThat(statement.executeUpdate("UPDATE item SET price = 0 WHERE id < 10"))
                    .isPositive();
        }
        assertThat(migrations()).isEmpty();
    }

    @Test
    void triggersThatFireForOtherStatementsAreNoObstacle() throws Exception {
        direct("CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE; END'");
        direct("CREATE TRIGGER others BEFORE INSERT OR DELETE ON item FOR EACH ROW EXECUTE FUNCTION never()");
        try (Connection client = gateway.connect();
                Statement statement = client.createStatement()) {
            assertThat(statement.executeUpdate("UPDATE item SET price = -price"))
                    .isEqualTo(ROWS);
            assertThat(migrations()).hasSize(1);
            assertThatThrownBy(() -> statement.execute("DELETE FROM item")).hasMessageContaining(": others");
        }
    }

    @Test
    void whatBatchesWouldNotDoTheSameIsRefusedWithTheReason() throws Exception {
        direct("CREATE FUNCTION total() RETURNS numeric LANGUAGE sql STABLE AS 'SELECT sum(price) FROM item'");
        direct("CREATE TABLE logged (id int PRIMARY KEY, v int)");
        direct("CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'");
        direct("CREATE TRIGGER noted BEFORE UPDATE ON logged FOR EACH ROW EXECUTE FUNCTION note()");
        direct("CREATE TABLE keyless (id int, v int)");
        direct("CREATE TABLE tree (id int PRIMARY KEY, v int, parent int REFERENCES tree)");
        direct("CREATE TABLE split (id int PRIMARY KEY, v int) PARTITION BY RANGE (id)");
        direct("CREATE TABLE split1 PARTITION OF split FOR VALUES FROM (0) TO (100000)");
        direct("CREATE TRIGGER noted BEFORE UPDATE ON split1 FOR EACH ROW EXECUTE FUNCTION note()");
        direct("CREATE TABLE parent (id int PRIMARY KEY, v int)");
        direct("CREATE TABLE child () INHERITS (parent)");
        for (String table : List.of("logged", "keyless", "split", "tree", "parent")) {
            direct("INSERT INTO " + table + " SELECT i, i FROM generate_series(1, 2000) i");
        }
        direct("ANALYZE");
        Map<String, String> reasons = Map.ofEntries(
                Map.entry("UPDATE item SET id = id + 1", "primary key column id"),
                Map.entry("UPDATE item SET code = code + 1", "which a unique index is over"),
                Map.entry("UPDATE item SET price = (SELECT max(price) FROM item)", "query"),
                Map.entry("UPDATE item SET price = 1 RETURNING id", "RETURNING"),
                Map.entry("UPDATE item SET name = session_user", "SESSION_USER"),
                Map.entry("UPDATE item SET price = total()", "the function total"),
                Map.entry("UPDATE item SET name = current_setting('a.b', true)", "the function current_setting"),
                Map.entry("DELETE FROM item USING small", "USING"),
                Map.entry("UPDATE logged SET v = 1", "the order of the rows: noted"),
                Map.entry("UPDATE keyless SET v = 1", "no primary key"),
                Map.entry("UPDATE tree SET v = 1", "foreign key to itself"),
                Map.entry("UPDATE split SET v = 1", "the order of the rows: noted"),
                Map.entry("UPDATE parent SET v = 1", "inheritors"));
        try (Connection client = gateway.connect();
                Statement statement = client.createStatement()) {
            reasons.forEach((sql, why) -> assertThatThrownBy(() -> statement.execute(sql))
                    .as(sql)
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("unbounded-dml")
                    .hasMessageContaining(why)
                    .hasMessageContaining("policy.yaml:3"));
            assertThat(statement.execute("SELECT 1")).isTrue();
        }
        assertThat(migrations()).isEmpty();
    }

    @Test
    void aPartitionedTableIsWalkedAsOne() throws Exception {
        direct("CREATE TABLE split (id int, shop int, v int, PRIMARY KEY (shop, id)) PARTITION BY LIST (shop)");
        direct("CREATE TABLE split_1 PARTITION OF split FOR VALUES IN (1)");
        direct("CREATE TABLE split_2 PARTITION OF split FOR VALUES IN (2, 3) PARTITION BY RANGE (id)");
        direct("CREATE TABLE split_2a PARTITION OF split_2 FOR VALUES FROM (0) TO (5000)");
        direct("CREATE TABLE split_2b PARTITION OF split_2 DEFAULT");
        direct("INSERT INTO split SELECT i, i % 3 + 1, i FROM generate_series(1, " + ROWS + ") i");
        direct("ANALYZE split");
        try (Connection client = gateway.connect();
                Statement statement = client.createStatement()) {
            assertThat(statement.executeUpdate("UPDATE split s SET v = s.v + 1"))
                    .isEqualTo(ROWS);
            assertThat(one("SELECT count(*) FROM split WHERE v = id + 1")).isEqualTo(String.valueOf(ROWS));
            assertThat(statement.executeUpdate("DELETE FROM split")).isEqualTo(ROWS);
        }
        assertThat(one("SELECT count(*) FROM split")).isEqualTo("0");
        assertThat(migrations()).hasSize(2);
    }

    @Test
    void warnSendsItAndTellsTheClientAndTheAuditTrail() throws Exception {
        try (GatewayFixture warning = other(Action.WARN);
                Connection client = warning.connect();
                Statement statement = client.createStatement()) {
            assertThat(statement.executeUpdate("UPDATE item SET price = 1")).isEqualTo(ROWS);
            assertThat(statement.getWarnings().getMessage()).contains("unbounded-dml");
            assertThat(warning.trail().last(10, e -> e.text("statement").startsWith("UPDATE item")))
                    .isNotEmpty();
            assertThat(warning.migrations().list(warning.ref())).isEmpty();
        }
    }

    @Test
    void blockRefusesItWithTheWayOutAndNothingIsWritten() throws Exception {
        try (GatewayFixture blocking = other(Action.BLOCK);
                Connection client = blocking.connect();
                Statement statement = client.createStatement()) {
            SQLException refused =
                    catchThrowableOfType(SQLException.class, () -> statement.execute("DELETE FROM item WHERE 1 = 1"));

            assertThat(refused.getSQLState()).isEqualTo("42501");
            assertThat(refused.getMessage()).contains("unbounded-dml", "batches", "policy.yaml:3");
            assertThat(statement.executeUpdate("UPDATE small SET v = 1")).isEqualTo(10);
            assertThat(statement.executeUpdate("UPDATE item SET price = 1 WHERE id < 10"))
                    .isPositive();
        }
        assertThat(one("SELECT count(*) FROM item")).isEqualTo(String.valueOf(ROWS));
    }

    /** Another gateway before the same database. */
    private GatewayFixture other(Action action) {
        return GatewayFixture.start(
                TestServer.newest(),
                gateway.ref().database(),
                policy(action, "> 1000"),
                GatewayFixture.settings(),
                traffic,
                traffic.throttle());
    }

    @Test
    void insideATransactionItIsRefused() throws Exception {
        try (Connection client = gateway.connect();
                Statement statement = client.createStatement()) {
            client.setAutoCommit(false);
            assertThatThrownBy(() -> statement.execute("UPDATE item SET price = 0"))
                    .hasMessageContaining("stands in a transaction");
            client.rollback();
        }
        assertThat(one("SELECT count(*) FROM item WHERE price = 0")).isEqualTo("0");
    }

    @Test
    void whatTheServerRefusesItRefusesItself() throws Exception {
        try (Connection client = gateway.connect();
                Statement statement = client.createStatement()) {
            SQLException error =
                    catchThrowableOfType(SQLException.class, () -> statement.execute("UPDATE item SET nothing = 0"));
            assertThat(error.getSQLState()).isEqualTo("42703");
        }
    }

    @Test
    void itIsPausedResumedAndAnsweredWithAllRows() throws Exception {
        traffic.stop();
        try (Connection client = gateway.connect();
                Statement statement = client.createStatement()) {
            CompletableFuture<Integer> rows = CompletableFuture.supplyAsync(
                    () -> update(statement, "UPDATE item SET price = price + 1"),
                    task -> Thread.ofVirtual().start(task));
            await().until(() -> !migrations().isEmpty());
            long id = migrations().getFirst().id();
            gateway.migrations().command(gateway.ref(), id, new Migrations.Command.Pause(), "olga");
            await().until(() -> migrations().getFirst().state() == Migration.State.PAUSED);
            assertThat(rows).isNotDone();

            traffic.ease();
            gateway.migrations().command(gateway.ref(), id, new Migrations.Command.Resume(), "olga");
            assertThat(rows.get(Patience.SECONDS, TimeUnit.SECONDS)).isEqualTo(ROWS);
        }
    }

    private static int update(Statement statement, String sql) {
        try {
            return statement.executeUpdate(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aRowThatIsLockedIsWaitedForAndNothingIsWrittenTwice() throws Exception {
        try (Connection holder = gateway.direct();
                Statement lock = holder.createStatement();
                Connection client = gateway.connect();
                Statement statement = client.createStatement()) {
            holder.setAutoCommit(false);
            lock.execute("SELECT 1 FROM item WHERE id = 1000 FOR UPDATE");
            CompletableFuture<Integer> rows = CompletableFuture.supplyAsync(
                    () -> update(statement, "UPDATE item SET price = price + 1000000"),
                    task -> Thread.ofVirtual().start(task));
            await().until(() ->
                    !migrations().isEmpty() && migrations().getFirst().reason().contains("session"));
            holder.rollback();

            assertThat(rows.get(Patience.SECONDS, TimeUnit.SECONDS)).isEqualTo(ROWS);
        }
        assertThat(one("SELECT count(*) FROM item WHERE price BETWEEN 1000000 AND 1999999"))
                .isEqualTo(String.valueOf(ROWS));
    }
}
