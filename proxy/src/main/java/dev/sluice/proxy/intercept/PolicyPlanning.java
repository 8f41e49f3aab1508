package dev.sluice.proxy.intercept;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.parser.DdlParser;
import dev.sluice.policies.ddl.parser.ExplainStatement;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.FactsRequest;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.judge.Decision;
import dev.sluice.policies.judge.Judge;
import dev.sluice.policies.judge.StatementContext;
import dev.sluice.policies.plan.Phase;
import dev.sluice.policies.plan.PhaseName;
import dev.sluice.policies.plan.Step;
import dev.sluice.policies.plan.postgres.DoBlock;
import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.Splitter;
import dev.sluice.policies.sql.StatementText;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The policies module as it is. */
final class PolicyPlanning implements Planning {

    private final DdlParser parser = new DdlParser();
    private final Judge judge = new Judge();

    @Override
    public List<StatementText> split(String sql, LexicalRules rules) {
        return Splitter.split(sql, rules);
    }

    @Override
    public SchemaChange parse(String sql, StatementText statement, LexicalRules rules) {
        SchemaChange change = parser.parse(sql, statement, rules);
        return change instanceof SchemaChange.Unrecognized
                ? analyzed(sql, statement, rules).orElse(change)
                : change;
    }

    /** EXPLAIN ANALYZE really makes the table or materialized view that it explains. */
    private Optional<SchemaChange> analyzed(String sql, StatementText statement, LexicalRules rules) {
        return parser.parseExplain(sql, statement, rules)
                .filter(ExplainStatement::analyze)
                .map(explain -> parser.parse(sql, explain.inner(), rules))
                .filter(inner ->
                        inner instanceof SchemaChange.CreateTable || inner instanceof SchemaChange.CreateObject);
    }

    @Override
    public FactsRequest needs(SchemaChange change) {
        return judge.needs(change);
    }

    @Override
    public Decision judge(SchemaChange change, Facts facts, StatementContext context, Policy policy) {
        return judge.judge(change, facts, context, policy);
    }

    @Override
    public Decision approved(SchemaChange change, Facts facts, StatementContext context, Policy policy) {
        return judge.approved(change, facts, context, policy);
    }

    @Override
    public Decision explain(SchemaChange change, Facts facts, StatementContext context, Policy policy) {
        return judge.explain(change, facts, context, policy);
    }

    @Override
    public String substitute(Judgement judgement, Optional<String> expanded, InterceptorSettings.Locking locking) {
        List<String> statements = expand(judgement.decision());
        if (judgement.facts().version().dialect().isMySqlFamily()) {
            return String.join(";\n", statements); // no block holds DDL there: they are run one after the other
        }
        if (statements.size() == 1 && expanded.isEmpty() && NotInBlock.is(judgement.change())) {
            return statements.getFirst();
        }
        Set<QualifiedName> named = judge.needs(judgement.change()).relations();
        Optional<QualifiedName> target = named.stream()
                .filter(name -> judgement.facts().relation(name).isPresent())
                .filter(name -> judgement
                        .facts()
                        .relation(name)
                        .map(RelationFacts::name)
                        .equals(judgement.decision().plan().target()))
                .findFirst();
        List<Long> watched = named.stream()
                .flatMap(name -> judgement.facts().relation(name).stream())
                .map(RelationFacts::id)
                .filter(id -> id > 0)
                .toList();
        return new DoBlock(
                        statements,
                        target,
                        target.flatMap(judgement.facts()::relation)
                                .map(RelationFacts::id)
                                .orElse(0L),
                        watched,
                        locking.timeout(),
                        locking.retry(),
                        locking.patience(),
                        expanded)
                .sql();
    }

    @Override
    public void warmUp() {
        parser.warmUp();
    }

    private static List<String> expand(Decision decision) {
        return decision.plan().phases().stream()
                .filter(phase -> phase.name() == PhaseName.EXPAND)
                .map(Phase::steps)
                .flatMap(List::stream)
                .flatMap(step -> switch (step) {
                    case Step.Statements statements -> statements.sql().stream();
                    case Step.Online online -> List.of(online.sql()).stream();
                    case Step.Verify verify -> List.<String>of().stream();
                    case Step.Batches batches ->
                        throw new IllegalStateException("batches cannot be part of the expand phase");
                    case Step.Backfill backfill ->
                        throw new IllegalStateException("a backfill cannot be part of the expand phase");
                })
                .toList();
    }
}
