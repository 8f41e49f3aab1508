package dev.sluice.policies.policy;

import java.util.List;
import java.util.Optional;

/** Decides which action a rule has. Implementations are immutable and thread-safe. */
public interface Policy {

    /** Changes nothing about the rules' default actions. */
    Policy DEFAULTS = new Policy() {
        @Override
        public Optional<Setting> setting(String ruleId, PolicyContext context) {
            return Optional.empty();
        }

        @Override
        public boolean judges() {
            return true;
        }
    };

    /**
     * @param action what the policy asks for
     * @param approval whether a client waits for an approval that this asks for, where it is said
     * @param decidedBy the place in the policy that says so: {@code policies.rules.drop-column (sluice.yaml:14)}
     */
    record Setting(Action action, Optional<ApprovalMode> approval, String decidedBy) {
        /** One that says nothing of approvals. */
        public Setting(Action action, String decidedBy) {
            this(action, Optional.empty(), decidedBy);
        }
    }

    /**
     * What holds in some places only, for those who list a policy.
     *
     * @param where the conditions in words
     */
    record Scoped(String ruleId, String where, Setting setting) {}

    /** The action that the policy sets for a rule here, or empty: then the rule's default action holds. */
    Optional<Setting> setting(String ruleId, PolicyContext context);

    /** Whether clients wait for approvals here, where the rule's own setting does not say; empty: nothing is said of it. */
    default Optional<ApprovalMode> approval(PolicyContext context) {
        return Optional.empty();
    }

    /** {@code default: judge}; false forwards every schema change untouched, audited. */
    boolean judges();

    /** Which statements of the applications are a backfill of their own. */
    default Backfills backfills() {
        return Backfills.DEFAULTS;
    }

    /** Whether it sets a rule to more than {@code allow} anywhere; what it does not need not be asked for each statement. */
    default boolean restricts(String ruleId) {
        return false;
    }

    /** What holds in some places only, in the order written. */
    default List<Scoped> scopes() {
        return List.of();
    }
}
