package dev.sluice.proxy.lint;

import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.FactsRequest;
import dev.sluice.policies.judge.Decision;
import dev.sluice.policies.judge.Judge;
import dev.sluice.policies.judge.StatementContext;
import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.rule.Rules;
import java.util.Optional;

/** The judge and the rules that the gateway itself uses. Thread-safe. */
public final class GatewayEngine implements Engine {
    private final Judge judge = new Judge();

    @Override
    public FactsRequest needs(SchemaChange change) {
        return judge.needs(change);
    }

    @Override
    public Decision judge(SchemaChange change, Facts facts, StatementContext context, Policy policy) {
        return judge.judge(change, facts, context, policy);
    }

    @Override
    public Optional<About> about(String ruleId) {
        return Rules.byId(ruleId)
                .map(rule -> new About(
                        rule.catches(), rule.advice().harm(), rule.advice().safeWay()))
                .or(() -> LintRule.about(ruleId));
    }
}
