package dev.sluice.proxy.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.policies.policy.Action;
import dev.sluice.policies.policy.Policy;
import dev.sluice.proxy.mysql.TestDatabase;
import dev.sluice.proxy.testing.MySqlGatewayFixture;
import dev.sluice.proxy.testing.PressuredTraffic;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The rule unbounded-dml in front of MySQL's family: on the MySQL that is named, else on MariaDB. */
@Tag("integration")
class MySqlUnboundedWriteTest {

    private static final int ROWS = 12_000;

    private final TestDatabase server = TestDatabase.mysql().orElseGet(TestDatabase::embeddedMariaDb);
    private final Policy policy = UnboundedWriteTest.policy(Action.REWRITE, "> 1000");
    private final PressuredTraffic traffic = new PressuredTraffic(policy);
    private final MySqlGatewayFixture gateway = new MySqlGatewayFixture(server, policy, traffic);
    private String database = "";

    @BeforeEach
    void tables() throws SQLException {
        database = server.newDatabase();
        direct("CREATE TABLE item (id int, part int, price decimal(12,2) NOT NULL, name varchar(40),"
                + " changed timestamp NULL DEFAULT NULL ON UPDATE CURRENT_TIMESTAMP, at datetime,"
                + " code int UNIQUE, PRIMARY KEY (id, part))");
        StringBuilder rows = new StringBuilder("INSERT INTO item (id, part, price, name, code) VALUES ");
        for (int i = 1; i <= ROWS; i++) {
            rows.append(i == 1 ? "" : ",").append("(%d,%d,%d,'n%d',%d)".formatted(i / 3, i % 3, i, i, i));
        }
        direct(rows.toString());
        direct("CREATE TABLE logged (id int PRIMARY KEY, v int)");
        direct("INSERT INTO logged SELECT code, 0 FROM item");
        direct("CREATE TRIGGER noted BEFORE UPDATE ON logged FOR EACH ROW SET NEW.v = NEW.v");
        direct("CREATE TABLE keyless AS SELECT code AS id, 0 AS v FROM item");
        direct("ANALYZE TABLE item, logged, keyless");
    }

    @AfterEach
    void stop() {
        gateway.close();
        traffic.close();
    }

    private void direct(String sql) throws SQLException {
        try (Connection connection = server.connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private String one(String sql) throws SQLException {
        try (Connection connection = server.connect(database);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    @Test
    void warnSendsItAndBlockRefusesItWithTheWayOut() throws Exception {
        try (MySqlGatewayFixture warning =
                        new MySqlGatewayFixture(server, UnboundedWriteTest.policy(Action.WARN, "> 1000"), traffic);
                Connection client = warning.connect(database);
                Statement statement = client.createStatement()) {
            assertThat(statement.executeUpdate("UPDATE item SET price = 1")).isEqualTo(ROWS);
        }
        assertThat(one("SELECT COUNT(*) FROM item WHERE price = 1")).isEqualTo(String.valueOf(ROWS));
        try (MySqlGatewayFixture blocking =
                        new MySqlGatewayFixture(server, UnboundedWriteTest.policy(Action.BLOCK, "> 1000"), traffic);
                Connection client = blocking.connect(database);
                Statement statement = client.createStatement()) {
            assertThatThrownBy(() -> statement.execute("DELETE FROM item"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getErrorCode()).isEqualTo(1148))
                    .hasMessageContaining("unbounded-dml");
        }
        assertThat(one("SELECT COUNT(*) FROM item")).isEqualTo(String.valueOf(ROWS));
    }

    @Test
    void aPartitionedTableIsWalkedAsOne() throws Exception {
        direct("CREATE TABLE split (id int, shop int, v int, PRIMARY KEY (id, shop))"
                + " PARTITION BY HASH (shop) PARTITIONS 3");
        direct("INSERT INTO split SELECT code, code % 5, code FROM item");
        direct("ANALYZE TABLE split");
        try (Connection client = gateway.connect(database);
                Statement statement = client.createStatement()) {
            assertThat(statement.executeUpdate("UPDATE split SET v = v + 1")).isEqualTo(ROWS);
        }
        assertThat(one("SELECT COUNT(*) FROM split WHERE v = id + 1")).isEqualTo(String.valueOf(ROWS));
    }

    @Test
    void triggersThatFireForOtherStatementsAreNoObstacle() throws Exception {
        direct("CREATE TRIGGER others BEFORE DELETE ON item FOR EACH ROW SET @deleted = OLD.id");
        try (Connection client = gateway.connect(database);
                Statement statement = client.createStatement()) {
            assertThat(statement.executeUpdate("UPDATE item SET price = price + 1"))
                    .isEqualTo(ROWS);
            assertThatThrownBy(() -> statement.execute("DELETE FROM item"))
                    .hasMessageContaining("triggers fire for it");
        }
    }

    private static final String PICTURE =
            "SELECT CONCAT(COUNT(*), ' ', SUM(price), ' ', SUM(CRC32(CONCAT(id, '/', part, '/', price, '/', name)))) FROM ";

    @Test
    void batchesDoWhatTheStatementWouldHaveDoneAndCountTheSame() throws Exception {
        String update = "UPDATE %s AS i SET price = i.price * 2 + 1, name = UPPER(name)";
        direct("CREATE TABLE twin LIKE item");
        direct("INSERT INTO twin SELECT * FROM item");
        direct(update.formatted("twin"));
        try (Connection client = gateway.connect(database);
                Statement statement = client.createStatement()) {
            assertThat(statement.executeUpdate(update.formatted("item"))).isEqualTo(ROWS);
            try (ResultSet row = statement.executeQuery("SHOW SLUICE MIGRATIONS")) {
                assertThat(row.next()).isTrue();
            }
        }
        assertThat(one(PICTURE + "item")).isEqualTo(one(PICTURE + "twin"));
        assertThat(one("SELECT COUNT(DISTINCT changed) FROM item")).isEqualTo("1");
    }

    @Test
    void rowsThatDoNotChangeAreCountedAsTheClientCountsThem() throws Exception {
        direct("UPDATE item SET name = 'x' WHERE id < 100");
        int same = Integer.parseInt(one("SELECT COUNT(*) FROM item WHERE name = 'x'"));
        try (Connection client = changedRows();
                Statement statement = client.createStatement()) {
            assertThat(statement.executeUpdate("UPDATE item SET name = 'x'")).isEqualTo(ROWS - same);
        }
        try (Connection client = gateway.connect(database);
                Statement statement = client.createStatement()) {
            assertThat(statement.executeUpdate("UPDATE item SET name = 'x' WHERE true"))
                    .isEqualTo(ROWS);
        }
    }

    private Connection changedRows() throws SQLException {
        try (Connection any = gateway.connect(database)) {
            String url = any.getMetaData().getURL();
            return DriverManager.getConnection(url + "&useAffectedRows=true", "lab", "lab");
        }
    }

    @Test
    void theMomentIsOneForAllRowsAndADeleteIsCarriedOutToo() throws Exception {
        try (Connection client = gateway.connect(database);
                Statement statement = client.createStatement();
                PreparedStatement delete = client.prepareStatement("DELETE FROM item")) {
            assertThat(statement.executeUpdate("UPDATE item SET at = NOW()")).isEqualTo(ROWS);
            assertThat(one("SELECT CONCAT(COUNT(DISTINCT at), ' ', MAX(at) > NOW() - INTERVAL 5 MINUTE) FROM item"))
                    .isEqualTo("1 1");
            assertThat(delete.executeUpdate()).isEqualTo(ROWS);
        }
        assertThat(one("SELECT COUNT(*) FROM item")).isEqualTo("0");
    }

    @Test
    void whatBatchesWouldNotDoTheSameIsRefusedWithTheReason() throws Exception {
        Map<String, String> reasons = Map.of(
                "UPDATE item SET id = id + 1", "primary key column id",
                "UPDATE item SET code = code + 1", "which a unique index is over",
                "UPDATE item SET price = 1 ORDER BY id", "ORDER clause",
                "DELETE FROM item LIMIT 5", "LIMIT clause",
                "UPDATE item SET name = VERSION()", "the function version",
                "UPDATE item SET name = @x", "variable",
                "UPDATE logged SET v = 1", "triggers",
                "UPDATE keyless SET v = 1", "no primary key");
        try (Connection client = gateway.connect(database);
                Statement statement = client.createStatement()) {
            reasons.forEach((sql, why) -> assertThatThrownBy(() -> statement.execute(sql))
                    .as(sql)
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("unbounded-dml")
                    .hasMessageContaining(why));
            assertThatThrownBy(() -> statement.execute("SELECT 1; UPDATE item SET price = 1"))
                    .hasMessageContaining("beside other statements");
            assertThat(statement.execute("SELECT 1")).isTrue();
            client.setAutoCommit(false);
            statement.executeUpdate("UPDATE item SET price = 1 WHERE id = 5");
            assertThatThrownBy(() -> statement.execute("UPDATE item SET price = 1"))
                    .hasMessageContaining("stands in a transaction");
            client.rollback();
        }
    }
}
