package dev.sluice.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.policies.policy.Action;
import dev.sluice.policies.policy.Amount;
import dev.sluice.policies.policy.ApprovalMode;
import dev.sluice.policies.policy.PolicyDocument;
import dev.sluice.policies.policy.TimeWindow;
import dev.sluice.policies.policy.When;
import dev.sluice.policies.sql.WriteShape;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PolicyReaderTest {

    /** Every key there is. */
    static final String FULL = """
            default: allow
            rules: {drop-column: approve}
            scopes:
              - when:
                  environment: staging
                  database: [a, b]
                  table: "public.tmp_*"
                  role: app
                  application: flyway
                  client: 10.0.0.0/8
                  rows: "> 1M"
                  bytes: "<= 10 GB"
                  during: [{days: [sat, sun], from: "22:00", to: "06:00", zone: Europe/Berlin}]
                  outside: [{first: 2026-12-20, last: 2027-01-06}]
                  condition: "rows > 5"
                rules:
                  drop-table: allow
            """;

    @Test
    void everyKeyOfAPolicyIsRead() throws ConfigException {
        PolicyDocument policy = read(FULL, Map.of());

        assertThat(policy.judge()).isFalse();
        assertThat(policy.rules())
                .containsExactly(new PolicyDocument.RuleSetting(
                        "drop-column", Action.APPROVE, "policies.rules.drop-column (policy.yaml:2)"));
        PolicyDocument.Scope scope = policy.scopes().getFirst();
        assertThat(scope.place()).isEqualTo("policies.scopes[0] (policy.yaml:4)");
        assertThat(scope.rules().getFirst().place()).isEqualTo("policies.scopes[0].rules.drop-table (policy.yaml:17)");
        When when = scope.when();
        assertThat(when.environments()).containsExactly("staging");
        assertThat(when.databases()).containsExactly("a", "b");
        assertThat(when.rows()).contains(new Amount(Amount.Comparison.MORE, 1_000_000));
        assertThat(when.bytes()).contains(new Amount(Amount.Comparison.AT_MOST, 10L << 30));
        TimeWindow weekend = when.during().getFirst();
        assertThat(weekend.days()).containsExactlyInAnyOrder(DayOfWeek.SATURDAY, DayOfWeek.SUNDAY);
        assertThat(weekend.from()).contains(LocalTime.of(22, 0));
        assertThat(weekend.zone()).isEqualTo(ZoneId.of("Europe/Berlin"));
        assertThat(when.outside().getFirst().last()).contains(LocalDate.of(2027, 1, 6));
        assertThat(when.expression()).contains("rows > 5");
    }

    @Test
    void whatTheApplicationsBackfillThemselvesIsRead() throws ConfigException {
        PolicyDocument policy = read("""
                backfills:
                  - name: nightly
                    when: {role: batch, application: ["nightly-*", cron], table: "public.*", outside: [{days: [sun]}]}
                    statements: [unbounded, insert-select]
                    tags: {job: "fill*"}
                    text: "update orders set a = 1, b = *"
                    max_rows_per_second: 5000
                    max_bytes_per_second: 10MiB
                    max_delay: 5min
                  - {name: reports, when: {role: reports}, statements: any, pace: false}
                """, Map.of());

        PolicyDocument.Backfill nightly = policy.backfills().orElseThrow().getFirst();
        assertThat(nightly.name()).isEqualTo("nightly");
        assertThat(nightly.when().applications()).containsExactly("nightly-*", "cron");
        assertThat(nightly.shapes()).containsExactlyInAnyOrder(WriteShape.UNBOUNDED, WriteShape.INSERT_SELECT);
        assertThat(nightly.tags()).containsExactly(Map.entry("job", "fill*"));
        assertThat(nightly.texts()).containsExactly("update orders set a = 1, b = *");
        assertThat(nightly.maxRowsPerSecond()).isEqualTo(5000);
        assertThat(nightly.maxBytesPerSecond()).isEqualTo(10 << 20);
        assertThat(nightly.maxDelay()).isEqualTo(Duration.ofMinutes(5));
        PolicyDocument.Backfill reports = policy.backfills().orElseThrow().getLast();
        assertThat(reports.paced()).isFalse();
        assertThat(reports.shapes()).isEmpty();
    }

    @Test
    void whatIsWrongWithABackfillIsToldWithItsLine() {
        ConfigException wrong = catchThrowableOfType(ConfigException.class, () -> read("""
                backfills:
                  - name: a
                    when: {rows: "> 5"}
                    statements: [everything]
                    speed: 7
                """, Map.of()));

        assertThat(wrong.getMessage()).contains("rows", "unknown key", "everything", "speed");
    }

    @Test
    void theEnvironmentHasTheLastWord() throws ConfigException {
        PolicyDocument policy =
                read("rules: {drop-table: warn}\n", Map.of("default", "allow", "rules.drop-table", "block"));

        assertThat(policy.judge()).isFalse();
        assertThat(policy.rules().getLast())
                .isEqualTo(
                        new PolicyDocument.RuleSetting("drop-table", Action.BLOCK, "SLUICE_POLICIES_RULES_DROP_TABLE"));
    }

    @Test
    void everythingWrongIsToldAtOnce() {
        String text = """
                defualt: judge
                rules: {drop-table: destroy}
                scopes:
                  - when: {enviroment: x, rows: many, during: [{days: [caturday], from: late}]}
                    rules: {drop-table: block}
                  - when: {table: x}
                """;

        ConfigException e = catchThrowableOfType(ConfigException.class, () -> read(text, Map.of()));

        assertThat(e.problems())
                .extracting(ConfigProblem::toString)
                .anyMatch(p -> p.equals("policy.yaml:1: policies.defualt: unknown key; did you mean default?"))
                .anyMatch(p -> p.startsWith("policy.yaml:2: policies.rules.drop-table: expected an action"))
                .anyMatch(p -> p.contains("policies.scopes[0].when.enviroment: unknown key"))
                .anyMatch(p -> p.contains("policies.scopes[0].when.rows: expected a comparison"))
                .anyMatch(p -> p.contains("found \"caturday\""))
                .anyMatch(p -> p.contains("during[0].from: expected a time of day"))
                .anyMatch(p -> p.contains("policies.scopes[1].rules: expected a scope to have rules"));
    }

    private static PolicyDocument read(String text, Map<String, String> environment) throws ConfigException {
        PolicyConfig config =
                new PolicyConfig("policy.yaml", Yaml.read("policy.yaml", text), Optional.empty(), environment);
        return PolicyReader.read(config);
    }

    @Test
    void whetherClientsWaitForApprovalsIsRead() throws ConfigException {
        PolicyDocument policy = read("""
                approval: error
                rules: {drop-column: approve wait 10min, drop-table: approve error, truncate: approve}
                scopes:
                  - when: {environment: staging}
                    approval: wait
                """, Map.of());

        assertThat(policy.approval())
                .contains(new ApprovalMode(false, Optional.empty(), "policies.approval (policy.yaml:1)"));
        assertThat(policy.rules())
                .extracting(PolicyDocument.RuleSetting::approval)
                .containsExactly(
                        Optional.of(new ApprovalMode(
                                true,
                                Optional.of(Duration.ofMinutes(10)),
                                "policies.rules.drop-column (policy.yaml:2)")),
                        Optional.of(
                                new ApprovalMode(false, Optional.empty(), "policies.rules.drop-table (policy.yaml:2)")),
                        Optional.empty());
        assertThat(policy.scopes().getFirst().approval())
                .contains(new ApprovalMode(true, Optional.empty(), "policies.scopes[0].approval (policy.yaml:5)"));
    }

    @Test
    void whatIsNoWayToWaitForAnApprovalIsRefusedWithItsLine() {
        assertThatThrownBy(() -> read("rules: {drop-table: block wait}", Map.of()))
                .hasMessageContaining("policy.yaml:1")
                .hasMessageContaining("block wait");
        assertThatThrownBy(() -> read("approval: wait long", Map.of()))
                .hasMessageContaining("policies.approval")
                .hasMessageContaining("wait 10min");
    }
}
