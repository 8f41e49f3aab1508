package dev.sluice.policies.judge;

import dev.sluice.policies.plan.Plan;
import dev.sluice.policies.policy.Action;
import dev.sluice.policies.rule.Finding;
import java.util.List;

/**
 * What becomes of one statement, and why.
 *
 * @param findings the rules that caused the verdict first, advice behind them, and what a line of the policy allows
 * @param action one sentence: what the gateway does
 * @param why one sentence: the reason
 * @param plan how it is carried out; empty phases for a statement that is forwarded or refused
 */
public record Decision(Verdict verdict, List<Finding> findings, String action, String why, Plan plan) {
    public Decision {
        findings = List.copyOf(findings);
    }

    /** Ids of the rules that caused the verdict, in order, each once; advice is left out. */
    public List<String> ruleIds() {
        return findings.stream()
                .filter(f -> f.action().compareTo(Action.GUARD) > 0)
                .map(Finding::ruleId)
                .distinct()
                .toList();
    }
}
