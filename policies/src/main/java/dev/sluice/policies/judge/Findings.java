package dev.sluice.policies.judge;

import dev.sluice.policies.policy.Action;
import dev.sluice.policies.policy.ApprovalMode;
import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.policy.PolicyContext;
import dev.sluice.policies.rule.Finding;
import dev.sluice.policies.rule.Hit;
import dev.sluice.policies.rule.Rule;
import dev.sluice.policies.rule.Rules;
import dev.sluice.policies.rule.Subject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Asks every rule, and the policy what follows. */
final class Findings {

    /** What causes the verdict first, each group by id. */
    private static final Comparator<Finding> ORDER = Comparator.comparing(
                    (Finding f) -> f.action().compareTo(Action.GUARD) <= 0)
            .thenComparing(Finding::ruleId)
            .thenComparingInt(f -> f.where().start());

    private Findings() {}

    static List<Finding> of(Subject subject, Policy policy, PolicyContext where) {
        List<Finding> findings = new ArrayList<>();
        for (Rule rule : Rules.all()) {
            rule.engine(subject.version().dialect()).ifPresent(engine -> {
                Optional<Policy.Setting> setting = policy.setting(rule.id(), where);
                for (Hit hit : engine.check().hits(subject)) {
                    findings.add(finding(rule, hit, engine, setting, policy.approval(where)));
                }
            });
        }
        return findings.stream()
                // What the policy lets pass is kept, so that the line which says so can be named.
                .filter(f -> f.action() != Action.ALLOW || f.decidedBy().isPresent())
                .sorted(ORDER)
                .toList();
    }

    private static Finding finding(
            Rule rule, Hit hit, Rule.Engine engine, Optional<Policy.Setting> setting, Optional<ApprovalMode> here) {
        Action standard = hit.action().orElse(engine.action());
        // A safe way that there is not cannot be asked for.
        Action action = setting.map(Policy.Setting::action)
                .filter(a -> a != Action.REWRITE
                        || standard == Action.REWRITE
                        || engine.onRequest().isPresent())
                .orElse(standard);
        Optional<String> requested =
                engine.onRequest().filter(r -> action == Action.REWRITE && standard != Action.REWRITE);
        return new Finding(
                rule.id(),
                action,
                hit.where(),
                hit.why().orElse(engine.advice().harm()),
                requested.or(hit::safeWay).orElse(engine.advice().safeWay()),
                setting.flatMap(Policy.Setting::approval).or(() -> here),
                setting.filter(s -> s.action() == action).map(Policy.Setting::decidedBy));
    }

    /** What would have been rewritten, but cannot be in this statement, waits for approval. */
    static List<Finding> withoutSafeWay(List<Finding> findings, String obstacle, boolean divisible) {
        return findings.stream()
                .map(f -> f.action() == Action.REWRITE
                        ? new Finding(
                                f.ruleId(),
                                Action.APPROVE,
                                f.where(),
                                f.why() + "; " + obstacle,
                                divisible
                                        ? "send the parts of the statement one by one, or have it approved"
                                        : "have it approved for a quiet hour",
                                f.approval(),
                                f.decidedBy())
                        : f)
                .toList();
    }
}
