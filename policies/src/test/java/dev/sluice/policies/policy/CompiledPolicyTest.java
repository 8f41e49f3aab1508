package dev.sluice.policies.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.policy.PolicyDocument.RuleSetting;
import dev.sluice.policies.policy.PolicyDocument.Scope;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompiledPolicyTest {

    private static final Set<String> RULES = Set.of("drop-table", "drop-column", "freeze-window");
    private static final When ALWAYS = when(List.of(), List.of(), Optional.empty());

    private static When when(List<String> environments, List<String> tables, Optional<String> expression) {
        return new When(
                environments,
                List.of(),
                tables,
                List.of(),
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                expression);
    }

    private static PolicyContext context(String environment, String table, Instant now) {
        return new PolicyContext(
                environment,
                "orders",
                Optional.of(QualifiedName.of("public", table)),
                "app",
                "flyway",
                "10.1.2.3",
                5_000_000,
                1L << 30,
                now);
    }

    private static Scope scope(When when, Action action, String place) {
        return new Scope(when, List.of(new RuleSetting("drop-table", action, place)), place);
    }

    @Test
    void theMostSpecificMatchWinsAndSaysWhereItStands() throws PolicyException {
        PolicyDocument document = new PolicyDocument(
                true,
                List.of(new RuleSetting("drop-table", Action.BLOCK, "rules")),
                List.of(
                        scope(when(List.of(), List.of("public.tmp_*"), Optional.empty()), Action.ALLOW, "tmp"),
                        scope(when(List.of("staging"), List.of(), Optional.empty()), Action.WARN, "staging")));
        CompiledPolicy policy = CompiledPolicy.of(document, RULES);
        assertThat(policy.setting("drop-table", context("staging", "tmp_1", Instant.EPOCH)))
                .contains(new Policy.Setting(Action.ALLOW, "tmp"));
        assertThat(policy.setting("drop-table", context("staging", "orders", Instant.EPOCH)))
                .contains(new Policy.Setting(Action.WARN, "staging"));
        assertThat(policy.setting("drop-table", context("production", "orders", Instant.EPOCH)))
                .contains(new Policy.Setting(Action.BLOCK, "rules"));
        assertThat(policy.setting("drop-column", context("production", "orders", Instant.EPOCH)))
                .isEmpty();
    }

    @Test
    void amongEquallySpecificScopesTheLaterOneCounts() throws PolicyException {
        PolicyDocument document = new PolicyDocument(
                true, List.of(), List.of(scope(ALWAYS, Action.ALLOW, "first"), scope(ALWAYS, Action.BLOCK, "second")));
        assertThat(CompiledPolicy.of(document, RULES).setting("drop-table", context("", "t", Instant.EPOCH)))
                .contains(new Policy.Setting(Action.BLOCK, "second"));
    }

    @Test
    void anUnknownRuleIsRefusedWithItsPlace() {
        PolicyDocument document =
                new PolicyDocument(true, List.of(new RuleSetting("drop-tabel", Action.BLOCK, "file:3")), List.of());
        assertThatThrownBy(() -> CompiledPolicy.of(document, RULES))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("drop-tabel")
                .extracting(e -> ((PolicyException) e).place())
                .isEqualTo("file:3");
    }

    @ParameterizedTest
    @CsvSource({
        "rows > 1000000 && table.startsWith('ord'), true",
        "application == 'flyway' && bytes < 10, false",
        "1 / (rows - 5000000) > 0, false"
    })
    void aConditionInCelDecides(String expression, boolean expected) throws PolicyException {
        PolicyDocument document = new PolicyDocument(
                true,
                List.of(),
                List.of(scope(when(List.of(), List.of(), Optional.of(expression)), Action.ALLOW, "cel")));
        assertThat(CompiledPolicy.of(document, RULES)
                        .setting("drop-table", context("", "orders", Instant.EPOCH))
                        .isPresent())
                .isEqualTo(expected);
    }

    @Test
    void aConditionThatIsNoCelIsRefused() {
        PolicyDocument document = new PolicyDocument(
                true,
                List.of(),
                List.of(scope(when(List.of(), List.of(), Optional.of("rows >")), Action.ALLOW, "file:9")));
        assertThatThrownBy(() -> CompiledPolicy.of(document, RULES)).isInstanceOf(PolicyException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-20T21:00:00Z, true",
        "2026-11-21T00:30:00Z, true",
        "2026-11-21T02:00:00Z, false",
        "2026-11-21T22:30:00Z, false"
    })
    void aWindowOverMidnightBelongsToTheDayItBeginsOn(Instant moment, boolean inside) {
        TimeWindow window = new TimeWindow(
                Set.of(DayOfWeek.FRIDAY),
                Optional.of(LocalTime.of(22, 0)),
                Optional.of(LocalTime.of(2, 0)),
                Optional.empty(),
                Optional.empty(),
                ZoneId.of("Europe/Berlin"));
        assertThat(window.contains(moment)).isEqualTo(inside);
    }

    @Test
    void aFreezeLastsFromItsFirstToItsLastDate() {
        TimeWindow freeze = new TimeWindow(
                Set.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(LocalDate.of(2026, 12, 20)),
                Optional.of(LocalDate.of(2027, 1, 2)),
                ZoneId.of("UTC"));
        assertThat(freeze.contains(Instant.parse("2027-01-02T23:59:59Z"))).isTrue();
        assertThat(freeze.contains(Instant.parse("2027-01-03T00:00:00Z"))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.1.2.3, true",
        "10.0.0.0/8, ::ffff:10.1.2.3, true",
        "10.1.2.3, 10.1.2.4, false",
        "2001:db8::/32, 2001:db8:1::5, true",
        "2001:db8::/32, 2001:db9::5, false",
        "0.0.0.0/0, 192.168.0.1, true",
        "::/0, 192.168.0.1, false"
    })
    void aNetworkHoldsItsAddresses(String network, String client, boolean expected) throws PolicyException {
        assertThat(Network.of(network).contains(client)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"> 1 M, 1000001, true", "<= 1kB, 1024, true", "< 1kB, 1024, false", ">= 0, -1, false"})
    void anAmountComparesAndNeverHoldsForTheUnknown(String amount, long value, boolean expected)
            throws PolicyException {
        assertThat(Amount.parse(amount).holds(value)).isEqualTo(expected);
    }

    @Test
    void ofSeveralPlacesThatSayWhetherAClientWaitsTheMostSpecificCounts() throws PolicyException {
        ApprovalMode error = new ApprovalMode(false, Optional.empty(), "policy");
        ApprovalMode wait = new ApprovalMode(true, Optional.of(Duration.ofMinutes(2)), "orders");
        ApprovalMode own = new ApprovalMode(true, Optional.empty(), "rule");
        PolicyDocument document = new PolicyDocument(
                true,
                Optional.of(error),
                List.of(new RuleSetting("drop-table", Action.APPROVE, Optional.of(own), "rule")),
                List.of(new Scope(
                        when(List.of(), List.of("public.orders"), Optional.empty()),
                        Optional.of(wait),
                        List.of(),
                        "orders")),
                Optional.empty());

        CompiledPolicy policy = CompiledPolicy.of(document, Set.of("drop-table"));

        assertThat(policy.approval(context("staging", "orders", Instant.EPOCH))).contains(wait);
        assertThat(policy.approval(context("staging", "other", Instant.EPOCH))).contains(error);
        assertThat(policy.setting("drop-table", context("staging", "other", Instant.EPOCH))
                        .flatMap(Policy.Setting::approval))
                .contains(own);
        assertThat(own.patience(Duration.ZERO)).isEqualTo(Duration.ofMinutes(10));
        assertThat(own.patience(Duration.ofSeconds(7))).isEqualTo(Duration.ofSeconds(7));
        assertThat(wait.patience(Duration.ofSeconds(7))).isEqualTo(Duration.ofMinutes(2));
        assertThat(error.patience(Duration.ofSeconds(7))).isZero();
    }
}
