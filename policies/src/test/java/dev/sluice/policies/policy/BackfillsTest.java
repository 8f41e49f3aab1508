package dev.sluice.policies.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.policies.sql.WriteShape;
import dev.sluice.policies.sql.WriteText;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BackfillsTest {

    private static final LexicalRules POSTGRES = LexicalRules.defaults(ServerVersion.postgres(18));

    private static PolicyDocument.Backfill written(
            String name,
            When when,
            Set<WriteShape> shapes,
            Map<String, String> tags,
            List<String> texts,
            boolean paced) {
        return new PolicyDocument.Backfill(
                name, when, shapes, tags, texts, paced, 0, 0, Duration.ofMinutes(1), "file:1");
    }

    private static When when(List<String> roles, List<String> applications, List<String> tables) {
        return new When(
                List.of(),
                List.of(),
                tables,
                roles,
                applications,
                List.of(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                Optional.empty());
    }

    private static final When ANYBODY = when(List.of(), List.of(), List.of());

    private static Optional<String> match(Backfills backfills, String role, String application, String sql) {
        PolicyContext session = new PolicyContext(
                "production", "shop", Optional.empty(), role, application, "10.0.0.1", -1, -1, Instant.EPOCH);
        byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
        return Backfills.match(backfills.of(session), WriteText.read(bytes, bytes.length, POSTGRES))
                .map(BackfillRule::name);
    }

    private static Backfills of(PolicyDocument.Backfill... written) throws PolicyException {
        return Backfills.of(List.of(written));
    }

    @Test
    void byDefaultWhatWritesAWholeTableAndWhatIsMarkedIsPaced() {
        assertThat(match(Backfills.DEFAULTS, "app", "", "UPDATE t SET a = 1")).contains("unbounded");
        assertThat(match(Backfills.DEFAULTS, "app", "", "COPY t FROM STDIN")).contains("bulk-load");
        assertThat(match(Backfills.DEFAULTS, "app", "", "UPDATE t SET a = 1 WHERE id < 9 /* sluice: backfill */"))
                .contains("marked");
        assertThat(match(Backfills.DEFAULTS, "app", "", "UPDATE t SET a = 1 WHERE id < 9"))
                .isEmpty();
    }

    @Test
    void aRoleOrAnApplicationMakesEveryWriteOfItsABackfill() throws PolicyException {
        Backfills backfills = of(written(
                "batch",
                when(List.of("batch_*"), List.of("nightly*"), List.of()),
                Set.of(),
                Map.of(),
                List.of(),
                true));

        assertThat(match(backfills, "batch_1", "nightly job", "UPDATE t SET a = 1 WHERE id = 1"))
                .contains("batch");
        assertThat(match(backfills, "batch_1", "psql", "UPDATE t SET a = 1 WHERE id = 1"))
                .isEmpty();
        assertThat(match(backfills, "batch_1", "nightly job", "SELECT 1")).isEmpty();
    }

    @Test
    void tagsTablesAndDeclaredTextsAreMatched() throws PolicyException {
        Backfills backfills = of(
                written("tagged", ANYBODY, Set.of(), Map.of("job", "fill*"), List.of(), true),
                written("tables", when(List.of(), List.of(), List.of("tmp_*")), Set.of(), Map.of(), List.of(), true),
                written(
                        "loop",
                        ANYBODY,
                        Set.of(),
                        Map.of(),
                        List.of("UPDATE orders SET total = *  WHERE id BETWEEN *"),
                        true));

        assertThat(match(backfills, "a", "", "UPDATE t SET a = 1 WHERE id = 1 /*job='fill_a'*/"))
                .contains("tagged");
        assertThat(match(backfills, "a", "", "INSERT INTO tmp_x VALUES (1)")).contains("tables");
        assertThat(match(backfills, "a", "", "update orders\n set total = 5 where id between 1 and 9"))
                .contains("loop");
        assertThat(match(backfills, "a", "", "UPDATE orders SET note = '' WHERE id = 1"))
                .isEmpty();
    }

    @Test
    void theFirstRuleThatHoldsDecidesAndMayExempt() throws PolicyException {
        Backfills backfills = of(
                written(
                        "reports",
                        when(List.of("reports"), List.of(), List.of()),
                        Set.of(),
                        Map.of(),
                        List.of(),
                        false),
                written("all", ANYBODY, Set.of(WriteShape.UNBOUNDED), Map.of(), List.of(), true));

        assertThat(match(backfills, "reports", "", "UPDATE t SET a = 1")).isEmpty();
        assertThat(match(backfills, "app", "", "UPDATE t SET a = 1")).contains("all");
    }

    @Test
    void onlyRulesThatMayConcernOrdinaryWritesHaveThoseLookedAt() throws PolicyException {
        List<BackfillRule> byShape = Backfills.DEFAULTS.of(PolicyContext.anywhere(Instant.EPOCH));

        assertThat(byShape).noneMatch(BackfillRule::looksAtOrdinaryWrites);
        assertThat(BackfillRule.of(written("t", ANYBODY, Set.of(), Map.of("a", "b"), List.of(), true))
                        .looksAtOrdinaryWrites())
                .isTrue();
    }
}
