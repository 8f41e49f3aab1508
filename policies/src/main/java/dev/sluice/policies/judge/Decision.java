package dev.sluice.policies.judge;

import dev.sluice.policies.plan.Plan;
import dev.sluice.policies.policy.Action;
import dev.sluice.policies.policy.ApprovalMode;
import dev.sluice.policies.rule.Finding;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

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

    /** The same with another sentence of what the gateway does. */
    Decision with(String otherAction) {
        return new Decision(verdict, findings, otherAction, why, plan);
    }

    /**
     * Whether the client waits where this waits for an approval, as the policy says for the rules that ask for it: not,
     * where it says so for any. Empty where it says nothing.
     */
    public Optional<ApprovalMode> approval() {
        return findings.stream()
                .filter(f -> f.action() == Action.APPROVE)
                .flatMap(f -> f.approval().stream())
                .min(Comparator.comparing((ApprovalMode mode) -> mode.waits())
                        .thenComparing(mode -> mode.patience(Duration.ZERO)));
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
