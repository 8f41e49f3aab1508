package dev.sluice.proxy.app;

import static dev.sluice.proxy.testing.Sql.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.proxy.cli.CliException;
import dev.sluice.proxy.cli.GatewayLauncher;
import dev.sluice.proxy.config.Configuration;
import dev.sluice.proxy.config.ConfigurationReader;
import dev.sluice.proxy.config.GatewayOptions;
import dev.sluice.proxy.testing.Patience;
import dev.sluice.proxy.testing.TestPostgres;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("integration")
class GatewayTest {

    private final HttpClient client = HttpClient.newHttpClient();
    private @TempDir Path folder;

    @Test
    void aColumnIsAddedThroughTheWholeGateway() throws Exception {
        String database = TestPostgres.newDatabase();
        TestPostgres.execute(
                database,
                "CREATE TABLE orders (id int PRIMARY KEY)",
                "INSERT INTO orders SELECT generate_series(1, 2000)");

        try (GatewayLauncher.Running gateway = start(options(database));
                Connection connection = connect(gateway, database)) {
            execute(connection, "ALTER TABLE orders ADD COLUMN ref uuid NOT NULL DEFAULT gen_random_uuid()");

            assertThat(column(connection, "SELECT count(DISTINCT ref) FROM orders"))
                    .containsExactly("2000");
            assertThat(column(connection, "SHOW SLUICE MIGRATIONS")).containsExactly("1");
            assertThat(get(gateway, "/api/v1/migrations").body()).contains("\"state\":\"complete\"", database);
            await().untilAsserted(() -> assertThat(get(gateway, "/metrics").body())
                    // Other tests' databases on the same server count too.
                    .containsPattern("sluice_migrations\\{state=\"complete\",upstream=\"default\"} [1-9]"));
            assertThat(get(gateway, "/metrics").body())
                    .contains("sluice_judge_seconds_count{ruling=\"substitute\",upstream=\"default\"} 1");
            assertThat(ownMetrics(get(gateway, "/metrics").body()))
                    .isSubsetOf(ownMetrics(Files.readString(Path.of("..", "docs", "operations.md"))));
            assertThat(Files.readString(folder.resolve("audit.jsonl"))).contains("gen_random_uuid");
        }
    }

    /** The names of the gateway's own metrics in a text, without what a histogram adds to them. */
    private static Set<String> ownMetrics(String text) {
        return Pattern.compile("\\bsluice_[a-z_]+")
                .matcher(text)
                .results()
                .map(name -> name.group().replaceAll("_(bucket|count|sum|max)$", ""))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void aDatabaseThatWasDroppedIsNotWaitedFor() throws Exception {
        String stays = TestPostgres.newDatabase();
        String goes = TestPostgres.newDatabase();
        try (GatewayLauncher.Running gateway = start(options(stays))) {
            try (Connection connection = connect(gateway, goes)) {
                execute(connection, "CREATE TABLE t (id int)");
                execute(connection, "ALTER TABLE t ADD COLUMN u uuid DEFAULT gen_random_uuid()");
            }
            TestPostgres.execute(stays, "DROP DATABASE " + goes + " WITH (FORCE)");

            assertThat(get(gateway, "/api/v1/migrations").body())
                    .contains("\"unreachable\":[]")
                    .doesNotContain(goes);
        }
    }

    @Test
    void aCommandThatIsPreparedOrDescribedIsRunOnceAndOnlyWhenItIsExecuted() throws Exception {
        String database = TestPostgres.newDatabase();
        TestPostgres.execute(database, "CREATE TABLE orders (id int, note text)");
        try (GatewayLauncher.Running gateway = start(options(database));
                Connection connection = connect(gateway, database)) {
            assertThatThrownBy(() -> execute(connection, "ALTER TABLE orders DROP COLUMN note"))
                    .hasMessageContaining("as request 1");

            try (PreparedStatement command = connection.prepareStatement("ALTER SLUICE MIGRATION 1 CANCEL")) {
                assertThat(command.getMetaData().getColumnName(1)).isEqualTo("id");
                assertThat(states(connection)).containsExactly("awaiting_approval");

                try (ResultSet rows = command.executeQuery()) {
                    assertThat(rows.next()).isTrue();
                    assertThat(rows.getString("state")).isEqualTo("cancelled");
                }
            }
            assertThat(states(connection)).containsExactly("cancelled");
        }
    }

    private static List<String> states(Connection connection) throws SQLException {
        List<String> states = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SHOW SLUICE MIGRATIONS")) {
            while (rows.next()) {
                states.add(rows.getString("state"));
            }
        }
        return states;
    }

    @Test
    void aCommandOfTheGatewaysFailsInAFailedTransactionAsAnyStatementDoes() throws Exception {
        String database = TestPostgres.newDatabase();
        try (GatewayLauncher.Running gateway = start(options(database));
                Connection connection = connect(gateway, database)) {
            connection.setAutoCommit(false);
            assertThatThrownBy(() -> execute(connection, "SELECT 1 / 0")).hasMessageContaining("division");

            assertThatThrownBy(() -> execute(connection, "SHOW SLUICE MIGRATIONS"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25P02"));
        }
    }

    @Test
    void theGatewayTellsOfItself() throws Exception {
        String database = TestPostgres.newDatabase();

        try (GatewayLauncher.Running gateway = start(options(database));
                Connection connection = connect(gateway, database)) {
            assertThat(column(connection, "SHOW SLUICE CONFIG")).contains("lock_timeout", "upstreams.default.url");
            assertThat(column(connection, "SHOW SLUICE POLICIES")).contains("drop-column");
            assertThat(column(connection, "SHOW SLUICE SESSIONS")).hasSize(1);
            assertThat(column(connection, "SHOW SLUICE THROTTLE")).containsExactly("default");
            assertThat(get(gateway, "/readyz").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aPolicyThatIsReadAgainHoldsAndABadOneIsRefused() throws Exception {
        String database = TestPostgres.newDatabase();
        TestPostgres.execute(database, "CREATE TABLE orders (id int, note text, old text)");
        Path policy = Files.writeString(folder.resolve("policy.yaml"), "rules: {drop-column: block}\n");

        try (GatewayLauncher.Running gateway = start(options(database));
                Connection connection = connect(gateway, database)) {
            assertThat(gateway.reload(() -> ConfigurationReader.policyFile(policy)))
                    .isTrue();
            assertThatThrownBy(() -> execute(connection, "ALTER TABLE orders DROP COLUMN note"))
                    .hasMessageContaining("policies.rules.drop-column (" + policy + ":1)");

            Files.writeString(policy, "\nrules: {drop-colum: allow}\n");
            assertThat(gateway.reload(() -> ConfigurationReader.policyFile(policy)))
                    .isFalse();
            assertThatThrownBy(() -> execute(connection, "ALTER TABLE orders DROP COLUMN note"))
                    .hasMessageContaining("drop-column");
            assertThat(column(connection, "SHOW SLUICE CONFIG")).contains("policies (refused since)");
            assertThat(get(gateway, "/api/v1/policies").body())
                    .contains(policy + ":2: policies.rules.drop-colum: there is no rule");
            assertThat(Files.readString(folder.resolve("audit.jsonl"))).contains("a policy was refused");

            Files.writeString(policy, "scopes: [{when: {table: orders}, rules: {drop-column: allow}}]\n");
            assertThat(gateway.reload(() -> ConfigurationReader.policyFile(policy)))
                    .isTrue();
            execute(connection, "ALTER TABLE orders DROP COLUMN note");
            assertThat(column(connection, "SHOW SLUICE CONFIG")).doesNotContain("policies (refused since)");
        }
    }

    @Test
    void whatIsCommandedByHttpIsOnRecord() throws Exception {
        String database = TestPostgres.newDatabase();
        TestPostgres.execute(database, "CREATE TABLE orders (id int, note text)");

        try (GatewayLauncher.Running gateway = start(options(database));
                Connection connection = connect(gateway, database)) {
            assertThatThrownBy(() -> execute(connection, "ALTER TABLE orders DROP COLUMN note"))
                    .hasMessageContaining("request 1");
            HttpRequest approve = HttpRequest.newBuilder(URI.create(
                            "http://127.0.0.1:" + gateway.http().orElseThrow().getPort()
                                    + "/api/v1/migrations/1/approve?database=" + database))
                    .POST(HttpRequest.BodyPublishers.ofString("{\"reason\": \"seen\"}"))
                    .build();
            assertThat(client.send(approve, HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(200);

            execute(connection, "ALTER TABLE orders DROP COLUMN note");
        }
        assertThat(Files.readString(folder.resolve("audit.jsonl")))
                .contains("POST /api/v1/migrations/1/approve", "\"reason\":\"seen\"", "http:127.0.0.1");
    }

    @Test
    void aGatewayIsUpBeforeItsDatabase() throws Exception {
        GatewayOptions options = options("none", "jdbc:postgresql://postgres@127.0.0.1:1/none");

        try (GatewayLauncher.Running gateway = start(options)) {
            assertThat(get(gateway, "/readyz").statusCode()).isEqualTo(200);
            assertThatThrownBy(() -> connect(gateway, "none")).isInstanceOf(SQLException.class);
        }
    }

    @Test
    void anAddressThatIsTakenIsNamed() throws Exception {
        try (GatewayLauncher.Running gateway = start(options("postgres"))) {
            int port = gateway.addresses().get(0).getPort();
            GatewayOptions same = new GatewayOptions(
                    TestPostgres.url("postgres"),
                    Optional.of("127.0.0.1:" + port),
                    Optional.of("postgres"),
                    Optional.empty(),
                    Optional.of("off"),
                    Optional.of(folder.resolve("other.jsonl").toString()),
                    Optional.empty(),
                    List.of());

            assertThatThrownBy(() -> start(same))
                    .isInstanceOf(CliException.class)
                    .hasMessageStartingWith("cannot listen on 127.0.0.1:" + port);
        }
    }

    @Test
    void drainingLetsATransactionEnd() throws Exception {
        String database = TestPostgres.newDatabase();
        GatewayLauncher.Running gateway = start(options(database), "10m");
        Connection connection = connect(gateway, database);
        connection.setAutoCommit(false);
        execute(connection, "CREATE TABLE t (a int)");

        Thread closing = Thread.ofVirtual().start(gateway::close);
        await().until(() -> refuses(gateway, database));
        execute(connection, "INSERT INTO t VALUES (1)");
        connection.commit();
        closing.join(Patience.LONG);

        try (Connection direct = TestPostgres.connect(database)) {
            assertThat(column(direct, "SELECT a FROM t")).containsExactly("1");
        }
        assertThat(closing.isAlive()).isFalse();
    }

    private static boolean refuses(GatewayLauncher.Running gateway, String database) {
        try (Connection connection = connect(gateway, database)) {
            return connection.isClosed();
        } catch (SQLException e) {
            return true;
        }
    }

    private GatewayLauncher.Running start(GatewayOptions options) throws Exception {
        return start(options, "10s");
    }

    private GatewayLauncher.Running start(GatewayOptions options, String drainTimeout) throws Exception {
        Configuration configuration =
                new ConfigurationReader(Map.of("SLUICE_DRAIN_TIMEOUT", drainTimeout)).readOptions(options);
        return Gateway.start(configuration);
    }

    private GatewayOptions options(String database) {
        return options(database, TestPostgres.url(database));
    }

    private GatewayOptions options(String database, String url) {
        return new GatewayOptions(
                url,
                Optional.of("127.0.0.1:0"),
                Optional.of("postgres"),
                Optional.empty(),
                Optional.of("127.0.0.1:0"),
                Optional.of(folder.resolve("audit.jsonl").toString()),
                Optional.empty(),
                List.of("postgres"));
    }

    private static Connection connect(GatewayLauncher.Running gateway, String database) throws SQLException {
        int port = gateway.addresses().get(0).getPort();
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/" + database, "postgres", "");
    }

    private static List<String> column(Connection connection, String sql) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }

    private HttpResponse<String> get(GatewayLauncher.Running gateway, String path) throws Exception {
        int port = gateway.http().orElseThrow().getPort();
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
