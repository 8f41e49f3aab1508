package dev.sluice.proxy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.proxy.mysql.TestDatabase;
import dev.sluice.proxy.testing.MySqlGatewayFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Statements that try to get past the gateway on MySQL and MariaDB: each is caught, or is provably harmless. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class MySqlSmugglingTest {

    private static final String ADD = "ADD COLUMN tok char(36) NOT NULL DEFAULT (uuid())";
    private static final String ALTER = "ALTER TABLE sl_smug " + ADD;

    private final TestDatabase server;
    private final MySqlGatewayFixture gateway;
    private String database;
    private long table;

    MySqlSmugglingTest(TestDatabase server) {
        this.server = server;
        this.gateway = new MySqlGatewayFixture(server);
    }

    /** @param expect as in the list's head; {@code safe}: not there at the end, or done online */
    record Attempt(String id, String channel, String expect, List<String> messages, String why) {
        @Override
        public String toString() {
            return id + " " + channel + ": " + why;
        }
    }

    static Stream<Attempt> attempts() throws IOException {
        Stream<Attempt> listed =
                Files.readAllLines(Path.of("..", "policies", "src/test/resources/corpus/smuggling.tsv")).stream()
                        .filter(line -> !line.startsWith("#"))
                        .map(line -> line.split("\t"))
                        .filter(fields -> fields[1].equals("mysql"))
                        .map(fields -> new Attempt(fields[0], fields[2], fields[3], messages(fields[4]), fields[5]));
        return Stream.concat(listed, own());
    }

    private static Stream<Attempt> own() {
        String hex = "0x" + java.util.HexFormat.of().formatHex(ALTER.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return Stream.of(
                own("stmt", "intercept", "a prepared statement that is executed", ALTER),
                own("query", "safe", "code for every version", "/*!50000 " + ALTER + " */"),
                own("query", "safe", "code in pieces", "/*!ALTER*/ /*!TABLE*/ sl_smug /*!" + ADD + " */"),
                own("query", "safe", "code for MariaDB alone", "/*M! " + ALTER + " */"),
                own("query", "safe", "code for no version yet", "/*!99999 " + ALTER + " */ SELECT 1"),
                own(
                        "multi",
                        "safe",
                        "a second statement in a comment that is code",
                        "SELECT 1; /*!50000 " + ALTER + " */"),
                own("query", "intercept", "behind comments of every kind", "# a\n-- b\n/* c */" + ALTER),
                own("query", "safe", "other words in between", "ALTER ONLINE TABLE sl_smug " + ADD),
                own(
                        "query",
                        "safe",
                        "settings for one statement",
                        "SET STATEMENT max_statement_time = 60 FOR " + ALTER),
                own("query", "absent", "a block", "BEGIN NOT ATOMIC " + ALTER + "; END"),
                own("query", "absent", "a block with a label", "x: BEGIN NOT ATOMIC " + ALTER + "; END"),
                own(
                        "query",
                        "absent",
                        "text that is executed",
                        "SET @q = '" + ALTER + "'",
                        "PREPARE s FROM @q",
                        "EXECUTE s"),
                own(
                        "query",
                        "absent",
                        "a number that is executed",
                        "SET @q = " + hex,
                        "PREPARE s FROM @q",
                        "EXECUTE s"),
                own("multi", "absent", "the same in one message", "SET @q = " + hex + "; PREPARE s FROM @q; EXECUTE s"),
                own(
                        "query",
                        "absent",
                        "joined text",
                        "EXECUTE IMMEDIATE CONCAT('ALTER TABLE sl_', 'smug " + ADD + "')"),
                own("query", "absent", "an event", "CREATE EVENT sl_e ON SCHEDULE AT CURRENT_TIMESTAMP DO " + ALTER),
                own(
                        "query",
                        "absent",
                        "an event with a block",
                        "CREATE EVENT sl_e ON SCHEDULE AT CURRENT_TIMESTAMP DO BEGIN " + ALTER + "; END"),
                own("query", "absent", "a procedure that is there already", "CALL sl_there()"),
                own(
                        "query",
                        "intercept",
                        "quotes are names",
                        "SET sql_mode = 'ANSI_QUOTES'",
                        "ALTER TABLE \"sl_smug\" " + ADD),
                own(
                        "multi",
                        "safe",
                        "quotes become names in the same message",
                        "SET sql_mode = 'ANSI_QUOTES'; ALTER TABLE \"sl_smug\" " + ADD),
                own(
                        "multi",
                        "safe",
                        "a backslash becomes a letter",
                        "SET sql_mode = 'NO_BACKSLASH_ESCAPES'; SELECT '\\'; " + ALTER + "; -- '"),
                own(
                        "multi",
                        "safe",
                        "a backslash is a letter by now",
                        "SET sql_mode = 'NO_BACKSLASH_ESCAPES'",
                        "SELECT '\\'; " + ALTER + "; -- '"),
                own("multi", "safe", "two minus signs without a blank are none", "SELECT 1--1; " + ALTER),
                own("gbk", "safe", "a backslash that is half a character", "SELECT '縗'; " + ALTER + "; -- '"),
                own("other", "intercept", "a database that is chosen later", "USE {DB}", ALTER),
                own("other", "intercept", "a qualified name", "ALTER TABLE {DB}.sl_smug " + ADD),
                own("user", "intercept", "behind a change of user", ALTER),
                own("query", "safe", "the old way asked for", ALTER + ", ALGORITHM=COPY"),
                own(
                        "query",
                        "absent",
                        "another table in its place",
                        "CREATE OR REPLACE TABLE sl_smug AS SELECT 1 AS tok"),
                own("query", "absent", "the table by another name", "RENAME TABLE sl_smug TO sl_other"),
                own("query", "absent", "only explained", "EXPLAIN " + ALTER),
                own("query", "absent", "only described", "DESC FORMAT=JSON " + ALTER));
    }

    private static Attempt own(String channel, String expect, String why, String... messages) {
        return new Attempt("own", channel, expect, List.of(messages), why);
    }

    @BeforeEach
    void fill() throws SQLException {
        database = server.newDatabase();
        fill(database);
        table = tableId();
    }

    private void fill(String name) throws SQLException {
        try (Connection direct = server.connect(name)) {
            execute(direct, "CREATE TABLE sl_smug (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(100))");
            execute(direct, "INSERT INTO sl_smug (name) VALUES ('a'), ('b'), ('c'), ('d'), ('e'), ('f')");
            execute(direct, "INSERT INTO sl_smug (name) SELECT a.name FROM sl_smug a, sl_smug b");
            execute(direct, "CREATE PROCEDURE sl_there() " + ALTER);
        }
    }

    @AfterEach
    void drop() throws SQLException {
        try (Connection direct = server.connect("mysql")) {
            execute(direct, "DROP DATABASE IF EXISTS " + database);
        }
    }

    @AfterAll
    void stop() {
        gateway.close();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("attempts")
    void nothingGetsPast(Attempt attempt) throws Exception {
        int errors = errors(attempt, database);

        switch (attempt.expect()) {
            case "intercept" -> {
                assertThat(errors).isZero();
                assertThat(hasColumn()).isTrue();
                assertDoneOnline();
            }
            case "block" -> {
                assertThat(errors).isPositive();
                assertThat(hasColumn()).isFalse();
            }
            case "pass" -> {
                assertThat(hasColumn()).isFalse();
                assertThat(errors).isEqualTo(direct(attempt));
            }
            case "absent" -> assertThat(hasColumn()).isFalse();
            case "either", "safe" -> assertSafe();
            case "audit" -> {
                assertThat(gateway.trail().last(20, e -> e.text("kind").equals("attempt")))
                        .anyMatch(e -> e.line().contains("sl_smug_c"));
            }
            default -> throw new IllegalStateException("unknown expectation " + attempt.expect());
        }
        assertThat(number("SELECT COUNT(*) FROM sl_smug WHERE id < 9000")).isEqualTo(42);
    }

    private void assertSafe() throws SQLException {
        if (hasColumn()) {
            assertDoneOnline();
        }
    }

    private void assertDoneOnline() throws SQLException {
        assertThat(tableId()).isEqualTo(table);
        assertThat(number("SELECT COUNT(DISTINCT tok) FROM sl_smug")).isEqualTo(42);
    }

    private boolean hasColumn() throws SQLException {
        return number("SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = '" + database
                        + "' AND table_name = 'sl_smug' AND column_name = 'tok'")
                > 0;
    }

    /** Changes when the table is copied. */
    private long tableId() throws SQLException {
        String tables = server.mariaDb() ? "INNODB_SYS_TABLES" : "INNODB_TABLES";
        return number("SELECT TABLE_ID FROM information_schema." + tables + " WHERE NAME = '" + database + "/sl_smug'");
    }

    /** How many of the messages the server itself refuses. */
    private int direct(Attempt attempt) throws SQLException {
        String other = server.newDatabase();
        fill(other);
        try (Connection plain = server.connect(other)) {
            return send(plain, attempt, other);
        }
    }

    private int errors(Attempt attempt, String name) throws Exception {
        return switch (attempt.channel()) {
            case "split" -> {
                try (Dribble dribble = new Dribble(gateway.port());
                        Connection client = open(dribble.port(), name, "")) {
                    yield send(client, attempt, name);
                }
            }
            case "stmt" -> through(attempt, name, "&useServerPrepStmts=true");
            case "gbk" -> through(attempt, name, "&characterEncoding=GBK");
            case "other" -> {
                try (Connection client = open(gateway.port(), "mysql", "")) {
                    yield send(client, attempt, name);
                }
            }
            case "user" -> {
                try (Connection client = open(gateway.port(), "mysql", "")) {
                    client.unwrap(com.mysql.cj.jdbc.JdbcConnection.class).changeUser("lab", "lab");
                    client.setCatalog(name);
                    yield send(client, attempt, name);
                }
            }
            default -> through(attempt, name, "");
        };
    }

    private int through(Attempt attempt, String name, String options) throws SQLException {
        try (Connection client = open(gateway.port(), name, options)) {
            return send(client, attempt, name);
        }
    }

    private static Connection open(int port, String name, String options) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:mysql://127.0.0.1:" + port + "/" + name
                        + "?allowPublicKeyRetrieval=true&allowMultiQueries=true&useLocalSessionState=false" + options,
                "lab",
                "lab");
    }

    private static int send(Connection client, Attempt attempt, String name) {
        int errors = 0;
        for (String message : attempt.messages()) {
            String sql = message.replace("{DB}", name);
            try {
                switch (attempt.channel()) {
                    case "stmt-prepare" -> {
                        try (Statement statement = client.createStatement()) {
                            statement.execute("SELECT 1");
                        }
                        prepareOnly(client, sql);
                    }
                    case "stmt" -> {
                        try (PreparedStatement statement = client.prepareStatement(sql)) {
                            statement.execute();
                        }
                    }
                    default -> execute(client, sql);
                }
            } catch (SQLException e) {
                errors++;
            }
        }
        return errors;
    }

    private static void prepareOnly(Connection client, String sql) throws SQLException {
        if (client.isWrapperFor(com.mysql.cj.jdbc.JdbcConnection.class)) {
            client.unwrap(com.mysql.cj.jdbc.JdbcConnection.class)
                    .serverPrepareStatement(sql)
                    .close();
        } else {
            client.prepareStatement(sql).close();
        }
    }

    private long number(String sql) throws SQLException {
        try (Connection direct = server.connect(database);
                Statement statement = direct.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    /** All results are asked for: an error may stand in the second one. */
    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            boolean rows = statement.execute(sql);
            while (rows || statement.getUpdateCount() != -1) {
                rows = statement.getMoreResults();
            }
        }
    }

    private static List<String> messages(String field) {
        return Arrays.stream(field.split(" ?¦¦ ?"))
                .map(message -> message.replace("\\t", "\t")
                        .replace("\\n", "\n")
                        .replace("\\r", "\r")
                        .replace("\\f", "\f")
                        .replace("\\v", "\u000b"))
                .toList();
    }
}
