package dev.sluice.proxy.equivalence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.policy.Policy;
import dev.sluice.proxy.migration.Migrations;
import dev.sluice.proxy.testing.GatewayFixture;
import dev.sluice.proxy.testing.TestServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Law 1: whatever the server accepts, run directly on one database and through the gateway on another, leaves the same
 * catalog and the same rows. What the policy parks is approved first.
 */
@Tag("integration")
class EquivalenceTest {

    private static final Corpus CORPUS = Corpus.postgres();
    /** The major that the corpus' labels are for; an older one can do less online. */
    private static final int LABELLED = 18;

    private static final int PG_DUMP = pgDump();

    private static final Pattern REQUEST = Pattern.compile("as request (\\d+)");
    private static final Pattern RANDOM = Pattern.compile(
            "(?i)gen_random_uuid|uuidv7|random\\(|clock_timestamp|timeofday|now\\(\\)|_timestamp\\(\\)");
    /** Columns of the fixture that differ from one database to the next, and those that statements add. */
    private static final List<String> RANDOM_COLUMNS =
            List.of("token", "seen_at", "seen", "b", "trace", "external_ref", "imported_at", "expires_at", "z");

    static Stream<Corpus.Entry> statements() {
        return CORPUS.sample();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("statements")
    void onTheNewestServerTheEndIsTheSame(Corpus.Entry entry) throws Exception {
        compare(TestServer.newest(), entry);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("statements")
    void onAnOlderServerTheEndIsTheSame(Corpus.Entry entry) throws Exception {
        compare(TestServer.old(), entry);
    }

    private static void compare(TestServer server, Corpus.Entry entry) throws Exception {
        int major = server.major();
        Databases databases = Databases.on(server);
        String direct = databases.copy();
        String through = databases.copy();
        try (Connection plain = server.connect(direct)) {
            Optional<String> refused = run(plain, entry.sql());
            Assumptions.assumeTrue(refused.isEmpty(), () -> "the server refuses it: " + refused.orElse(""));
        }
        try (GatewayFixture gateway =
                        GatewayFixture.start(server, through, Policy.DEFAULTS, GatewayFixture.settings());
                Connection client = gateway.connect("postgres", "preferQueryMode=simple")) {
            through(gateway, client, entry.sql());
            if (major == LABELLED) {
                assertThat(firstVerdict(gateway)).isIn(verdicts(entry.verdict()));
                assertThat(firstRules(gateway)).containsExactlyInAnyOrderElementsOf(entry.rules());
            }
        }
        assertSame(server, major, direct, through, entry.sql());
        server.drop(direct);
        server.drop(through);
    }

    private static String firstVerdict(GatewayFixture gateway) throws IOException {
        return gateway.trail().last(100, record -> record.text("kind").equals("attempt")).stream()
                .findFirst()
                .map(record -> record.text("verdict"))
                .orElse("none");
    }

    private static List<String> firstRules(GatewayFixture gateway) throws IOException {
        return gateway.trail().last(100, record -> record.text("kind").equals("attempt")).stream()
                .findFirst()
                .map(record -> record.record()
                        .path("rules")
                        .valueStream()
                        .map(rule -> rule.asString(""))
                        .toList())
                .orElse(List.of());
    }

    /** The verdicts that stand for a label of the corpus; the direct statement was accepted, so none is a refusal. */
    private static List<String> verdicts(String label) {
        return switch (label) {
            case "safe" -> List.of("forward", "guard");
            case "rewrite" -> List.of("rewrite", "phase");
            default -> List.of("park");
        };
    }

    private static void through(GatewayFixture gateway, Connection client, String sql) throws Exception {
        Optional<String> error = run(client, sql);
        if (error.isPresent()) {
            Matcher request = REQUEST.matcher(error.get());
            assertThat(request.find()).as("%s", error.get()).isTrue();
            gateway.migrations()
                    .command(
                            gateway.ref(),
                            Long.parseLong(request.group(1)),
                            new Migrations.Command.Approve("test"),
                            "olga");
            error = run(client, sql);
        }
        assertThat(error).isEmpty();
    }

    private static void assertSame(TestServer server, int major, String direct, String through, String sql)
            throws Exception {
        List<String> random = RANDOM.matcher(sql).find() ? RANDOM_COLUMNS : List.of();
        try (Connection left = server.connect(direct);
                Connection right = server.connect(through)) {
            assertThat(CatalogSnapshot.of(right)).isEqualTo(CatalogSnapshot.of(left));
            assertThat(RowsSnapshot.of(right, random)).isEqualTo(RowsSnapshot.of(left, random));
        }
        if (major <= PG_DUMP) {
            Process one = dump(server, direct);
            Process other = dump(server, through);
            assertThat(told(other)).isEqualTo(told(one));
        }
    }

    /** The newest major that the pg_dump at hand can read; 0 where there is none. */
    private static int pgDump() {
        try {
            Process version = new ProcessBuilder("pg_dump", "--version").start();
            Matcher number = Pattern.compile("(\\d+)\\.")
                    .matcher(new String(version.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            return number.find() ? Integer.parseInt(number.group(1)) : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    private static Process dump(TestServer server, String database) throws IOException {
        return new ProcessBuilder(
                        "pg_dump",
                        "--schema-only",
                        "--exclude-schema=sluice",
                        "-h",
                        "127.0.0.1",
                        "-U",
                        "postgres",
                        "-p",
                        Integer.toString(server.port()),
                        database)
                .redirectErrorStream(true)
                .start();
    }

    private static String told(Process dump) throws Exception {
        String text = new String(dump.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(dump.waitFor()).as(text).isZero();
        return text.replaceAll("(?m)^\\\\(un)?restrict .*$", "");
    }

    private static Optional<String> run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql);
            return Optional.empty();
        } catch (SQLException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** Databases made from one template that the corpus' set-up has filled. */
    private record Databases(TestServer server, String template) {
        private static final Map<Integer, Databases> BY_PORT = new ConcurrentHashMap<>();
        private static final AtomicInteger COPIES = new AtomicInteger();

        static Databases on(TestServer server) {
            return BY_PORT.computeIfAbsent(server.port(), port -> {
                try {
                    return prepare(server);
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
        }

        private static Databases prepare(TestServer server) throws SQLException {
            server.execute("postgres", "CREATE DATABASE corpus");
            try (Connection connection = server.connect("corpus")) {
                for (String sql : CORPUS.setup()) {
                    run(connection, sql);
                }
            }
            return new Databases(server, "corpus");
        }

        String copy() throws SQLException {
            String name = "corpus" + COPIES.incrementAndGet();
            server.execute("postgres", "CREATE DATABASE " + name + " TEMPLATE " + template);
            return name;
        }
    }
}
