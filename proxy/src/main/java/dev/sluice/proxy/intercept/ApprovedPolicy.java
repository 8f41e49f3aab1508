package dev.sluice.proxy.intercept;

import dev.sluice.policies.plan.Decision;
import dev.sluice.policies.policy.Action;
import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.policy.PolicyContext;
import dev.sluice.policies.rule.Finding;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A policy for a statement that somebody approved: the rules that asked for it ask no more, the others stand. */
final class ApprovedPolicy implements Policy {

    private final Policy base;
    private final Set<String> rules;
    private final long approval;

    ApprovedPolicy(Policy base, Decision parked, long approval) {
        this.base = base;
        this.rules = parked.findings().stream()
                .filter(finding -> finding.action() == Action.APPROVE)
                .map(Finding::ruleId)
                .collect(Collectors.toUnmodifiableSet());
        this.approval = approval;
    }

    @Override
    public Optional<Setting> setting(String ruleId, PolicyContext context) {
        return rules.contains(ruleId)
                ? Optional.of(new Setting(Action.GUARD, "approval " + approval))
                : base.setting(ruleId, context);
    }

    @Override
    public boolean judges() {
        return base.judges();
    }
}
