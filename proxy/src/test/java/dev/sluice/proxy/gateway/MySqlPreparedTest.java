package dev.sluice.proxy.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.proxy.mysql.TestDatabase;
import dev.sluice.proxy.testing.MySqlGatewayFixture;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Statements that are prepared, in SQL or by the protocol, and executed later, perhaps in another database. */
@Tag("integration")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class MySqlPreparedTest {

    private final TestDatabase server;
    private final MySqlGatewayFixture gateway;
    private String database;
    private String other;

    MySqlPreparedTest(TestDatabase server) {
        this.server = server;
        this.gateway = new MySqlGatewayFixture(server);
    }

    @BeforeEach
    void fill() throws SQLException {
        database = server.newDatabase();
        other = server.newDatabase();
        server.execute(
                database,
                "CREATE TABLE t (id INT PRIMARY KEY, note VARCHAR(20))",
                "INSERT INTO t VALUES (1, 'a'), (2, 'b')",
                "CREATE TABLE only_here (id INT PRIMARY KEY)");
        server.execute(other, "CREATE TABLE t (id INT PRIMARY KEY)");
    }

    @AfterAll
    void stop() {
        gateway.close();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            PREPARE s FROM 'SELECT COUNT(*) FROM t'                                      | EXECUTE s            | 2
            PREPARE S FROM "SELECT COUNT(*) FROM t WHERE id > ?"; SET @a = 1             | execute `s` USING @a | 1
            SET @q = CONCAT('SELECT ', 'COUNT(*) FROM t'); PREPARE s FROM @q             | EXECUTE s            | 2
            SET @q = 'SELECT ''äß'''; PREPARE s FROM @q                                  | EXECUTE s            | äß
            PREPARE s FROM 'SHOW TABLES LIKE ''only%'''                                  | EXECUTE s            | only_here
            PREPARE s FROM 'DESCRIBE only_here'                                          | EXECUTE s            | id
            """)
    void whatIsPreparedInSqlAndChangesNoSchemaRuns(String prepare, String execute, String result) throws SQLException {
        try (Connection client = gateway.connect(database);
                Statement statement = client.createStatement()) {
            for (String sql : prepare.split("; ")) {
                statement.execute(sql);
            }
            for (int i = 0; i < 2; i++) {
                assertThat(text(statement, execute)).isEqualTo(result);
            }
            assertThat(text(statement, "PREPARE s FROM 'SELECT 7'; EXECUTE s")).isEqualTo("7");
        }
    }

    @Test
    void aStatementPreparedInOneDatabaseRunsThereFromAnother() throws SQLException {
        try (Connection client = gateway.connect(database);
                Statement statement = client.createStatement()) {
            statement.execute("PREPARE s FROM 'SELECT COUNT(*) FROM t'");
            statement.execute("USE " + other);
            assertThat(text(statement, "EXECUTE s")).isEqualTo("2");
            assertThat(text(statement, "SELECT DATABASE()")).isEqualTo(other);
        }
    }

    @Test
    void whatAVariableHoldsIsJudgedAndShownToWhoApproves() throws SQLException {
        try (Connection client = gateway.connect(database);
                Statement statement = client.createStatement()) {
            statement.execute("SET @q = CONCAT('DROP TABLE ', 'only_here')");
            assertThatThrownBy(() -> statement.execute("PREPARE s FROM @q"))
                    .hasMessageContaining("waits for approval")
                    .hasMessageContaining("opaque-dynamic-ddl");
            assertThat(shown(statement, "SHOW SLUICE APPROVALS")).contains("DROP TABLE only_here");
            assertThatThrownBy(() -> statement.execute("EXECUTE s")).isInstanceOf(SQLException.class);
        }
        assertThat(tables(database, "only_here")).isEqualTo(1);
    }

    @Test
    void whatARoutineHasPreparedIsNotTakenForWhatWasPreparedBeforeIt() throws SQLException {
        server.execute(database, "CREATE PROCEDURE p() BEGIN PREPARE s FROM 'DROP TABLE only_here'; END");
        server.execute("mysql", "CREATE USER IF NOT EXISTS olga IDENTIFIED BY 'olga'", "GRANT ALL ON *.* TO olga");
        try (Connection client = gateway.connect(database);
                Connection olga = gateway.connect(database, "olga", "olga");
                Statement statement = client.createStatement();
                Statement approval = olga.createStatement()) {
            statement.execute("PREPARE s FROM 'SELECT 1'");
            assertThatThrownBy(() -> statement.execute("CALL p()")).hasMessageContaining("waits for approval");
            String id = text(approval, "SHOW SLUICE APPROVALS");
            approval.execute("ALTER SLUICE MIGRATION " + id + " APPROVE");
            statement.execute("CALL p()");

            assertThatThrownBy(() -> statement.execute("EXECUTE s")).hasMessageContaining("waits for approval");
        }
        assertThat(tables(database, "only_here")).isEqualTo(1);
    }

    @Test
    void aSchemaChangePreparedInOneDatabaseIsJudgedAndCarriedOutThere() throws SQLException {
        try (Connection client = gateway.connectBy("mysql", database, "useServerPrepStmts=true");
                PreparedStatement add =
                        client.prepareStatement("ALTER TABLE t ADD COLUMN tok VARCHAR(36) NOT NULL DEFAULT (UUID())");
                PreparedStatement drop = client.prepareStatement("DROP TABLE only_here");
                Statement statement = client.createStatement()) {
            statement.execute("USE " + other);

            add.execute();
            assertThatThrownBy(drop::execute).hasMessageContaining("waits for approval");

            assertThat(text(statement, "SELECT DATABASE()")).isEqualTo(other);
        }
        assertThat(server.number(database, "SELECT COUNT(DISTINCT tok) FROM t")).isEqualTo(2);
        assertThat(server.number(
                        other,
                        "SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()"
                                + " AND COLUMN_NAME = 'tok'"))
                .isZero();
        assertThat(tables(database, "only_here")).isEqualTo(1);
    }

    @Test
    void aSchemaChangePreparedUnderAnotherSqlModeIsPreparedAnew() throws SQLException {
        try (Connection client = gateway.connectBy("mysql", database, "useServerPrepStmts=true");
                PreparedStatement add = client.prepareStatement("ALTER TABLE t ADD COLUMN x INT COMMENT \"y\"");
                Statement statement = client.createStatement()) {
            statement.execute("SET sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')");

            assertThatThrownBy(add::execute).hasMessageContaining("prepared under another sql_mode");
        }
    }

    private long tables(String where, String name) throws SQLException {
        return server.number(
                where,
                "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '"
                        + name + "'");
    }

    /** The first value of the last result. */
    private static String text(Statement statement, String sql) throws SQLException {
        boolean rows = statement.execute(sql);
        while (!rows) {
            rows = statement.getMoreResults();
        }
        try (ResultSet row = statement.getResultSet()) {
            row.next();
            return row.getString(1);
        }
    }

    private static String shown(Statement statement, String sql) throws SQLException {
        StringBuilder all = new StringBuilder();
        try (ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                all.append(row.getString("statement")).append('\n');
            }
        }
        return all.toString();
    }
}
