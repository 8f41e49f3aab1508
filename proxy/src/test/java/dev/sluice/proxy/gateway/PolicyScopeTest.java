package dev.sluice.proxy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.policy.CompiledPolicy;
import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.policy.PolicyContext;
import dev.sluice.policies.rule.Rule;
import dev.sluice.policies.rule.Rules;
import dev.sluice.proxy.config.PolicyConfig;
import dev.sluice.proxy.config.PolicyReader;
import dev.sluice.proxy.config.Yaml;
import dev.sluice.proxy.testing.GatewayFixture;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The conditions of a policy's scopes, as a running gateway sees them. */
@Tag("integration")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PolicyScopeTest {

    private static final String DROP = "ALTER TABLE orders DROP COLUMN note";

    private final CurrentPolicy policy = new CurrentPolicy();
    private GatewayFixture gateway;

    /** The policy that a test has written. */
    private static final class CurrentPolicy implements Policy {
        private volatile Policy now = Policy.DEFAULTS;

        @Override
        public Optional<Setting> setting(String ruleId, PolicyContext context) {
            return now.setting(ruleId, context);
        }

        @Override
        public boolean judges() {
            return now.judges();
        }
    }

    @BeforeAll
    void start() throws SQLException {
        gateway = GatewayFixture.start(policy, GatewayFixture.settings());
        try (Connection direct = gateway.direct();
                Statement statement = direct.createStatement()) {
            statement.execute("CREATE TABLE orders (id int PRIMARY KEY, note text)");
            statement.execute("INSERT INTO orders SELECT g, repeat('x', 100) FROM generate_series(1, 5000) g");
            statement.execute("ANALYZE orders");
            statement.execute("CREATE SCHEMA app CREATE TABLE tmp_1 (id int, note text)");
            statement.execute("DO $$ BEGIN CREATE ROLE scoped SUPERUSER; EXCEPTION WHEN duplicate_object THEN END $$");
        }
    }

    @AfterAll
    void stop() {
        gateway.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{environment: test} | true",
                "{environment: production} | false",
                "{environment: [production, 't*']} | true",
                "{database: 't*'} | true",
                "{database: billing} | false",
                "{table: orders} | true",
                "{table: public.orders} | true",
                "{table: 'public.ord*'} | true",
                "{table: 'app.*'} | false",
                "{role: scoped} | true",
                "{role: postgres} | false",
                "{application: 'deploy*'} | true",
                "{application: psql} | false",
                "{client: 127.0.0.0/8} | true",
                "{client: 10.0.0.0/8} | false",
                "{rows: '> 1k'} | true",
                "{rows: '> 1M'} | false",
                "{bytes: '>= 100 kB'} | true",
                "{bytes: '> 1 GB'} | false",
                "{during: [{days: [mon, tue, wed, thu, fri, sat, sun], zone: Europe/Berlin}]} | true",
                "{during: [{first: 2001-01-01, last: 2001-12-31}]} | false",
                "{outside: [{first: 2001-01-01, last: 2001-12-31, zone: Asia/Tokyo}]} | true",
                "{condition: 'rows > 1000 && table == \"orders\" && client.startsWith(\"127.\")'} | true",
                "{condition: 'role == \"postgres\"'} | false",
                "{environment: test, role: scoped, table: orders} | true",
                "{environment: test, role: somebody} | false",
            })
    void aScopeDecidesWhereItsConditionsHold(String when, boolean holds) throws Exception {
        policy("scopes:\n  - when: " + when + "\n    rules: {drop-column: block}\n");

        try (Connection client = gateway.connect("postgres", "ApplicationName=deploy-7");
                Statement statement = client.createStatement()) {
            statement.execute("SET ROLE scoped");
            String explained = explained(statement, DROP);

            if (holds) {
                assertThat(explained)
                        .contains("Reject: ALTER TABLE")
                        .contains("decided by policies.scopes[0].rules.drop-column (policy.yaml:3)");
            } else {
                assertThat(explained).contains("Park: ALTER TABLE").doesNotContain("decided by");
            }
        }
    }

    @Test
    void theMostSpecificScopeWins() throws Exception {
        policy("""
                rules: {drop-column: block}
                scopes:
                  - when: {table: public.orders}
                    rules: {drop-column: warn}
                  - when: {table: "*.ord*"}
                    rules: {drop-column: block}
                  - when: {role: postgres}
                    rules: {drop-column: block}
                  - when: {table: "app.tmp_*"}
                    rules: {drop-column: allow}
                """);
        try (Connection client = gateway.connect();
                Statement statement = client.createStatement()) {
            assertThat(explained(statement, DROP)).contains("(warn)", "decided by", "(policy.yaml:4)");
            assertThat(explained(statement, "ALTER TABLE app.tmp_1 DROP COLUMN note"))
                    .contains("Guard: ALTER TABLE", "drop-column (allow)", "(policy.yaml:10)");
        }
    }

    @Test
    void aFreezeStopsEverySchemaChangeOfItsScope() throws Exception {
        policy("""
                scopes:
                  - when: {table: "app.*", during: [{zone: Europe/Berlin}]}
                    rules: {freeze-window: block}
                """);
        try (Connection client = gateway.connect();
                Statement statement = client.createStatement()) {
            assertThat(explained(statement, "ALTER TABLE app.tmp_1 ADD COLUMN a int"))
                    .contains("Reject", "freeze-window", "(policy.yaml:3)");
            assertThat(explained(statement, "ALTER TABLE orders ADD COLUMN a int"))
                    .contains("Guard")
                    .doesNotContain("freeze-window");
        }
    }

    @Test
    void aRoutineThatMayChangeTheSchemaIsToldOfOrRefusedByPolicy() throws Exception {
        String create = "CREATE FUNCTION later() RETURNS void LANGUAGE plpgsql AS 'BEGIN DROP TABLE orders; END'";
        try (Connection client = gateway.connect();
                Statement statement = client.createStatement()) {
            policy("rules: {opaque-dynamic-ddl: block}\n");
            assertThat(explained(statement, create)).contains("Reject", "opaque-dynamic-ddl", "(policy.yaml:1)");

            policy("{}\n");
            statement.execute(create);
            assertThat(statement.getWarnings().getMessage()).startsWith("opaque-dynamic-ddl: its body changes");
        }
    }

    @Test
    void whatWasPreparedUnderAnotherPolicyIsJudgedByTheOneThatHolds() throws Exception {
        policy("rules: {drop-column: allow}\n");
        try (WireClient client = new WireClient(gateway.port(), gateway.database())) {
            assertThat(client.extended("kept", DROP, true).sqlState()).isEmpty();
            policy("rules: {drop-column: block}\n");

            assertThat(client.execute("kept").message().orElse("")).contains("drop-column");
            assertThat(client.query("SELECT note FROM orders WHERE id = 1", false)
                            .sqlState())
                    .isEmpty();
        }
    }

    @Test
    void aPolicyThatAllowsEverythingForwardsEverything() throws Exception {
        policy("default: allow\n");
        try (Connection client = gateway.connect();
                Statement statement = client.createStatement()) {
            statement.execute("CREATE TABLE gone (id int, note text)");
            statement.execute("ALTER TABLE gone DROP COLUMN note");
            statement.execute("DROP TABLE gone");
        }
        assertThat(gateway.trail().last(1, entry -> entry.text("kind").equals("attempt")))
                .singleElement()
                .satisfies(entry -> assertThat(entry.text("verdict")).isEqualTo("forward"));
    }

    private void policy(String yaml) throws Exception {
        PolicyConfig config =
                new PolicyConfig("policy.yaml", Yaml.read("policy.yaml", yaml), Optional.empty(), Map.of());
        policy.now = CompiledPolicy.of(
                PolicyReader.read(config), Rules.all().stream().map(Rule::id).collect(Collectors.toUnmodifiableSet()));
    }

    private static String explained(Statement statement, String sql) throws SQLException {
        StringBuilder lines = new StringBuilder();
        try (ResultSet rows = statement.executeQuery("EXPLAIN " + sql)) {
            while (rows.next()) {
                lines.append(rows.getString(1)).append('\n');
            }
        }
        return lines.toString();
    }
}
