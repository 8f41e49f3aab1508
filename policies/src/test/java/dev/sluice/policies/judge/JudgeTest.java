package dev.sluice.policies.judge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.parser.DdlParser;
import dev.sluice.policies.plan.PhaseName;
import dev.sluice.policies.plan.Step;
import dev.sluice.policies.policy.Action;
import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.policy.PolicyContext;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.policies.sql.Splitter;
import dev.sluice.policies.sql.StatementText;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JudgeTest {

    private static final PolicyContext SOMEBODY = PolicyContext.anywhere(Instant.EPOCH);
    private static final DdlParser PARSER = new DdlParser();

    private final Judge judge = new Judge();
    private final SchemaModel model = new SchemaModel(ServerVersion.postgres(15), "public");

    private Decision judge(String sql, boolean inTransaction, Set<QualifiedName> createdHere, Policy policy) {
        StatementText text = text(sql);
        SchemaChange change = PARSER.parse(sql, text, rules());
        StatementContext context = new StatementContext(inTransaction, createdHere, text.directives(), SOMEBODY);
        return judge.judge(change, model.facts(judge.needs(change)), context, policy);
    }

    private Decision judge(String sql) {
        return judge(sql, false, Set.of(), Policy.DEFAULTS);
    }

    private static StatementText text(String sql) {
        return Splitter.split(sql, rules()).getFirst();
    }

    private static LexicalRules rules() {
        return LexicalRules.defaults(ServerVersion.postgres(15));
    }

    private static Policy says(String rule, Action action) {
        return new Policy() {
            @Override
            public Optional<Setting> setting(String ruleId, PolicyContext context) {
                return ruleId.equals(rule) ? Optional.of(new Setting(action, "the test")) : Optional.empty();
            }

            @Override
            public boolean judges() {
                return true;
            }
        };
    }

    private static List<String> sql(Decision decision, PhaseName phase) {
        return decision.plan().phases().stream()
                .filter(p -> p.name() == phase)
                .flatMap(p -> p.steps().stream())
                .flatMap(s -> switch (s) {
                    case Step.Statements statements -> statements.sql().stream();
                    case Step.Online online -> java.util.stream.Stream.of(online.sql());
                    case Step.Backfill backfill ->
                        java.util.stream.Stream.of(backfill.assignments().toString());
                    case Step.Batches batches -> java.util.stream.Stream.of(batches.head());
                    case Step.Verify verify -> java.util.stream.Stream.<String>empty();
                })
                .toList();
    }

    @Test
    void aVolatileDefaultIsAddedEmptyThenFilledThenEnforced() {
        Decision decision = judge("ALTER TABLE orders ADD token uuid NOT NULL DEFAULT gen_random_uuid()");
        assertThat(decision.verdict()).isEqualTo(Verdict.PHASE);
        assertThat(sql(decision, PhaseName.EXPAND))
                .containsExactly(
                        "ALTER TABLE orders ADD token uuid, ALTER COLUMN \"token\" SET DEFAULT gen_random_uuid()");
        assertThat(sql(decision, PhaseName.VALIDATE).getFirst())
                .isEqualTo(
                        "ALTER TABLE \"orders\" ADD CONSTRAINT \"sluice_nn_{id}_token\" CHECK (\"token\" IS NOT NULL) NOT VALID");
        assertThat(sql(decision, PhaseName.ENFORCE))
                .containsExactly(
                        "ALTER TABLE \"orders\" ALTER COLUMN \"token\" SET NOT NULL",
                        "ALTER TABLE \"orders\" DROP CONSTRAINT IF EXISTS \"sluice_nn_{id}_token\"");
    }

    @Test
    void aNewPartitionBesideADefaultOneWaitsUnlessThatOneIsNewItself() {
        List.of(
                        "CREATE TABLE events (at date) PARTITION BY RANGE (at)",
                        "CREATE TABLE events_rest PARTITION OF events DEFAULT")
                .forEach(sql -> model.apply(PARSER.parse(sql, text(sql), rules())));
        String sql = "CREATE TABLE e26 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')";

        assertThat(judge(sql).ruleIds()).containsExactly("attach-partition-scan");
        assertThat(judge(sql).verdict()).isEqualTo(Verdict.PARK);
        assertThat(judge(sql, true, Set.of(QualifiedName.of("events_rest")), Policy.DEFAULTS)
                        .verdict())
                .isEqualTo(Verdict.GUARD);
    }

    @Test
    void aNotNullColumnWithoutDefaultIsRefusedWithTheWayToSayWhatRowsGet() {
        Decision decision = judge("ALTER TABLE orders ADD region text NOT NULL");
        assertThat(decision.verdict()).isEqualTo(Verdict.REJECT);
        assertThat(decision.findings().getFirst().safeWay()).contains("sluice: backfill=");
    }

    @Test
    void aDirectiveFillsRowsAndWhatOldCodeStillWrites() {
        Decision decision = judge("ALTER TABLE orders ADD total int NOT NULL /* sluice: backfill=\"price * qty\" */");
        assertThat(decision.verdict()).isEqualTo(Verdict.PHASE);
        assertThat(sql(decision, PhaseName.EXPAND)).anyMatch(s -> s.startsWith("CREATE TRIGGER \"~sluice_fill_{id}\""));
        assertThat(sql(decision, PhaseName.BACKFILL).getFirst()).contains("(price * qty)");
        assertThat(sql(decision, PhaseName.CLEANUP)).anyMatch(s -> s.startsWith("DROP TRIGGER"));
    }

    @Test
    void aDirectiveThatFitsNothingIsRefused() {
        assertThat(judge("CREATE INDEX i ON orders (a) /* sluice: backfill=\"1\" */")
                        .verdict())
                .isEqualTo(Verdict.REJECT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CREATE INDEX i ON orders (a) | REWRITE",
                "CREATE INDEX CONCURRENTLY i ON orders (a) | FORWARD",
                "ALTER TABLE orders ADD a int | GUARD",
                "ALTER TABLE orders VALIDATE CONSTRAINT c | FORWARD",
                "DROP TABLE orders | PARK",
                "COMMENT ON TABLE orders IS 'x' | FORWARD",
                "DO $$ BEGIN RAISE NOTICE 'hello'; END $$ | FORWARD",
                "DO $$ BEGIN EXECUTE 'SELECT 1'; END $$ | FORWARD",
                "DO $$ BEGIN EXECUTE chr(65); END $$ | PARK",
                "DO LANGUAGE plpython3u $$ plpy.notice(1) $$ | PARK",
                "CALL p() | PARK",
                "REFRESH MATERIALIZED VIEW v | REWRITE"
            })
    void statementsAreJudged(String sql, Verdict verdict) {
        assertThat(judge(sql).verdict()).isEqualTo(verdict);
    }

    @Test
    void anIndexInATransactionIsBuiltOnceThatHasCommitted() {
        assertThat(judge("CREATE INDEX i ON orders (a)", true, Set.of(), Policy.DEFAULTS)
                        .verdict())
                .isEqualTo(Verdict.PHASE);
        Decision concurrently = judge("CREATE INDEX CONCURRENTLY i ON orders (a)", true, Set.of(), Policy.DEFAULTS);
        assertThat(concurrently.verdict()).isEqualTo(Verdict.PHASE);
        assertThat(concurrently.ruleIds()).containsExactly("concurrent-in-transaction");
    }

    @Test
    void aTableThatTheTransactionCreatedIsNobodysBusiness() {
        Decision decision = judge(
                "ALTER TABLE orders ADD a int NOT NULL", true, Set.of(QualifiedName.of("orders")), Policy.DEFAULTS);
        assertThat(decision.verdict()).isEqualTo(Verdict.FORWARD);
    }

    @Test
    void anOrdinaryFunctionWithSchemaChangesIsWarnedOfAndATriggersIsHeld() {
        String body = " LANGUAGE plpgsql AS $f$ BEGIN EXECUTE 'DROP TABLE t'; END $f$";
        assertThat(judge("CREATE FUNCTION f() RETURNS void" + body).verdict()).isEqualTo(Verdict.FORWARD);
        assertThat(judge("CREATE FUNCTION f() RETURNS trigger" + body).verdict())
                .isEqualTo(Verdict.PARK);
        Decision blocked = judge(
                "CREATE FUNCTION f() RETURNS void" + body, false, Set.of(), says("opaque-dynamic-ddl", Action.BLOCK));
        assertThat(blocked.verdict()).isEqualTo(Verdict.REJECT);
        assertThat(blocked.findings().getFirst().decidedBy()).contains("the test");
    }

    @Test
    void aPolicyThatAllowsARuleMakesItAsIfTheRuleDidNotExist() {
        Decision decision = judge("DROP TABLE orders", false, Set.of(), says("drop-table", Action.ALLOW));
        assertThat(decision.verdict()).isEqualTo(Verdict.GUARD);
        assertThat(decision.ruleIds()).isEmpty();
    }

    @Test
    void whatIsApprovedRunsTheSafeWay() {
        String sql = "ALTER TABLE orders DROP a, ADD token uuid DEFAULT gen_random_uuid()";
        assertThat(judge(sql).verdict()).isEqualTo(Verdict.PARK);
        StatementText text = text(sql);
        SchemaChange change = PARSER.parse(sql, text, rules());
        StatementContext context = new StatementContext(false, Set.of(), text.directives(), SOMEBODY);
        Decision approved = judge.approved(change, model.facts(judge.needs(change)), context, Policy.DEFAULTS);
        assertThat(approved.verdict()).isEqualTo(Verdict.PHASE);
    }
}
