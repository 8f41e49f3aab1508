package dev.sluice.proxy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.policies.sql.Splitter;
import dev.sluice.proxy.testing.GatewayFixture;
import dev.sluice.proxy.testing.Sql;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Statements that try to get past the gateway: each is caught, or is provably harmless. */
@Tag("integration")
class SmugglingTest {

    private static final LexicalRules RULES = LexicalRules.defaults(ServerVersion.postgres(18));
    private static final Pattern ROW = Pattern.compile("\\| `(.*)` \\| (\\w+) \\|");
    private static final Pattern REPEATED = Pattern.compile("\\{REP:(\\d+):([^}]*)}");
    private static final Pattern PADDED = Pattern.compile("\\{PAD:(\\d+)}");

    private static final String CHANGES = "CREATE FUNCTION smug_f() RETURNS int LANGUAGE plpgsql AS"
            + " 'BEGIN ALTER TABLE sl_smug ADD tok uuid; RETURN 1; END'";
    private static final String RUNS =
            "CREATE FUNCTION smug_x(q text) RETURNS void LANGUAGE plpgsql AS 'BEGIN EXECUTE q; END'";

    private static final String ALTERS =
            "LANGUAGE plpgsql AS 'BEGIN ALTER TABLE sl_smug ADD tok uuid; RETURN NULL; END'";
    private static final String HARMLESS = "RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'";

    private final GatewayFixture gateway = GatewayFixture.start();
    private long file;

    record Attempt(String id, String channel, String expect, List<String> messages, String why) {
        @Override
        public String toString() {
            return id + " " + channel + ": " + why;
        }
    }

    static Stream<Attempt> attempts() throws IOException {
        return Files.readAllLines(Path.of("..", "policies", "src/test/resources/corpus/smuggling.tsv")).stream()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("\t"))
                .filter(fields -> fields[1].equals("pg"))
                .map(fields -> new Attempt(fields[0], fields[2], fields[3], messages(fields[4]), fields[5]));
    }

    @BeforeEach
    void fill() throws SQLException {
        try (Connection direct = gateway.direct();
                Statement statement = direct.createStatement()) {
            statement.execute("CREATE TABLE sl_smug (id bigint PRIMARY KEY, name text)");
            statement.execute("INSERT INTO sl_smug SELECT g, 'n' || g FROM generate_series(1, 500) g");
        }
        file = number("SELECT relfilenode FROM pg_class WHERE oid = 'sl_smug'::regclass");
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("attempts")
    void nothingGetsPast(Attempt attempt) throws Exception {
        List<WireClient.Answer> answers = new ArrayList<>();
        try (WireClient client = new WireClient(gateway.port(), gateway.database())) {
            for (String message : attempt.messages()) {
                answers.add(send(client, attempt.channel(), message));
            }
        }

        switch (attempt.expect()) {
            case "intercept" -> assertIntercepted(answers);
            case "block" -> {
                assertThat(answers).anyMatch(answer -> answer.sqlState().isPresent());
                assertAbsent();
            }
            case "either" -> {
                if (answers.stream().allMatch(answer -> answer.sqlState().isEmpty())) {
                    assertIntercepted(answers);
                } else {
                    assertAbsent();
                }
            }
            case "pass" -> {
                assertAbsent();
                assertThat(answers.getLast().sqlState())
                        .isEqualTo(direct(attempt).sqlState());
            }
            case "absent" -> assertAbsent();
            case "audit" -> {
                assertThat(answers.getFirst().sqlState()).isEmpty();
                assertThat(gateway.trail().last(9, entry -> entry.text("kind").equals("attempt")))
                        .isNotEmpty();
            }
            default -> throw new IllegalStateException("unknown expectation " + attempt.expect());
        }
    }

    /** A row of docs/smuggling.md. */
    record Documented(String becomes, List<String> messages, boolean extended) {
        @Override
        public String toString() {
            return becomes + (extended ? ", extended: " : ", simple: ") + String.join(" ¦¦ ", messages);
        }
    }

    static Stream<Documented> documented() throws IOException {
        return Files.readAllLines(Path.of("..", "docs", "smuggling.md")).stream()
                .map(ROW::matcher)
                .filter(Matcher::matches)
                .flatMap(row -> {
                    List<String> messages = messages(group(row, 1).replace("\\|", "|"));
                    boolean single = messages.stream()
                            .allMatch(message -> !message.contains("standard_conforming_strings")
                                    && Splitter.splitWithoutDirectives(message, RULES)
                                                    .size()
                                            == 1);
                    Documented simple = new Documented(group(row, 2), messages, false);
                    return single
                            ? Stream.of(simple, new Documented(group(row, 2), messages, true))
                            : Stream.of(simple);
                });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("documented")
    void whatThePageSaysIsSo(Documented attempt) throws Exception {
        List<WireClient.Answer> answers = new ArrayList<>();
        try (WireClient client = new WireClient(gateway.port(), gateway.database())) {
            for (String message : attempt.messages()) {
                answers.add(attempt.extended() ? client.extended("", message, false) : client.query(message, false));
            }
        }
        WireClient.Answer last = answers.getLast();

        if (!attempt.becomes().equals("online")) {
            assertAbsent();
        }
        switch (attempt.becomes()) {
            case "online" -> assertIntercepted(answers);
            case "held" -> assertThat(last.message().orElse("")).contains("waits for approval as request");
            case "refused" -> assertThat(last.sqlState()).isPresent();
            case "server" -> assertThat(last.sqlState()).contains("42601");
            case "text" -> assertThat(last.sqlState()).isEmpty();
            case "recorded" -> {
                assertThat(last.message()).isEmpty();
                assertThat(gateway.trail().last(9, entry -> entry.text("kind").equals("attempt")))
                        .isNotEmpty();
            }
            default -> throw new IllegalStateException("the page has no word " + attempt.becomes());
        }
    }

    @Test
    void whatWasPreparedByTheProtocolIsNotExecutedBySql() throws Exception {
        try (WireClient client = new WireClient(gateway.port(), gateway.database())) {
            client.extended("hidden", "ALTER TABLE sl_smug ADD COLUMN tok uuid", true);

            assertThat(client.query("EXECUTE hidden", false).sqlState()).isPresent();
            assertThat(client.query("EXPLAIN ANALYZE EXECUTE hidden", false).sqlState())
                    .isPresent();
        }
        assertAbsent();
    }

    @Test
    void quotingThatWasChangedBeforeIsFollowed() throws Exception {
        try (WireClient client = new WireClient(gateway.port(), gateway.database())) {
            client.query("SET standard_conforming_strings = off; SET backslash_quote = on", false);
            WireClient.Answer hidden = client.query(
                    "select 'a\\'; ALTER TABLE sl_smug ADD COLUMN tok uuid DEFAULT gen_random_uuid(); --'", false);
            assertThat(hidden.sqlState()).isEmpty();
            assertAbsent();

            client.query(
                    "select 'a\\''; ALTER TABLE sl_smug ADD COLUMN tok uuid NOT NULL DEFAULT gen_random_uuid()", false);
        }

        assertIntercepted(List.of());
    }

    private void assertIntercepted(List<WireClient.Answer> answers) throws SQLException {
        assertThat(answers).allSatisfy(answer -> assertThat(answer.message()).isEmpty());
        assertThat(number("SELECT count(DISTINCT tok) FROM sl_smug")).isGreaterThan(1);
        assertThat(number("SELECT count(*) FROM sl_smug WHERE tok IS NULL")).isZero();
        assertThat(number("SELECT relfilenode FROM pg_class WHERE oid = 'sl_smug'::regclass"))
                .isEqualTo(file);
    }

    private void assertAbsent() throws SQLException {
        assertThat(number("SELECT count(*) FROM pg_attribute WHERE attrelid = 'sl_smug'::regclass AND attname = 'tok'"))
                .isZero();
    }

    private WireClient.Answer direct(Attempt attempt) throws IOException {
        try (WireClient client = new WireClient(gateway.serverPort(), gateway.database())) {
            WireClient.Answer last = client.query("ROLLBACK", false);
            for (String message : attempt.messages()) {
                last = send(client, attempt.channel(), message.replace("9001", "9002"));
            }
            return last;
        }
    }

    private static WireClient.Answer send(WireClient client, String channel, String sql) throws IOException {
        return switch (channel) {
            case "simple" -> client.query(sql, false);
            case "split" -> client.query(sql, true);
            case "ext" -> client.extended("", sql, false);
            case "ext-named" -> client.extended("s1", sql, false);
            case "ext-parse" -> client.extended("s1", sql, true);
            default -> throw new IllegalStateException("unknown channel " + channel);
        };
    }

    private long number(String sql) throws SQLException {
        try (Connection direct = gateway.direct()) {
            return Sql.number(direct, sql);
        }
    }

    private static List<String> messages(String field) {
        List<String> messages = new ArrayList<>();
        for (String message : field.split(" ?¦¦ ?")) {
            String text = message.replace("{CHANGES}", CHANGES)
                    .replace("{RUNS}", RUNS)
                    .replace("{ALTERS}", ALTERS)
                    .replace("{HARMLESS}", HARMLESS)
                    .replace("\\t", "\t")
                    .replace("\\n", "\n")
                    .replace("\\r", "\r")
                    .replace("\\f", "\f")
                    .replace("\\v", "\u000b");
            text = expanded(text, PADDED, matcher -> "x".repeat(Integer.parseInt(group(matcher, 1))));
            messages.add(expanded(
                    text, REPEATED, matcher -> group(matcher, 2).repeat(Integer.parseInt(group(matcher, 1)))));
        }
        return messages;
    }

    private static String group(Matcher matcher, int number) {
        return Objects.requireNonNull(matcher.group(number));
    }

    private static String expanded(String text, Pattern pattern, java.util.function.Function<Matcher, String> by) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find()
                ? text.substring(0, matcher.start()) + by.apply(matcher) + text.substring(matcher.end())
                : text;
    }
}
