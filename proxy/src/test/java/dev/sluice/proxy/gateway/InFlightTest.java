package dev.sluice.proxy.gateway;

import static dev.sluice.proxy.testing.Sql.execute;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.proxy.migration.Migration;
import dev.sluice.proxy.migration.Migrations;
import dev.sluice.proxy.testing.GatewayFixture;
import java.sql.Connection;
import java.sql.SQLException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Other schema changes of a table while a migration of it is on its way. */
@Tag("integration")
class InFlightTest {

    private final GatewayFixture gateway = GatewayFixture.start();
    private Connection client;

    /** A column that is filled, and stands paused before its index, which an old snapshot keeps from being ready. */
    @BeforeEach
    void pauseHalfway() throws Exception {
        client = gateway.connect();
        try (Connection direct = gateway.direct();
                Connection old = gateway.direct()) {
            execute(
                    direct,
                    "CREATE TABLE orders (id bigint PRIMARY KEY, note text DEFAULT 'n', amount numeric, qty int, a int)",
                    "INSERT INTO orders SELECT g, 'n', g, g FROM generate_series(1, 100) g");
            old.setAutoCommit(false);
            old.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            execute(old, "SELECT 1");
            execute(
                    client,
                    "SET sluice.completion = 'return'",
                    "ALTER TABLE orders ADD COLUMN total numeric NOT NULL UNIQUE /* sluice: backfill=\"amount * 2\" */");
            awaitPhase("validate");
            gateway.migrations().command(gateway.ref(), 1, new Migrations.Command.Pause(), "test");
            Awaitility.await()
                    .untilAsserted(() -> assertThat(migration().toString()).contains("state=PAUSED"));
        }
    }

    @AfterEach
    void close() throws SQLException {
        client.close();
        gateway.close();
    }

    @Test
    void whatItHasNothingToDoWithGoesOn() throws Exception {
        execute(
                client,
                "ALTER TABLE orders ALTER COLUMN note DROP DEFAULT",
                "ALTER TABLE orders ALTER COLUMN qty SET DEFAULT 7",
                "ALTER TABLE orders ALTER COLUMN a SET DEFAULT 7",
                "ALTER TABLE orders ADD COLUMN remark text");

        gateway.migrations().command(gateway.ref(), 1, new Migrations.Command.Resume(), "test");
        Awaitility.await().until(() -> migration().state() == Migration.State.COMPLETE);
    }

    @Test
    void whatItAddsReadsOrWalksByIsLeftAloneUntilItIsThrough() {
        for (String column : new String[] {"total", "amount", "id"}) {
            assertThat(state(client, "ALTER TABLE orders ALTER COLUMN " + column + " DROP NOT NULL"))
                    .as(column)
                    .isEqualTo("55006");
        }
        assertThat(state(client, "ALTER TABLE orders RENAME TO old_orders")).isEqualTo("55006");
    }

    private Migration migration() throws Exception {
        return gateway.migrations().find(gateway.ref(), 1).orElseThrow();
    }

    private void awaitPhase(String phase) {
        Awaitility.await().until(() -> migration().phase().name().equalsIgnoreCase(phase));
    }

    private static String state(Connection connection, String sql) {
        try {
            execute(connection, sql);
            return "";
        } catch (SQLException e) {
            return String.valueOf(e.getSQLState());
        }
    }
}
