package dev.sluice.policies.policy;

import java.util.List;

/**
 * A policy as it is written, already taken apart, not yet checked.
 *
 * @param judge {@code default: judge}; false is {@code default: allow}
 * @param rules what holds everywhere
 * @param scopes what holds in places, in the order written
 */
public record PolicyDocument(boolean judge, List<RuleSetting> rules, List<Scope> scopes) {

    /** Changes nothing. */
    public static final PolicyDocument EMPTY = new PolicyDocument(true, List.of(), List.of());

    /**
     * @param ruleId the canonical id of a rule
     * @param place where it stands, for messages: {@code policies.rules.drop-column (sluice.yaml:14)}
     */
    public record RuleSetting(String ruleId, Action action, String place) {}

    /** @param place where the scope stands, for messages */
    public record Scope(When when, List<RuleSetting> rules, String place) {
        public Scope {
            rules = List.copyOf(rules);
        }
    }

    public PolicyDocument {
        rules = List.copyOf(rules);
        scopes = List.copyOf(scopes);
    }
}
