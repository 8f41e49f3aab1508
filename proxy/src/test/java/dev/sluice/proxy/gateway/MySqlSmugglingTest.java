package dev.sluice.proxy.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.proxy.mysql.TestDatabase;
import dev.sluice.proxy.testing.MySqlGatewayFixture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Statements that try to get past the gateway on MySQL and MariaDB: each is caught, or is provably harmless. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class MySqlSmugglingTest {

    private static final Pattern ROW = Pattern.compile("\\| `(.*)` \\| (\\w+) \\| (\\w+) \\|");
    private static final Map<String, String> EXPECTED =
            Map.of("online", "intercept", "held", "absent", "text", "pass", "safe", "safe");

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

    /** Rows of docs/smuggling.md. */
    private static Stream<Attempt> own() throws IOException {
        String hex = "0x" + HexFormat.of().formatHex(ALTER.getBytes(StandardCharsets.UTF_8));
        return Files.readAllLines(Path.of("..", "docs", "smuggling.md")).stream()
                .map(ROW::matcher)
                .filter(Matcher::matches)
                .map(row -> new Attempt(
                        "page",
                        group(row, 3),
                        EXPECTED.getOrDefault(group(row, 2), "no such word: " + group(row, 2)),
                        messages(group(row, 1)
                                .replace("\\|", "|")
                                .replace("{ALTER}", ALTER)
                                .replace("{ADD}", ADD)
                                .replace("{HEX}", hex)),
                        group(row, 1)));
    }

    private static String group(Matcher matcher, int number) {
        return Objects.requireNonNull(matcher.group(number));
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

    @Test
    void aClientThatHasNotAskedForSeveralStatementsAMessageGetsASyntaxError() throws SQLException {
        try (Connection client = DriverManager.getConnection(
                "jdbc:mysql://127.0.0.1:" + gateway.port() + "/" + database + "?allowPublicKeyRetrieval=true",
                "lab",
                "lab")) {
            assertThatThrownBy(() -> execute(client, "SELECT 1; " + ALTER))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getErrorCode()).isEqualTo(1064));
            assertThat(hasColumn()).isFalse();
            execute(client, ALTER + ";");
        }
        assertThat(hasColumn()).isTrue();
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
            case "gbk", "sjis", "big5", "latin1" ->
                through(attempt, name, "&characterEncoding=" + attempt.channel().toUpperCase(Locale.ROOT));
            case "cp932" -> through(attempt, name, "&characterEncoding=WINDOWS-31J");
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
                        .replace("\\v", "\u000b")
                        .replace("\\x7f", "\u007f")
                        .replace("\\xa0", "\u00a0")
                        .replace("\\xff", "\u00ff"))
                .toList();
    }
}
