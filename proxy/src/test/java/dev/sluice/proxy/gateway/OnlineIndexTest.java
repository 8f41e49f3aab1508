package dev.sluice.proxy.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.proxy.testing.GatewayFixture;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Indexes of migration tools, which hold transactions open. */
@Tag("integration")
class OnlineIndexTest {

    private final GatewayFixture gateway = GatewayFixture.start();
    private Connection client;

    @BeforeEach
    void fill() throws SQLException {
        try (Connection direct = gateway.direct()) {
            run(direct, "CREATE TABLE orders (id int PRIMARY KEY, note text)");
            run(direct, "CREATE INDEX orders_old ON orders (note)");
            run(direct, "INSERT INTO orders SELECT g, 'n' || g FROM generate_series(1, 1000) g");
        }
        client = gateway.connect();
    }

    @AfterEach
    void close() throws SQLException {
        client.close();
        gateway.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE INDEX orders_note ON orders (note)",
                "CREATE INDEX CONCURRENTLY orders_note ON orders (note)",
                "CREATE UNIQUE INDEX orders_note ON orders (note)",
            })
    void inATransactionAnIndexIsBuiltOnceThatHasCommitted(String sql) throws Exception {
        client.setAutoCommit(false);

        List<String> notices = run(client, sql);
        assertThat(indexes()).containsExactly("orders_old", "orders_pkey");
        client.commit();

        assertThat(notices).contains("CREATE INDEX is carried out once the transaction has committed");
        assertThat(indexes()).containsExactly("orders_note", "orders_old", "orders_pkey");
    }

    @Test
    void inATransactionAnIndexIsDroppedOnceThatHasCommitted() throws Exception {
        client.setAutoCommit(false);

        List<String> notices = run(client, "DROP INDEX orders_old");
        assertThat(indexes()).contains("orders_old");
        client.commit();

        assertThat(notices).contains("DROP INDEX is carried out once the transaction has committed");
        assertThat(indexes()).containsExactly("orders_pkey");
    }

    @Test
    void aRunnersOtherTransactionIsNotWaitedForWithoutEnd() throws Exception {
        try (Connection runner = gateway.connect()) {
            runner.setAutoCommit(false);
            run(runner, "UPDATE orders SET note = 'held' WHERE id = 1");

            List<String> notices = run(client, "CREATE INDEX orders_note ON orders (note)");
            assertThat(notices).anyMatch(notice -> notice.contains("goes on"));

            runner.commit();
        }
        await().untilAsserted(() -> assertThat(indexes()).contains("orders_note"));
    }

    /** Those that are valid. */
    private List<String> indexes() throws SQLException {
        List<String> names = new ArrayList<>();
        try (Connection direct = gateway.direct();
                Statement statement = direct.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
                                + " WHERE i.indrelid = 'orders'::regclass AND i.indisvalid ORDER BY 1")) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        return names;
    }

    private static List<String> run(Connection connection, String sql) throws SQLException {
        List<String> notices = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            for (SQLWarning notice = statement.getWarnings(); notice != null; notice = notice.getNextWarning()) {
                notices.add(String.valueOf(notice.getMessage()));
            }
        }
        return notices;
    }
}
