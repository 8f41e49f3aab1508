package dev.sluice.proxy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.policy.Action;
import dev.sluice.policies.policy.CompiledPolicy;
import dev.sluice.policies.policy.PolicyDocument;
import dev.sluice.proxy.testing.GatewayFixture;
import dev.sluice.proxy.testing.Sql;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

/** What a transaction does while the lock of its schema change stops others. */
@Tag("integration")
class TransactionConductTest {

    private static final String DATA_CHANGE = "data-change-in-ddl-transaction";
    private static final String AFTER_LOCK = "statement-after-exclusive-lock";
    private static final String ALTER = "ALTER TABLE orders ADD COLUMN a int";

    private final GatewayFixture gateway = GatewayFixture.start();
    private Connection client;

    @BeforeEach
    void fill() throws SQLException {
        try (Connection direct = gateway.direct();
                Statement statement = direct.createStatement()) {
            statement.execute("CREATE TABLE orders (id int PRIMARY KEY, note text)");
            statement.execute("INSERT INTO orders SELECT g, 'n' FROM generate_series(1, 10) g");
            statement.execute("CREATE TABLE flyway_schema_history (version text)");
        }
        client = gateway.connect();
    }

    @AfterEach
    void close() throws SQLException {
        client.close();
        gateway.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "UPDATE orders SET a = 1 | data-change-in-ddl-transaction",
                "/* x */ delete from only public.orders where id = 1 | data-change-in-ddl-transaction",
                "INSERT INTO orders (id) SELECT 11 | data-change-in-ddl-transaction",
                "WITH gone AS (DELETE FROM orders RETURNING id) SELECT * FROM gone | data-change-in-ddl-transaction",
                "SELECT count(*) FROM orders | statement-after-exclusive-lock",
                "SELECT 1 | ''",
                "SELECT extract(epoch FROM now()) | ''",
                "SELECT relname FROM pg_catalog.pg_class | ''",
                "SELECT count(*) FROM flyway_schema_history | ''",
                "INSERT INTO flyway_schema_history VALUES ('1') | ''",
                "SET LOCAL work_mem = '4MB' | ''",
            })
    void aStatementBesideTheSchemaChangeIsToldOf(String sql, String rule) throws Exception {
        client.setAutoCommit(false);
        assertThat(warnings(ALTER)).isEmpty();

        List<String> warnings = warnings(sql);
        client.commit();

        if (rule.isEmpty()) {
            assertThat(warnings).isEmpty();
        } else {
            assertThat(warnings).singleElement().asString().startsWith(rule + ": ");
            assertThat(gateway.trail().last(9, entry -> entry.text("result").equals("warned")))
                    .hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"preferQueryMode=simple", "prepareThreshold=0", "prepareThreshold=1"})
    void everyWayToSendItIsSeenAndToldOnce(String options) throws Exception {
        try (Connection connection = gateway.connect("postgres", options);
                PreparedStatement update = connection.prepareStatement("UPDATE orders SET note = ? WHERE id = ?");
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            // Known to the server before there is anything to be told.
            update(update, 1);
            connection.commit();

            statement.execute(ALTER);
            update(update, 2);
            List<String> first = warnings(update);
            update(update, 3);
            List<String> second = warnings(update);
            connection.commit();
            update(update, 4);
            connection.commit();

            assertThat(first).singleElement().asString().startsWith(DATA_CHANGE);
            assertThat(second).isEmpty();
            assertThat(warnings(update)).isEmpty();
        }
    }

    @Test
    void aMessageInPiecesIsWaitedForBehindASchemaChange() throws Exception {
        try (WireClient pieces = new WireClient(gateway.port(), gateway.database())) {
            for (String sql : List.of("BEGIN", ALTER, "UPDATE orders SET a = 1", "SELECT a FROM orders", "COMMIT")) {
                assertThat(pieces.query(sql, true).sqlState()).as(sql).isEmpty();
            }
            assertThat(pieces.extended("", "UPDATE orders SET a = 2", false).sqlState())
                    .isEmpty();
        }
    }

    @Test
    void rowsThatAreCopiedAndBatchesComeThroughWhole() throws Exception {
        client.setAutoCommit(false);
        execute(ALTER);

        long copied = client.unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("COPY orders (id) FROM STDIN", new StringReader("101\n102\n103\n"));
        try (PreparedStatement insert = client.prepareStatement("INSERT INTO orders (id) VALUES (?)")) {
            for (int id = 201; id <= 250; id++) {
                insert.setInt(1, id);
                insert.addBatch();
            }
            assertThat(insert.executeBatch()).hasSize(50);
        }
        client.commit();

        assertThat(copied).isEqualTo(3);
        try (Statement statement = client.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM orders")) {
            row.next();
            assertThat(row.getInt(1)).isEqualTo(63);
        }
        assertThat(gateway.trail().last(9, entry -> entry.text("result").equals("warned")))
                .hasSize(1);
    }

    @Test
    void whatWasPreparedInSqlIsLookedUp() throws Exception {
        execute("PREPARE fill AS UPDATE orders SET note = 'x'");
        client.setAutoCommit(false);
        execute(ALTER);

        assertThat(warnings("EXECUTE fill")).singleElement().asString().startsWith(DATA_CHANGE);
        client.commit();
    }

    @Test
    void statementsOfOneMessageAreATransactionToo() throws Exception {
        assertThat(warnings(ALTER + "; UPDATE orders SET a = 1; UPDATE orders SET a = 2; SELECT max(a) FROM orders"))
                .hasSize(2);
        assertThat(warnings("BEGIN; ALTER TABLE orders ADD b int; COMMIT; UPDATE orders SET b = 1"))
                .isEmpty();
    }

    @Test
    void aTransactionThatStopsNobodyIsNotLookedAt() throws Exception {
        client.setAutoCommit(false);
        assertThat(warnings("CREATE TABLE fresh (id int)")).isEmpty();
        assertThat(warnings("INSERT INTO fresh SELECT id FROM orders")).isEmpty();
        assertThat(warnings("ALTER TABLE fresh ADD COLUMN b int")).isEmpty();
        assertThat(warnings("UPDATE orders SET note = 'y'")).isEmpty();
        client.commit();
    }

    @Test
    void aLockThatWasRolledBackIsHeldNoMore() throws Exception {
        client.setAutoCommit(false);
        execute(ALTER);
        client.rollback();

        assertThat(warnings("UPDATE orders SET note = 'y'")).isEmpty();
        client.commit();
    }

    @Test
    void theSlowPartOfAnotherSchemaChangeIsToldOfToo() throws Exception {
        execute("ALTER TABLE orders ADD CONSTRAINT few CHECK (id < 100) NOT VALID");
        client.setAutoCommit(false);
        execute(ALTER);

        assertThat(warnings("ALTER TABLE orders VALIDATE CONSTRAINT few"))
                .singleElement()
                .asString()
                .startsWith(AFTER_LOCK);
        client.commit();
    }

    @Test
    void aPolicyMayRefuseIt() throws Exception {
        PolicyDocument document = new PolicyDocument(
                true, List.of(new PolicyDocument.RuleSetting(DATA_CHANGE, Action.BLOCK, "policy:1")), List.of());
        try (GatewayFixture strict = GatewayFixture.start(
                        CompiledPolicy.of(document, Set.of(DATA_CHANGE)), GatewayFixture.settings());
                Connection connection = strict.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE orders (id int)");
            connection.setAutoCommit(false);
            statement.execute(ALTER);
            SQLException refusal = org.junit.jupiter.api.Assertions.assertThrows(
                    SQLException.class, () -> statement.execute("UPDATE orders SET a = 1"));
            connection.rollback();

            assertThat(refusal.getSQLState()).isEqualTo("42501");
            assertThat(refusal.getMessage())
                    .contains(DATA_CHANGE, "ALTER TABLE", "ACCESS EXCLUSIVE on public.orders", "policy:1");
            statement.execute("UPDATE orders SET id = 1");
            connection.commit();
        }
    }

    private static void update(PreparedStatement update, int id) throws SQLException {
        update.clearWarnings();
        update.setString(1, "x");
        update.setInt(2, id);
        assertThat(update.executeUpdate()).isEqualTo(1);
    }

    private void execute(String sql) throws SQLException {
        Sql.execute(client, sql);
    }

    private List<String> warnings(String sql) throws SQLException {
        try (Statement statement = client.createStatement()) {
            statement.execute(sql);
            return warnings(statement);
        }
    }

    private static List<String> warnings(Statement statement) throws SQLException {
        List<String> messages = new ArrayList<>();
        for (SQLWarning warning = statement.getWarnings(); warning != null; warning = warning.getNextWarning()) {
            messages.add(String.valueOf(warning.getMessage()));
        }
        return messages;
    }
}
