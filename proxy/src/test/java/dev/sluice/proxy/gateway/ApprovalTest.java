package dev.sluice.proxy.gateway;

import static dev.sluice.proxy.testing.Sql.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.policies.policy.Action;
import dev.sluice.policies.policy.ApprovalMode;
import dev.sluice.policies.policy.CompiledPolicy;
import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.policy.PolicyDocument;
import dev.sluice.proxy.intercept.InterceptorSettings;
import dev.sluice.proxy.migration.Migration;
import dev.sluice.proxy.testing.GatewayFixture;
import dev.sluice.proxy.testing.Patience;
import dev.sluice.proxy.testing.Sql;
import dev.sluice.proxy.testing.TestServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A statement that needs an approval, on PostgreSQL: who may give it, what it is for, and how long. */
@Tag("integration")
class ApprovalTest {

    private static final String DROP = "ALTER TABLE orders DROP COLUMN note";

    private static final String APP = "approval_app";
    private static final String EVE = "approval_eve";
    private static final String OLGA = "approval_olga";

    private GatewayFixture gateway = GatewayFixture.start(Policy.DEFAULTS, settings(Duration.ZERO));
    private Connection client;

    @BeforeEach
    void fill() throws SQLException {
        try (Connection direct = gateway.direct()) {
            execute(direct, "CREATE TABLE orders (id int PRIMARY KEY, note text)");
            for (String role : List.of(OLGA, APP, EVE)) {
                execute(
                        direct,
                        "DO $$ BEGIN CREATE ROLE " + role
                                + " LOGIN SUPERUSER; EXCEPTION WHEN duplicate_object THEN END $$");
            }
        }
        client = gateway.connect(APP, "");
    }

    @AfterEach
    void close() throws SQLException {
        client.close();
        gateway.close();
    }

    @Test
    void onlyAnOperatorWhoDidNotAskMayApprove() throws Exception {
        long request = request(client, DROP);

        assertThat(error(EVE, "ALTER SLUICE MIGRATION " + request + " APPROVE")).startsWith("42704");
        assertThat(error(APP, "ALTER SLUICE MIGRATION " + request + " APPROVE")).startsWith("42501");
        try (Connection olga = gateway.connect(OLGA, "")) {
            long own = request(olga, DROP);
            assertThat(error(OLGA, "ALTER SLUICE MIGRATION " + own + " APPROVE"))
                    .startsWith("42501");
        }
        assertThat(steps()).containsExactly("refused " + APP, "refused " + OLGA);
    }

    @Test
    void aRequestShowsNoPasswordAndIsForTheStatementWithIt() throws Exception {
        String secret = "DO $$ BEGIN EXECUTE 'ALTER ROLE " + EVE + " PASSWORD ''s3cret'''; END $$";
        long request = request(client, secret);

        try (Connection direct = gateway.direct()) {
            assertThat(Sql.text(direct, "SELECT statement FROM sluice.approvals WHERE id = " + request))
                    .contains("ALTER ROLE")
                    .doesNotContain("s3cret");
        }
        approve(request, "");
        assertThat(error(client, secret)).isEmpty();
    }

    @Test
    void everyStepIsOnRecord() throws Exception {
        long request = request(client, DROP);
        approve(request, "checked with billing");
        execute(client, DROP);

        assertThat(steps()).containsExactly("asked " + OLGA, "ready " + OLGA, "used " + APP);
        assertThat(gateway.trail().last(9, e -> e.text("kind").equals("operation")))
                .anySatisfy(entry -> assertThat(entry.text("reason")).isEqualTo("checked with billing"));
        assertThat(gateway.trail().last(9, e -> e.text("kind").equals("attempt")))
                .extracting(entry -> entry.text("verdict") + " " + entry.text("migration"))
                .first()
                .isEqualTo("park " + request);
        assertThat(gateway.trail().verify().broken()).isEmpty();
    }

    @Test
    void anApprovalIsForOneUseOfOneUserAndTheExactStatement() throws Exception {
        approve(request(client, DROP), "");

        try (Connection eve = gateway.connect(EVE, "")) {
            request(eve, DROP);
        }
        request(client, "ALTER TABLE orders DROP COLUMN  note");
        execute(client, "SET ROLE " + EVE);
        request(client, DROP);
        execute(client, "RESET ROLE");
    }

    @Test
    void anApprovalThatIsOutdatedIsSaidToBe() throws Exception {
        long first = request(client, DROP);
        approve(first, "");
        execute(client, "ALTER TABLE orders ADD COLUMN other int");

        long second = request(client, DROP);

        assertThat(second).isGreaterThan(first);
        assertThat(steps()).contains("lapsed " + APP);
        assertThat(gateway.migrations().find(gateway.ref(), first)).get().satisfies(migration -> {
            assertThat(migration.state()).isEqualTo(Migration.State.CANCELLED);
            assertThat(migration.reason()).contains("has changed since");
        });
        approve(second, "");
        execute(client, DROP);
    }

    @Test
    void anApprovalLastsForItsTimeOnly() throws Exception {
        approve(request(client, DROP), "");
        try (Connection direct = gateway.direct()) {
            execute(direct, "UPDATE sluice.approvals SET valid_until = now() - interval '1 second'");
        }

        assertThat(error(APP, DROP)).contains("waits for approval");
    }

    @Test
    void inATransactionTheErrorComesAtOnce() throws Exception {
        restart(Patience.LONG);
        client.setAutoCommit(false);
        execute(client, "UPDATE orders SET note = 'x'");

        assertThat(error(client, DROP)).contains("waits for approval as request");
        client.rollback();
    }

    @Test
    void whoMayWaitPassesWhenItIsApproved() throws Exception {
        restart(Patience.LONG);
        CompletableFuture<String> waiting =
                CompletableFuture.supplyAsync(() -> error(client, DROP), Thread::startVirtualThread);
        long request = waiting();
        approve(request, "");

        assertThat(waiting).succeedsWithin(Patience.LONG).isEqualTo("");
        assertThat(steps()).containsExactly("asked " + OLGA, "ready " + OLGA, "used " + APP);
    }

    @Test
    void whatChangedWhileTheClientWaitedIsAskedForAnew() throws Exception {
        restart(Patience.LONG);
        CompletableFuture<String> waiting =
                CompletableFuture.supplyAsync(() -> error(client, DROP), Thread::startVirtualThread);
        long request = waiting();
        try (Connection direct = gateway.direct()) {
            execute(direct, "ALTER TABLE orders ADD COLUMN meanwhile int");
        }
        approve(request, "");

        assertThat(waiting)
                .succeedsWithin(Patience.LONG)
                .asString()
                .contains("waits for approval as request " + (request + 1));
        try (Connection direct = gateway.direct()) {
            execute(direct, "SELECT note FROM orders");
        }
    }

    @Test
    void aPreparedStatementIsParkedAndPassesLikewise() throws Exception {
        try (PreparedStatement drop = client.prepareStatement(DROP)) {
            Matcher number = Pattern.compile("request (\\d+)").matcher(error(drop));
            assertThat(number.find()).isTrue();
            approve(Long.parseLong(number.group(1)), "");

            drop.execute();
        }
        assertThat(error(client, "SELECT note FROM orders")).startsWith("42703");
    }

    @Test
    void thePolicySaysWhereAClientWaitsAndWhereItDoesNot() throws Exception {
        PolicyDocument document = new PolicyDocument(
                true,
                Optional.of(new ApprovalMode(true, Optional.of(Patience.LONG), "policy:1")),
                List.of(new PolicyDocument.RuleSetting(
                        "truncate",
                        Action.APPROVE,
                        Optional.of(new ApprovalMode(false, Optional.empty(), "policy:2")),
                        "policy:2")),
                List.of(),
                Optional.empty());
        restart(Duration.ZERO, CompiledPolicy.of(document, Set.of("truncate")));

        assertThat(error(client, "TRUNCATE orders")).contains("waits for approval as request");
        CompletableFuture<String> waiting =
                CompletableFuture.supplyAsync(() -> error(client, DROP), Thread::startVirtualThread);
        approve(waiting(DROP), "");

        assertThat(waiting.get()).isEmpty();
    }

    /** A gateway on which clients wait for their approval. */
    private void restart(Duration approvalTimeout) throws SQLException {
        restart(approvalTimeout, Policy.DEFAULTS);
    }

    private void restart(Duration approvalTimeout, Policy policy) throws SQLException {
        client.close();
        gateway.close();
        gateway = GatewayFixture.start(TestServer.newest(), gateway.database(), policy, settings(approvalTimeout));
        client = gateway.connect(APP, "");
    }

    private static InterceptorSettings settings(Duration approvalTimeout) {
        InterceptorSettings d = GatewayFixture.settings();
        return new InterceptorSettings(
                Set.of(OLGA),
                d.waits(),
                d.completionTimeout(),
                d.progressEvery(),
                d.blockedPatience(),
                approvalTimeout,
                d.lock());
    }

    private long waiting() {
        return waiting(DROP);
    }

    private long waiting(String statement) {
        return await().until(
                        () -> gateway.migrations().list(gateway.ref()).stream()
                                .filter(m -> m.state() == Migration.State.AWAITING_APPROVAL
                                        && m.statement().equals(statement))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow()
                .id();
    }

    private void approve(long request, String reason) throws SQLException {
        try (Connection olga = gateway.connect(OLGA, "")) {
            execute(
                    olga,
                    "ALTER SLUICE MIGRATION " + request + " APPROVE" + (reason.isEmpty() ? "" : " '" + reason + "'"));
        }
    }

    /** Results of what was done about approvals, with who did it. */
    private List<String> steps() throws Exception {
        return gateway.trail().last(99, e -> e.text("kind").equals("operation")).stream()
                .map(entry -> entry.text("result") + " " + entry.text("user"))
                .toList();
    }

    private static long request(Connection connection, String sql) {
        String error = error(connection, sql);
        Matcher number = Pattern.compile("request (\\d+)").matcher(error);
        assertThat(number.find()).as(error).isTrue();
        return Long.parseLong(number.group(1));
    }

    private String error(String user, String sql) throws SQLException {
        try (Connection connection = gateway.connect(user, "")) {
            return error(connection, sql);
        }
    }

    private static String error(PreparedStatement statement) {
        try {
            statement.execute();
            return "";
        } catch (SQLException e) {
            return e.getSQLState() + " " + e.getMessage();
        }
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
