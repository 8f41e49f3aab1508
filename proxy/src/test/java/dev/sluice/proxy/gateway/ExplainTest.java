package dev.sluice.proxy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.policy.Policy;
import dev.sluice.proxy.testing.GatewayFixture;
import dev.sluice.proxy.testing.TestServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What EXPLAIN tells of a table as it is. */
@Tag("integration")
class ExplainTest {

    private static final String VOLATILE = "ALTER TABLE orders ADD COLUMN ref uuid DEFAULT gen_random_uuid()";

    private final TestServer server = TestServer.newest();
    private final String database = server.newDatabase();
    private final GatewayFixture gateway =
            GatewayFixture.start(server, database, Policy.DEFAULTS, GatewayFixture.settings());

    @AfterEach
    void close() {
        gateway.close();
    }

    @Test
    void theRowsOfATableThatWasNeverAnalyzedAreGuessedFromItsSize() throws SQLException {
        server.execute(
                database,
                "SET track_counts = off",
                "CREATE TABLE orders (id bigint PRIMARY KEY, note text) WITH (autovacuum_enabled = false)",
                "INSERT INTO orders SELECT i, repeat('x', 28) FROM generate_series(1, 20000) i");

        List<String> lines = explain(VOLATILE);

        assertThat(lines)
                .anyMatch(line -> line.contains("the rows are guessed from the table's size: it was never analyzed"))
                .anySatisfy(line -> assertThat(rows(line)).isBetween(10_000L, 40_000L));
    }

    @Test
    void whetherTriggersFireIsSaid() throws SQLException {
        server.execute(
                database,
                "CREATE TABLE orders (id bigint PRIMARY KEY)",
                "INSERT INTO orders SELECT generate_series(1, 10)",
                "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
                "CREATE TRIGGER touched BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch()");
        assertThat(explain(VOLATILE)).anyMatch(line -> line.contains("user triggers do not fire; "));

        server.execute(database, "ALTER TABLE orders ENABLE ALWAYS TRIGGER touched");
        assertThat(explain(VOLATILE))
                .anyMatch(line -> line.contains("but these that are enabled for replicas: touched"));
    }

    @Test
    void aGatewayThatMayNotKeepTriggersFromFiringSaysSo() throws SQLException {
        String role = "plain_" + database;
        server.execute(
                database,
                "CREATE ROLE " + role + " LOGIN",
                "GRANT CREATE ON SCHEMA public TO " + role,
                "GRANT CREATE ON DATABASE " + database + " TO " + role,
                "SET ROLE " + role,
                "CREATE TABLE orders (id bigint PRIMARY KEY)",
                "INSERT INTO orders SELECT generate_series(1, 10)",
                "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
                "CREATE TRIGGER touched BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch()");
        try (GatewayFixture modest =
                        GatewayFixture.start(server.as(role), database, Policy.DEFAULTS, GatewayFixture.settings());
                Connection client = modest.connect(role, "")) {
            assertThat(explain(client, VOLATILE))
                    .anyMatch(line -> line.contains("user triggers fire for every row that is filled (touched)"));

            server.execute(database, "GRANT SET ON PARAMETER session_replication_role TO " + role);
            assertThat(explain(client, VOLATILE)).anyMatch(line -> line.contains("user triggers do not fire; "));
        }
    }

    @Test
    void aColumnWithoutAValueShowsThePhasesOfADirectiveAndStaysRefused() throws SQLException {
        server.execute(database, "CREATE TABLE orders (id bigint PRIMARY KEY)", "INSERT INTO orders VALUES (1)");

        String json = String.join("\n", explain("(FORMAT JSON) ALTER TABLE orders ADD COLUMN region text NOT NULL"));

        assertThat(json)
                .contains("\"verdict\" : \"phase\"")
                .contains("\"action\" : \"block\"")
                .contains("As it stands the statement is refused")
                .contains("<backfill expression>");
        assertThat(explain("ALTER TABLE orders ADD COLUMN region text NOT NULL"))
                .anyMatch(line -> line.contains("Action: block"))
                .anyMatch(line -> line.contains("->  Backfill"));
    }

    private static long rows(String line) {
        var number = java.util.regex.Pattern.compile("about ([\\d,]+) rows").matcher(line);
        return number.find() ? Long.parseLong(number.group(1).replace(",", "")) : 0;
    }

    private List<String> explain(String sql) throws SQLException {
        try (Connection client = gateway.connect()) {
            return explain(client, sql);
        }
    }

    private static List<String> explain(Connection client, String sql) throws SQLException {
        List<String> lines = new ArrayList<>();
        try (Statement statement = client.createStatement();
                ResultSet rows = statement.executeQuery("EXPLAIN " + sql)) {
            while (rows.next()) {
                lines.add(rows.getString(1));
            }
        }
        return lines;
    }
}
