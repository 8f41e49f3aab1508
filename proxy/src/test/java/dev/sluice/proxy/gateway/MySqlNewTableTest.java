package dev.sluice.proxy.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.proxy.mysql.TestDatabase;
import dev.sluice.proxy.testing.MySqlGatewayFixture;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tools make a table and then what belongs to it: nobody is in the way of a table that is new and empty. */
abstract class MySqlNewTableTest {

    private static final String FOREIGN_KEY =
            "ALTER TABLE orders ADD CONSTRAINT fk_customer FOREIGN KEY (customer_id) REFERENCES customers (id)";

    private final TestDatabase server;
    private MySqlGatewayFixture gateway;
    private String database;

    MySqlNewTableTest(TestDatabase server) {
        this.server = server;
    }

    @BeforeEach
    void start() throws SQLException {
        gateway = new MySqlGatewayFixture(server);
        database = server.newDatabase();
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void whoMadeATableMayChangeItWhileItIsEmpty() throws Exception {
        try (Connection client = gateway.connect(database)) {
            tables(client);

            run(client, FOREIGN_KEY);
            run(client, "ALTER TABLE `" + database + "`.orders ADD CONSTRAINT positive CHECK (id > 0)");
            run(client, "ALTER TABLE orders MODIFY customer_id BIGINT NOT NULL");

            assertThat(text(client, "SHOW CREATE TABLE orders"))
                    .contains("CONSTRAINT `fk_customer`", "CONSTRAINT `positive`", "`customer_id` bigint");
        }
    }

    @Test
    void aTableWithRowsIsJudgedAsAnyOther() throws Exception {
        try (Connection client = gateway.connect(database)) {
            tables(client);
            run(client, "INSERT INTO customers VALUES (1)");
            run(client, "INSERT INTO orders VALUES (1, 1)");

            assertThatThrownBy(() -> run(client, FOREIGN_KEY)).hasMessageContaining("add-foreign-key-validated");
        }
    }

    @Test
    void whatAnotherSessionMadeIsJudgedAsAnyOther() throws Exception {
        try (Connection client = gateway.connect(database);
                Connection other = gateway.connect(database)) {
            tables(client);

            assertThatThrownBy(() -> run(other, FOREIGN_KEY)).hasMessageContaining("add-foreign-key-validated");
        }
    }

    @Test
    void aTableThatWasThereBeforeIsNotMadeAnew() throws Exception {
        try (Connection direct = server.connect(database)) {
            tables(direct);
        }
        try (Connection client = gateway.connect(database)) {
            run(client, "CREATE TABLE IF NOT EXISTS orders (id BIGINT PRIMARY KEY)");

            assertThatThrownBy(() -> run(client, FOREIGN_KEY)).hasMessageContaining("add-foreign-key-validated");
        }
    }

    private static void tables(Connection connection) throws SQLException {
        run(connection, "CREATE TABLE customers (id BIGINT PRIMARY KEY)");
        run(connection, "CREATE TABLE orders (id BIGINT PRIMARY KEY, customer_id BIGINT)");
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String text(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(2);
        }
    }
}
