package dev.sluice.proxy.migration.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.proxy.mysql.MortalServer;
import dev.sluice.proxy.mysql.TestDatabase;
import dev.sluice.proxy.testing.MySqlGatewayFixture;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The database server dies in the midst of a migration and comes back. */
@Tag("integration")
abstract class MySqlRestartTest {

    private static final int ROWS = 20_000;

    /** A server of the test's own. */
    abstract MortalServer start() throws Exception;

    @Test
    void theMigrationGoesOnWhereItWasAndFillsEachRowOnce() throws Exception {
        try (MortalServer mortal = start();
                MySqlGatewayFixture gateway = new MySqlGatewayFixture(mortal.database())) {
            TestDatabase server = mortal.database();
            String database = server.newDatabase();
            try (Connection connection = gateway.connect(database);
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE TABLE orders (id BIGINT PRIMARY KEY)");
                statement.execute("INSERT INTO orders VALUES "
                        + IntStream.rangeClosed(1, ROWS)
                                .mapToObj(id -> "(" + id + ")")
                                .collect(Collectors.joining(", ")));
                statement.execute("CREATE TABLE refilled (id BIGINT)");
                statement.execute("ALTER TABLE orders ADD COLUMN ref CHAR(36) NOT NULL DEFAULT (UUID())"
                        + " /* sluice: completion=return */");
                statement.execute("CREATE TRIGGER seen BEFORE UPDATE ON orders FOR EACH ROW"
                        + " BEGIN IF OLD.ref LIKE '%-%-%-%-%' THEN INSERT INTO refilled VALUES (OLD.id); END IF; END");
                statement.execute("UPDATE sluice.migrations SET max_rows_per_second = 2500");
            }
            for (int i = 0; i < 2; i++) {
                long before = number(server, "SELECT MAX(rows_done) FROM sluice.migrations");
                Awaitility.await().until(() -> number(server, "SELECT MAX(rows_done) FROM sluice.migrations") > before);
                mortal.kill();
                mortal.startAgain();
                Awaitility.await().ignoreExceptions().until(() -> number(server, "SELECT 1") == 1);
            }
            try (Connection connection = server.connect(database);
                    Statement statement = connection.createStatement()) {
                statement.execute("UPDATE sluice.migrations SET max_rows_per_second = 0");
            }

            Awaitility.await()
                    .until(() ->
                            number(server, "SELECT COUNT(*) FROM sluice.migrations WHERE state = 'complete'") == 1);
            String table = database + ".orders";
            assertThat(number(server, "SELECT COUNT(DISTINCT ref) FROM " + table + " WHERE ref LIKE '%-%-%-%-%'"))
                    .isEqualTo(ROWS);
            assertThat(number(server, "SELECT COUNT(*) FROM " + database + ".refilled"))
                    .isZero();
        }
    }

    private static long number(TestDatabase server, String sql) throws SQLException {
        try (Connection connection = server.connect("mysql");
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }
}
