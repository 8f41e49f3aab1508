package dev.sluice.proxy.gateway;

import static dev.sluice.proxy.testing.Sql.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.proxy.testing.GatewayFixture;
import dev.sluice.proxy.testing.Sql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Schema changes of a JDBC application through the gateway. */
@Tag("integration")
class SchemaChangeTest {

    private static final String ADD_TOKEN =
            "ALTER TABLE orders ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid()";

    private final GatewayFixture gateway = GatewayFixture.start();
    private Connection client;

    @BeforeEach
    void fill() throws SQLException {
        try (Connection direct = gateway.direct()) {
            execute(
                    direct,
                    "CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount numeric)",
                    "INSERT INTO orders SELECT g, 'n' || g % 5, g FROM generate_series(1, 1000) g",
                    "CREATE ROLE app LOGIN",
                    "CREATE ROLE olga LOGIN");
        } catch (SQLException e) {
            // Roles belong to the server, which other tests share.
            assertThat(e.getSQLState()).isEqualTo("42710");
        }
        client = gateway.connect();
    }

    @AfterEach
    void close() throws SQLException {
        client.close();
        gateway.close();
    }

    @Test
    void aColumnIsAddedOnlineAndTheAnswerComesWhenItIsComplete() throws Exception {
        long file = number("SELECT relfilenode FROM pg_class WHERE oid = 'orders'::regclass");

        execute(client, ADD_TOKEN);

        assertThat(number("SELECT count(DISTINCT token) FROM orders")).isEqualTo(1000);
        assertThat(
                        number(
                                "SELECT attnotnull::int FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'token'"))
                .isEqualTo(1);
        assertThat(number("SELECT relfilenode FROM pg_class WHERE oid = 'orders'::regclass"))
                .isEqualTo(file);
        assertThat(verdicts()).containsExactly("phase");
        assertThat(gateway.trail().last(9, entry -> entry.text("kind").equals("migration")))
                .singleElement()
                .satisfies(entry -> {
                    assertThat(entry.text("state")).isEqualTo("complete");
                    assertThat(entry.record().path("phases").findValuesAsString("phase"))
                            .startsWith("expand", "backfill")
                            .contains("verify");
                });
        assertThat(gateway.trail().verify().broken()).isEmpty();
    }

    @Test
    void aPreparedStatementIsJudgedWhenItIsExecuted() throws Exception {
        try (PreparedStatement statement = client.prepareStatement(ADD_TOKEN)) {
            assertThat(statement.executeUpdate()).isZero();
        }

        assertThat(number("SELECT count(DISTINCT token) FROM orders")).isEqualTo(1000);
    }

    @Test
    void aRolledBackTransactionLeavesNothing() throws Exception {
        client.setAutoCommit(false);
        execute(client, ADD_TOKEN);
        client.rollback();

        assertThat(columns()).containsExactly("id", "note", "amount");
        assertThat(migrations()).isEmpty();
    }

    @Test
    void aRollbackToASavepointLeavesNothingEither() throws Exception {
        client.setAutoCommit(false);
        Savepoint savepoint = client.setSavepoint();
        execute(client, ADD_TOKEN);
        client.rollback(savepoint);
        execute(client, "UPDATE orders SET note = 'x' WHERE id = 1");
        client.commit();

        assertThat(columns()).containsExactly("id", "note", "amount");
        assertThat(migrations()).isEmpty();
    }

    @Test
    void inATransactionTheCommitWaits() throws Exception {
        client.setAutoCommit(false);
        execute(client, ADD_TOKEN, "UPDATE orders SET note = 'seen' WHERE id = 1");
        client.commit();

        assertThat(number("SELECT count(token) FROM orders")).isEqualTo(1000);
        assertThat(migrations()).extracting(row -> row.get(3)).containsExactly("complete");
    }

    @Test
    void aTransactionInOneMessageIsFollowed() throws Exception {
        execute(client, "begin; " + ADD_TOKEN + "; update orders set note = 'x' where id = 2; commit");

        assertThat(number("SELECT count(token) FROM orders")).isEqualTo(1000);
    }

    @Test
    void aTableOfTheSameTransactionNeedsNoPhases() throws Exception {
        client.setAutoCommit(false);
        execute(
                client,
                "CREATE TABLE fresh (id int)",
                "ALTER TABLE fresh ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid()",
                "CREATE INDEX fresh_token ON fresh (token)");
        client.commit();

        assertThat(verdicts()).containsOnly("forward");
        assertThat(migrations()).isEmpty();
    }

    @Test
    void djangosPairOfStatementsEndsAsItWouldDirectly() throws Exception {
        client.setAutoCommit(false);
        execute(client, ADD_TOKEN, "ALTER TABLE orders ALTER COLUMN token DROP DEFAULT");
        client.commit();

        assertThat(number("SELECT count(token) FROM orders")).isEqualTo(1000);
        assertThat(
                        number(
                                "SELECT attnotnull::int FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'token'"))
                .isEqualTo(1);
        assertThat(number("SELECT count(*) FROM pg_attrdef WHERE adrelid = 'orders'::regclass"))
                .isZero();
    }

    @Test
    void whatNeedsTheFilledColumnComesBehindIt() throws Exception {
        client.setAutoCommit(false);
        execute(
                client,
                "ALTER TABLE orders ADD COLUMN token uuid DEFAULT gen_random_uuid()",
                "ALTER TABLE orders ALTER COLUMN token SET NOT NULL",
                "CREATE UNIQUE INDEX orders_token ON orders (token)");
        client.commit();

        assertThat(
                        number(
                                "SELECT attnotnull::int FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'token'"))
                .isEqualTo(1);
        assertThat(number("SELECT indisvalid::int FROM pg_index WHERE indexrelid = 'orders_token'::regclass"))
                .isEqualTo(1);
        assertThat(migrations()).extracting(row -> row.get(3)).containsOnly("complete");
    }

    @Test
    void aTypeThatTheTransactionHasMadeIsKnown() throws Exception {
        client.setAutoCommit(false);
        execute(
                client,
                "CREATE TYPE mood AS ENUM ('sad', 'ok')",
                "ALTER TABLE orders ADD COLUMN mood mood NOT NULL DEFAULT (ARRAY['sad', 'ok'])[1 + (random() * 1)::int]::mood");
        client.commit();

        assertThat(migrations()).extracting(row -> row.get(3)).containsOnly("complete");
        assertThat(number("SELECT count(*) FROM orders WHERE mood IS NULL")).isZero();
    }

    @Test
    void aMigrationThatFailsOnTheDataIsUndoneAndItsErrorIsTheAnswer() throws Exception {
        assertThatThrownBy(() -> execute(client, "CREATE UNIQUE INDEX orders_note ON orders (note)"))
                .isInstanceOfSatisfying(PSQLException.class, e -> {
                    assertThat(e.getSQLState()).isEqualTo("23505");
                    assertThat(e.getServerErrorMessage())
                            .returns("public", ServerErrorMessage::getSchema)
                            .returns("orders", ServerErrorMessage::getTable)
                            .returns("orders_note", ServerErrorMessage::getConstraint);
                })
                .hasMessageStartingWith("ERROR: could not create unique index");

        assertThat(number("SELECT count(*) FROM pg_class WHERE relname = 'orders_note'"))
                .isZero();
    }

    @Test
    void aFailureBehindACommitSaysHowToGoOn() throws Exception {
        client.setAutoCommit(false);
        execute(client, "ALTER TABLE orders ADD CONSTRAINT few CHECK (amount < 900)");

        assertThatThrownBy(client::commit).isInstanceOfSatisfying(PSQLException.class, e -> {
            assertThat(e.getSQLState()).isEqualTo("23514");
            assertThat(e.getServerErrorMessage())
                    .returns("orders", ServerErrorMessage::getTable)
                    .returns("few", ServerErrorMessage::getConstraint);
            assertThat(e.getMessage()).contains("the transaction is committed").contains("RETRY");
        });
    }

    @Test
    void whoCancelsTheWaitIsToldThatTheMigrationGoesOn() throws Exception {
        execute(
                client,
                "CREATE FUNCTION slow() RETURNS int VOLATILE LANGUAGE plpgsql AS"
                        + " 'BEGIN PERFORM pg_sleep(0.05); RETURN 1; END'");
        try (Statement statement = client.createStatement()) {
            CompletableFuture<Boolean> answer = CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return statement.execute("ALTER TABLE orders ADD COLUMN slow int DEFAULT slow()");
                        } catch (SQLException e) {
                            throw new CompletionException(e);
                        }
                    },
                    Executors.newVirtualThreadPerTaskExecutor());
            Awaitility.await()
                    .ignoreExceptions()
                    .until(() ->
                            number("SELECT count(*) FROM sluice.migrations WHERE state IN ('running', 'throttled')")
                                    == 1);
            statement.cancel();

            assertThatThrownBy(answer::join)
                    .cause()
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("57014"))
                    .hasMessageContaining("goes on");
        }
        assertThat(number("SELECT count(*) FROM sluice.migrations WHERE state IN ('running', 'throttled')"))
                .isEqualTo(1);
    }

    @Test
    void withReturnTheAnswerComesAfterTheExpansion() throws Exception {
        execute(client, "SET sluice.completion = 'return'");
        try (Statement statement = client.createStatement()) {
            statement.execute(ADD_TOKEN);
            assertThat(warnings(statement)).anyMatch(warning -> warning.contains("migration"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE missing ADD COLUMN c uuid DEFAULT gen_random_uuid()",
                "ALTER TABLE orders ADD COLUMN note uuid DEFAULT gen_random_uuid()",
                "ALTER TABLE orders ADD COLUMN c uuid DEFAULT gen_random_uuids()",
                "ALTER TABLE orders ADD COLUMN c nosuchtype NOT NULL DEFAULT gen_random_uuid()",
                "CREATE INDEX ON orders (missing)",
                "ALTER TABLE orders FROBNICATE",
            })
    void whatTheServerRefusesItRefusesItself(String sql) throws Exception {
        String direct;
        try (Connection connection = gateway.direct()) {
            direct = error(connection, sql);
        }

        assertThat(error(client, sql)).isEqualTo(direct);
        execute(client, "SELECT 1");
    }

    @Test
    void aParkedStatementPassesOnceAfterSomebodyElseApproved() throws Exception {
        String message = error(client, "ALTER TABLE orders DROP COLUMN note");
        Matcher request = request(message);

        assertThat(error(client, "ALTER SLUICE MIGRATION " + request.group(1) + " APPROVE"))
                .startsWith("42501");
        try (Connection olga = gateway.connect("olga", "")) {
            execute(olga, "ALTER SLUICE MIGRATION " + request.group(1) + " APPROVE 'checked'");
        }
        execute(client, "ALTER TABLE orders DROP COLUMN note");

        assertThat(columns()).containsExactly("id", "amount");
        assertThat(gateway.trail().last(100, e -> e.text("kind").equals("operation")))
                .hasSizeGreaterThan(2);
    }

    @Test
    void anApprovalLapsesWhenTheTableHasChanged() throws Exception {
        Matcher request = request(error(client, "ALTER TABLE orders DROP COLUMN note"));
        try (Connection olga = gateway.connect("olga", "")) {
            execute(olga, "ALTER SLUICE MIGRATION " + request.group(1) + " APPROVE");
        }
        execute(client, "ALTER TABLE orders ADD COLUMN other int");

        assertThat(error(client, "ALTER TABLE orders DROP COLUMN note")).contains("waits for approval");
    }

    @ParameterizedTest
    @ValueSource(strings = {"preferQueryMode=simple", "preferQueryMode=extended", "prepareThreshold=1"})
    void gatewayCommandsAreAnsweredInEveryMode(String options) throws Exception {
        try (Connection connection = gateway.connect("postgres", options)) {
            execute(connection, ADD_TOKEN);
            try (PreparedStatement show = connection.prepareStatement("SHOW SLUICE MIGRATIONS")) {
                for (int i = 0; i < 3; i++) {
                    ResultSet rows = show.executeQuery();
                    assertThat(rows.next()).isTrue();
                    assertThat(rows.getString("table")).isEqualTo("public.orders");
                    assertThat(rows.getString("state")).isEqualTo("complete");
                }
            }
            try (Statement explain = connection.createStatement()) {
                ResultSet rows = explain.executeQuery(
                        "EXPLAIN (FORMAT JSON) ALTER TABLE orders ADD COLUMN d uuid DEFAULT gen_random_uuid()");
                assertThat(rows.next()).isTrue();
                assertThat(rows.getString(1)).contains("\"verdict\" : \"phase\"");
                assertThat(explain.executeQuery("SHOW SLUICE HELP").next()).isTrue();
            }
        }
    }

    @Test
    void explainRunsNothing() throws Exception {
        try (Statement statement = client.createStatement()) {
            ResultSet rows = statement.executeQuery("EXPLAIN " + ADD_TOKEN);
            assertThat(rows.next()).isTrue();
            assertThat(rows.getMetaData().getColumnName(1)).isEqualTo("QUERY PLAN");
        }

        assertThat(columns()).containsExactly("id", "note", "amount");
    }

    @Test
    void aTrailThatCannotBeWrittenStopsSchemaChangesAlone() throws Exception {
        java.nio.file.Path file = gateway.auditFile();
        execute(client, "ALTER TABLE orders ADD COLUMN a int");
        java.nio.file.Files.delete(file);
        java.nio.file.Files.createDirectory(file);

        assertThat(error(client, ADD_TOKEN)).startsWith("58030");
        execute(client, "UPDATE orders SET note = 'x' WHERE id = 1");

        java.nio.file.Files.delete(file);
        execute(client, ADD_TOKEN);
        assertThat(number("SELECT count(token) FROM orders")).isEqualTo(1000);
    }

    private static Matcher request(String message) {
        Matcher request = Pattern.compile("request (\\d+)").matcher(message);
        assertThat(request.find()).as(message).isTrue();
        return request;
    }

    private List<String> verdicts() throws Exception {
        return gateway.trail().last(100, entry -> entry.text("kind").equals("attempt")).stream()
                .map(entry -> entry.text("verdict"))
                .toList();
    }

    private List<List<String>> migrations() throws SQLException {
        List<List<String>> rows = new ArrayList<>();
        try (Connection connection = gateway.connect();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SHOW SLUICE MIGRATIONS")) {
            while (result.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    row.add(String.valueOf(result.getString(i)));
                }
                rows.add(row);
            }
        }
        return rows;
    }

    private List<String> columns() throws SQLException {
        List<String> names = new ArrayList<>();
        try (Connection direct = gateway.direct();
                Statement statement = direct.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT attname FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attnum > 0"
                                + " AND NOT attisdropped ORDER BY attnum")) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        return names;
    }

    private long number(String sql) throws SQLException {
        try (Connection direct = gateway.direct()) {
            return Sql.number(direct, sql);
        }
    }

    private static List<String> warnings(Statement statement) throws SQLException {
        List<String> messages = new ArrayList<>();
        for (SQLWarning warning = statement.getWarnings(); warning != null; warning = warning.getNextWarning()) {
            messages.add(String.valueOf(warning.getMessage()));
        }
        return messages;
    }

    private static String error(Connection connection, String sql) {
        try {
            execute(connection, sql);
            return "";
        } catch (SQLException e) {
            return e.getSQLState() + " " + e.getMessage();
        }
    }
}
