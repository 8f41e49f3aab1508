package dev.sluice.policies.rule;

import dev.sluice.policies.ddl.SourceText;
import dev.sluice.policies.policy.Action;
import dev.sluice.policies.policy.ApprovalMode;
import java.util.Optional;

/**
 * A rule that catches a statement.
 *
 * @param ruleId the canonical id
 * @param action what holds here, by policy or by default
 * @param where the part of the statement that it catches
 * @param why one sentence: what would happen
 * @param safeWay one sentence: what the gateway does, or what to write instead
 * @param approval whether the client waits, where the action is an approval and the policy says
 * @param decidedBy the line of the policy that set the action; empty for the rule's default
 */
public record Finding(
        String ruleId,
        Action action,
        SourceText where,
        String why,
        String safeWay,
        Optional<ApprovalMode> approval,
        Optional<String> decidedBy) {

    /** One of which no policy says whether a client waits. */
    public Finding(
            String ruleId, Action action, SourceText where, String why, String safeWay, Optional<String> decidedBy) {
        this(ruleId, action, where, why, safeWay, Optional.empty(), decidedBy);
    }
}
