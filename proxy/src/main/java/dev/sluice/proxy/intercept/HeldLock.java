package dev.sluice.proxy.intercept;

import dev.sluice.policies.plan.Phase;
import dev.sluice.policies.plan.PhaseName;
import dev.sluice.policies.policy.PolicyContext;
import dev.sluice.policies.rule.Conduct;
import java.util.Optional;

/**
 * A lock that stops readers or writers, and which an open transaction holds since a schema change.
 *
 * @param auditId of the schema change
 * @param lock in the engine's words
 * @param tag the schema change's command tag
 * @param where who changes which table, for the policy
 */
record HeldLock(String auditId, String lock, String tag, PolicyContext where) {

    /** Empty when the statement leaves no such lock behind. */
    static Optional<HeldLock> of(String auditId, Judgement judgement) {
        if (judgement.facts().version().dialect().isMySqlFamily()) {
            return Optional.empty(); // each schema change commits by itself
        }
        return judgement.decision().plan().phases().stream()
                .filter(phase -> phase.name() == PhaseName.EXPAND)
                .map(Phase::lock)
                .filter(Conduct::isStrong)
                .findFirst()
                .map(lock -> new HeldLock(auditId, lock, judgement.change().commandTag(), where(judgement)));
    }

    private static PolicyContext where(Judgement judgement) {
        return judgement.context().policy().about(judgement.decision().plan().target());
    }

    String table() {
        return where.relation().map(Object::toString).orElse("the database");
    }
}
