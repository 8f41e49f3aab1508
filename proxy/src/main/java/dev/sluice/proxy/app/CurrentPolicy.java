package dev.sluice.proxy.app;

import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.policy.PolicyContext;
import dev.sluice.policies.rule.Rule;
import dev.sluice.policies.rule.Rules;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.proxy.api.ControlPlane.PolicyState;
import dev.sluice.proxy.api.ControlPlane.RuleRow;
import dev.sluice.proxy.audit.AuditEvent;
import dev.sluice.proxy.audit.AuditLog;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** The policy that holds now, and what became of attempts to replace it. Thread-safe. */
final class CurrentPolicy {

    private record Held(Policy policy, PolicyState state) {}

    private final AuditLog audit;
    private final Clock clock;
    private final AtomicReference<Held> held;

    CurrentPolicy(Policy policy, String source, AuditLog audit, Clock clock) {
        this.audit = audit;
        this.clock = clock;
        this.held = new AtomicReference<>(new Held(policy, new PolicyState(source, clock.instant(), Optional.empty())));
    }

    Policy policy() {
        return held.get().policy();
    }

    PolicyState state() {
        return held.get().state();
    }

    /** From now on another one holds, which is on record. */
    void replace(Policy policy, String source) {
        held.set(new Held(policy, new PolicyState(source, clock.instant(), Optional.empty())));
        audit.appendOrKeep(new AuditEvent.Note("the policy of " + source + " was read again and holds from now on"));
    }

    /** Another one could not be used: the old one stays. */
    void refuse(String reason) {
        held.updateAndGet(now -> new Held(
                now.policy(), new PolicyState(now.state().source(), now.state().since(), Optional.of(reason))));
        audit.appendOrKeep(new AuditEvent.Note("a policy was refused and the one before stays: " + reason));
    }

    /** What it makes of each rule: everywhere first, then in some places only. */
    List<RuleRow> rows() {
        Policy policy = policy();
        PolicyContext anywhere = PolicyContext.anywhere(clock.instant());
        List<RuleRow> rows = new ArrayList<>();
        for (Rule rule : Rules.all()) {
            List<Policy.Scoped> scoped = policy.scopes().stream()
                    .filter(scope -> scope.ruleId().equals(rule.id()))
                    .toList();
            Optional<Policy.Setting> set = policy.setting(rule.id(), anywhere)
                    .filter(found ->
                            scoped.stream().noneMatch(scope -> scope.setting().equals(found)));
            rows.add(new RuleRow(
                    rule.id(),
                    set.map(CurrentPolicy::word).orElse(View.action(rule, dialect(rule))),
                    set.map(Policy.Setting::decidedBy).orElse(""),
                    ""));
            scoped.forEach(scope -> rows.add(new RuleRow(
                    rule.id(), word(scope.setting()), scope.setting().decidedBy(), scope.where())));
        }
        return rows;
    }

    private static String word(Policy.Setting setting) {
        return setting.action().name().toLowerCase(Locale.ROOT);
    }

    /** The first dialect that has the rule. */
    private static Dialect dialect(Rule rule) {
        return rule.engine(Dialect.POSTGRES).isPresent() ? Dialect.POSTGRES : Dialect.MYSQL;
    }
}
