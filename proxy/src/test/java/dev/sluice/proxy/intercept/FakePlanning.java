package dev.sluice.proxy.intercept;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.SourceText;
import dev.sluice.policies.ddl.parser.DdlParser;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.FactsRequest;
import dev.sluice.policies.judge.Decision;
import dev.sluice.policies.judge.StatementContext;
import dev.sluice.policies.judge.Verdict;
import dev.sluice.policies.plan.Phase;
import dev.sluice.policies.plan.PhaseName;
import dev.sluice.policies.plan.Plan;
import dev.sluice.policies.plan.Step;
import dev.sluice.policies.policy.Action;
import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.rule.Finding;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.Splitter;
import dev.sluice.policies.sql.StatementText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Splits and parses as the gateway does and judges by the words of the statement: what has "volatile" in it is phased,
 * DROP COLUMN waits for approval, "forbidden" is refused, SET NOT NULL is phased, the rest is guarded; what was created
 * here is forwarded.
 */
final class FakePlanning implements Planning {

    final List<StatementContext> contexts = new ArrayList<>();
    final List<Facts> judgedOn = new ArrayList<>();

    @Override
    public List<StatementText> split(String sql, LexicalRules rules) {
        return Splitter.split(sql, rules);
    }

    @Override
    public SchemaChange parse(String sql, StatementText statement, LexicalRules rules) {
        return new DdlParser().parse(sql, statement, rules);
    }

    @Override
    public FactsRequest needs(SchemaChange change) {
        Set<QualifiedName> names = change instanceof SchemaChange.AlterTable alter ? Set.of(alter.table()) : Set.of();
        return new FactsRequest(names, Set.of(), Set.of(), Set.of());
    }

    @Override
    public Decision approved(SchemaChange change, Facts facts, StatementContext context, Policy policy) {
        return decision(Verdict.GUARD, List.of(), guarded(change));
    }

    @Override
    public Decision explain(SchemaChange change, Facts facts, StatementContext context, Policy policy) {
        return judge(change, facts, context, policy);
    }

    @Override
    public void warmUp() {}

    @Override
    public Decision judge(SchemaChange change, Facts facts, StatementContext context, Policy policy) {
        contexts.add(context);
        judgedOn.add(facts);
        String text = change.source().text();
        boolean drops = change instanceof SchemaChange.AlterTable alter
                && alter.actions().stream().anyMatch(AlterAction.DropColumn.class::isInstance);
        if (change instanceof SchemaChange.AlterTable alter
                        && context.createdHere().contains(alter.table())
                || change instanceof SchemaChange.CreateTable) {
            return decision(Verdict.FORWARD, List.of(), noPlan());
        } else if (text.contains("forbidden")) {
            return decision(Verdict.REJECT, List.of(finding(change, "conflicting-migration", Action.BLOCK)), noPlan());
        } else if (drops) {
            return decision(Verdict.PARK, List.of(finding(change, "drop-column", Action.APPROVE)), noPlan());
        } else if (text.contains("volatile") || text.contains("SET NOT NULL")) {
            return decision(
                    Verdict.PHASE,
                    List.of(finding(change, "add-column-volatile-default", Action.REWRITE)),
                    phases(change));
        }
        return decision(Verdict.GUARD, List.of(), guarded(change));
    }

    @Override
    public String substitute(Judgement judgement, Optional<String> expanded, InterceptorSettings.Locking locking) {
        return "DO " + judgement.text() + expanded.map(sql -> " then " + sql).orElse("");
    }

    private static Decision decision(Verdict verdict, List<Finding> findings, Plan plan) {
        return new Decision(verdict, findings, "The gateway acts.", "The server would lock.", plan);
    }

    private static Finding finding(SchemaChange change, String rule, Action action) {
        SourceText where = change.source();
        return new Finding(rule, action, where, "it hurts", "do it safely", Optional.empty());
    }

    private static Plan noPlan() {
        return new Plan(Optional.empty(), List.of(), List.of(), List.of());
    }

    private static Plan guarded(SchemaChange change) {
        Step step = Step.Statements.of(change.source().text());
        return new Plan(
                Optional.of(QualifiedName.of("public", "t")),
                List.of(),
                List.of(new Phase(PhaseName.EXPAND, List.of(step), "ACCESS EXCLUSIVE", false, 0, "")),
                List.of());
    }

    private static Plan phases(SchemaChange change) {
        Step expand = Step.Statements.of("ALTER TABLE t ADD COLUMN c uuid");
        Step fill = new Step.Backfill(
                QualifiedName.of("public", "t"),
                List.of(new Step.Assignment("c", "gen_random_uuid()")),
                "c IS NULL",
                List.of("id"),
                List.of(),
                true);
        return new Plan(
                Optional.of(QualifiedName.of("public", "t")),
                List.of(column(change)),
                List.of(
                        new Phase(PhaseName.EXPAND, List.of(expand), "ACCESS EXCLUSIVE", false, 0, ""),
                        new Phase(PhaseName.BACKFILL, List.of(fill), "ROW EXCLUSIVE", false, 1000, "")),
                List.of());
    }

    private static String column(SchemaChange change) {
        AlterAction action = ((SchemaChange.AlterTable) change).actions().getFirst();
        return switch (action) {
            case AlterAction.AddColumn add -> add.column().name();
            case AlterAction.SetNotNull set -> set.column();
            default -> "";
        };
    }
}
