package dev.sluice.proxy.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.proxy.mysql.TestDatabase;
import dev.sluice.proxy.testing.MySqlGatewayFixture;
import dev.sluice.proxy.testing.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A schema change comes to the same whatever state its session is in. */
abstract class MySqlSessionStateTest {

    private static final String ADD_TOKEN = "ALTER TABLE orders ADD COLUMN token CHAR(36) NOT NULL DEFAULT (UUID())";

    private final TestDatabase server;
    private MySqlGatewayFixture gateway;
    private String database;

    MySqlSessionStateTest(TestDatabase server) {
        this.server = server;
    }

    @BeforeEach
    void start() throws SQLException {
        gateway = new MySqlGatewayFixture(server);
        database = server.newDatabase();
        server.execute(
                database,
                "CREATE TABLE orders (id INT PRIMARY KEY AUTO_INCREMENT, note VARCHAR(20))",
                "INSERT INTO orders (note) VALUES ('a'), ('b'), ('c')");
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sql_select_limit = 0",
                "sql_select_limit = 1, sql_safe_updates = 1",
                "sql_big_selects = 0, max_join_size = 1",
                "character_set_results = latin1",
                "character_set_results = NULL"
            })
    void whatWouldCutOrGarbleTheGatewaysQuestionsIsSetAside(String settings) throws SQLException {
        try (Connection client = gateway.connect(database)) {
            Sql.execute(client, "SET SESSION " + settings, ADD_TOKEN);

            assertThat(server.number(database, "SELECT COUNT(DISTINCT token) FROM orders"))
                    .isEqualTo(3);
            assertThatThrownBy(() -> Sql.execute(client, "ALTER TABLE orders DROP COLUMN note"))
                    .hasMessageContaining("drop-column");
        }
    }

    @Test
    void whatIsSetAsideIsPutBack() throws SQLException {
        try (Connection client = gateway.connect(database)) {
            Sql.execute(
                    client, "SET SESSION sql_select_limit = 2, sql_big_selects = 1, character_set_results = latin1");
            Sql.execute(client, ADD_TOKEN);

            assertThat(rows(client, "SELECT id FROM orders")).isEqualTo(2);
            assertThat(Sql.number(client, "SELECT @@character_set_results = 'latin1' AND @@sql_big_selects = 1"))
                    .isEqualTo(1);
        }
    }

    @Test
    void namesInASessionThatSendsBytesAreThoseOfTheCatalog() throws SQLException {
        try (Connection client = gateway.connect(database)) {
            Sql.execute(
                    client,
                    "SET NAMES binary",
                    "ALTER TABLE orders ADD COLUMN `größe` CHAR(36) CHARACTER SET utf8mb4"
                            + " NOT NULL DEFAULT (CONCAT('ü', LEFT(UUID(), 8)))");

            assertThat(server.number(
                            database, "SELECT COUNT(DISTINCT `größe`) FROM orders WHERE LEFT(`größe`, 1) = 'ü'"))
                    .isEqualTo(3);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"NOTE", "Note"})
    void aColumnIsJudgedInWhateverCaseItIsWritten(String column) throws SQLException {
        try (Connection client = gateway.connect(database)) {
            assertThatThrownBy(() -> Sql.execute(client, "ALTER TABLE orders DROP COLUMN " + column))
                    .hasMessageContaining("drop-column");
            assertThatThrownBy(() -> Sql.execute(client, "CREATE FULLTEXT INDEX words ON orders (" + column + ")"))
                    .hasMessageContaining("add-fulltext-or-spatial-index");
        }
    }

    @Test
    void anIndexThatIsThereAlreadyIsTheServersErrorAndStays() throws SQLException {
        server.execute(database, "CREATE INDEX by_note ON orders (note)");
        try (Connection client = gateway.connect(database)) {
            for (String again : new String[] {
                "CREATE UNIQUE INDEX By_Note ON orders (id)",
                "CREATE INDEX by_note ON orders (id) ALGORITHM=COPY",
                "ALTER TABLE orders ADD COLUMN more INT, ADD INDEX by_note (id)"
            }) {
                assertThatThrownBy(() -> Sql.execute(client, again))
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                e -> assertThat(e.getErrorCode()).isEqualTo(1061));
            }
        }
        assertThat(server.number(
                        database,
                        "SELECT COUNT(*) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE()"
                                + " AND INDEX_NAME = 'by_note' AND COLUMN_NAME = 'note'"))
                .isEqualTo(1);
    }

    @Test
    void maintenanceOfPartitionsAnswersWithItsFindings() throws SQLException {
        server.execute(
                database,
                "CREATE TABLE parts (id INT PRIMARY KEY) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10))");
        try (Connection client = gateway.connectBy("mariadb", database, ""); // the other asks for rows of a SELECT only
                Connection direct = server.connect(database)) {
            for (String maintenance : List.of("CHECK PARTITION p0", "ANALYZE PARTITION ALL")) {
                String sql = "ALTER TABLE parts " + maintenance;
                assertThat(Sql.text(client, sql)).as(sql).isEqualTo(Sql.text(direct, sql));
            }
        }
    }

    @Test
    void withinAnXaTransactionTheServerRefusesAndNothingIsLeft() throws SQLException {
        String xid = "'" + database + "'";
        try (Connection client = gateway.connect(database)) {
            Sql.execute(client, "XA START " + xid, "INSERT INTO orders (note) VALUES ('d')");

            assertThatThrownBy(() -> Sql.execute(client, ADD_TOKEN))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getErrorCode()).isEqualTo(1399));

            Sql.execute(client, "XA END " + xid, "XA COMMIT " + xid + " ONE PHASE", ADD_TOKEN);
            assertThat(server.number(database, "SELECT COUNT(DISTINCT token) FROM orders"))
                    .isEqualTo(4);
        }
    }

    @Test
    void anErrorOfTheSyntaxShowsWhatTheClientWroteAlone() throws SQLException {
        try (Connection client = gateway.connect(database)) {
            assertThatThrownBy(() -> Sql.execute(client, "ALTER TABLE orders ADD COLUMN more NOTYPE"))
                    .hasMessageContaining("NOTYPE")
                    .hasMessageNotContaining("ALGORITHM");
        }
    }

    private static long rows(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            long count = 0;
            while (result.next()) {
                count++;
            }
            return count;
        }
    }
}
