package dev.sluice.proxy.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.policies.policy.Action;
import dev.sluice.policies.policy.ApprovalMode;
import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.policy.PolicyContext;
import dev.sluice.proxy.intercept.InterceptorSettings;
import dev.sluice.proxy.migration.DatabaseRef;
import dev.sluice.proxy.migration.Migration;
import dev.sluice.proxy.mysql.TestDatabase;
import dev.sluice.proxy.session.TrafficListener;
import dev.sluice.proxy.testing.GatewayFixture;
import dev.sluice.proxy.testing.MySqlGatewayFixture;
import dev.sluice.proxy.testing.Patience;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A statement that needs an approval: it waits, somebody else approves, it passes once. */
abstract class MySqlApprovalsTest {

    private static final String DROP = "ALTER TABLE orders DROP COLUMN note";
    private static final Pattern REQUEST = Pattern.compile("request (\\d+)");

    private final TestDatabase server;
    private MySqlGatewayFixture gateway;
    private String database;

    MySqlApprovalsTest(TestDatabase server) {
        this.server = server;
    }

    @BeforeEach
    void start() throws SQLException {
        gateway = new MySqlGatewayFixture(server);
        database = server.newDatabase();
        try (Connection direct = server.connect(database)) {
            run(direct, "CREATE TABLE orders (id INT PRIMARY KEY, note TEXT, amount INT)");
            run(direct, "CREATE USER IF NOT EXISTS olga IDENTIFIED BY 'olga'");
            run(direct, "GRANT ALL ON *.* TO olga");
        }
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void aParkedStatementPassesOnceAfterSomebodyElseApproved() throws Exception {
        try (Connection client = gateway.connect(database)) {
            long request = parked(client, DROP);
            assertThat(parked(client, DROP)).isEqualTo(request);

            approve(request);
            run(client, DROP);

            assertThat(columns()).containsExactly("id", "amount");
            run(client, "ALTER TABLE orders ADD COLUMN note TEXT AFTER id");
            assertThat(parked(client, DROP)).isGreaterThan(request);
        }
        assertThat(gateway.trail().last(100, e -> e.text("kind").equals("operation")))
                .isNotEmpty();
        assertThat(gateway.trail().last(100, e -> e.text("kind").equals("outcome")))
                .extracting(e -> e.text("result"))
                .contains("parked", "done");
    }

    @Test
    void whoAskedMayNotApprove() throws Exception {
        try (Connection olga = gateway.connect(database, "olga", "olga")) {
            long request = parked(olga, DROP);

            assertThatThrownBy(() -> run(olga, "ALTER SLUICE MIGRATION " + request + " APPROVE"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
            assertThat(columns()).contains("note");
        }
    }

    @Test
    void anApprovalIsForWhoAskedAndForNobodyElse() throws Exception {
        try (Connection client = gateway.connect(database);
                Connection olga = gateway.connect(database, "olga", "olga")) {
            approve(parked(client, DROP));

            parked(olga, DROP);
            run(client, DROP);
        }
    }

    @Test
    void anApprovalLapsesWhenTheTableHasChanged() throws Exception {
        try (Connection client = gateway.connect(database)) {
            approve(parked(client, DROP));
            run(client, "ALTER TABLE orders ADD COLUMN other INT");

            parked(client, DROP);
        }
    }

    @Test
    void anApprovalIsNotForAnotherTableOfTheSameName() throws Exception {
        try (Connection client = gateway.connect(database);
                Connection direct = server.connect(database)) {
            long request = parked(client, DROP);
            approve(request);
            run(direct, "DROP TABLE orders");
            Awaitility.await().untilAsserted(() -> {
                run(direct, "DROP TABLE IF EXISTS orders");
                run(direct, "CREATE TABLE orders (id INT PRIMARY KEY, note TEXT, amount INT)");
                assertThat(parked(client, DROP)).isGreaterThan(request);
            });
        }
    }

    @Test
    void anApprovalHoldsWhenTheStatementFailsAfterAll() throws Exception {
        String modify = "ALTER TABLE orders MODIFY amount BIGINT NOT NULL";
        try (Connection client = gateway.connect(database)) {
            run(client, "INSERT INTO orders (id) VALUES (1)");
            long request = parked(client, modify);
            approve(request);
            assertThatThrownBy(() -> run(client, modify)).isInstanceOf(SQLException.class);

            assertThat(gateway.migrations().find(new DatabaseRef("test", ""), request))
                    .map(Migration::state)
                    .contains(Migration.State.READY);
        }
    }

    @Test
    void aClientThatMayWaitIsHeldUntilSomebodyApproves() throws Exception {
        InterceptorSettings d = GatewayFixture.settings();
        InterceptorSettings patient = new InterceptorSettings(
                d.operators(),
                true,
                d.completionTimeout(),
                d.progressEvery(),
                d.blockedPatience(),
                Duration.ofSeconds(60),
                d.lock());
        isHeldUntilSomebodyApproves(new MySqlGatewayFixture(server, patient));
    }

    @Test
    void aClientIsHeldWhereThePolicySaysSo() throws Exception {
        isHeldUntilSomebodyApproves(new MySqlGatewayFixture(server, waiting(Patience.LONG), TrafficListener.NONE));
    }

    @Test
    void aClientThatThePolicyHasWaitGetsTheRequestWhenNobodyApproves() throws Exception {
        try (MySqlGatewayFixture waits =
                        new MySqlGatewayFixture(server, waiting(Duration.ofMillis(300)), TrafficListener.NONE);
                Connection client = waits.connect(database)) {
            assertThat(parked(client, DROP)).isPositive();
            run(client, "SELECT 1");
        }
        assertThat(columns()).contains("note");
    }

    /** A policy by which who drops a column waits for an approval. */
    private static Policy waiting(Duration atMost) {
        ApprovalMode mode = new ApprovalMode(true, Optional.of(atMost), "policy:1");
        return new Policy() {
            @Override
            public Optional<Setting> setting(String ruleId, PolicyContext context) {
                return ruleId.equals("drop-column")
                        ? Optional.of(new Setting(Action.APPROVE, Optional.of(mode), "policy:1"))
                        : Optional.empty();
            }

            @Override
            public boolean judges() {
                return true;
            }
        };
    }

    private void isHeldUntilSomebodyApproves(MySqlGatewayFixture started) throws Exception {
        try (MySqlGatewayFixture waits = started;
                Connection client = waits.connect(database)) {
            CompletableFuture<Void> dropped = CompletableFuture.runAsync(
                    () -> {
                        try {
                            run(client, DROP);
                        } catch (SQLException e) {
                            throw new IllegalStateException(e);
                        }
                    },
                    Thread::startVirtualThread);
            DatabaseRef ref = new DatabaseRef("test", "");
            Awaitility.await().untilAsserted(() -> {
                assertThat(dropped).isNotDone();
                assertThat(waiting(waits, ref)).isPositive();
            });
            assertThat(columns()).contains("note");
            long request = waiting(waits, ref);
            Awaitility.await().untilAsserted(() -> {
                assertThat(dropped).isNotDone();
                assertThat(statements()).contains("sluice: waits for approval of request " + request + " ");
            });
            try (Connection olga = waits.connect(database, "olga", "olga")) {
                run(olga, "ALTER SLUICE MIGRATION " + request + " APPROVE 'checked'");
            }

            dropped.get(Patience.SECONDS, TimeUnit.SECONDS);
            assertThat(columns()).containsExactly("id", "amount");
        }
    }

    /** What the server's sessions run. */
    private String statements() throws SQLException {
        try (Connection direct = server.connect(database);
                Statement statement = direct.createStatement();
                ResultSet row = statement.executeQuery("SELECT INFO FROM information_schema.PROCESSLIST")) {
            StringBuilder all = new StringBuilder();
            while (row.next()) {
                all.append(row.getString(1)).append('\n');
            }
            return all.toString();
        }
    }

    private long waiting(MySqlGatewayFixture at, DatabaseRef ref) throws Exception {
        return at.migrations().list(ref).stream()
                .filter(m -> m.state() == Migration.State.AWAITING_APPROVAL
                        && m.table().startsWith(database + "."))
                .mapToLong(Migration::id)
                .max()
                .orElse(0);
    }

    private void approve(long request) throws SQLException {
        try (Connection olga = gateway.connect(database, "olga", "olga")) {
            run(olga, "ALTER SLUICE MIGRATION " + request + " APPROVE 'checked'");
        }
    }

    private static long parked(Connection client, String sql) {
        try {
            run(client, sql);
        } catch (SQLException e) {
            Matcher request = REQUEST.matcher(e.getMessage());
            assertThat(request.find()).as(e.getMessage()).isTrue();
            assertThat(e.getErrorCode()).isEqualTo(1227);
            return Long.parseLong(request.group(1));
        }
        throw new AssertionError("it passed: " + sql);
    }

    private List<String> columns() throws SQLException {
        List<String> names = new ArrayList<>();
        try (Connection direct = server.connect(database);
                Statement statement = direct.createStatement();
                ResultSet row = statement.executeQuery("SHOW COLUMNS FROM orders")) {
            while (row.next()) {
                names.add(row.getString(1));
            }
        }
        return names;
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
