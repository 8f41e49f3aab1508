package dev.sluice.proxy.lint;

import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.policy.PolicyContext;
import dev.sluice.policies.sql.LexicalRules;
import java.util.Set;

/**
 * How files are judged.
 *
 * @param rules how the server that they are for reads statements
 * @param policy what sets the rules' actions
 * @param context whom and what the policy's scopes are matched with
 * @param down whether the backward direction is linted instead of the forward one
 * @param applied versions that the database has already; their files are left out
 */
public record LintOptions(LexicalRules rules, Policy policy, PolicyContext context, boolean down, Set<String> applied) {
    public LintOptions {
        applied = Set.copyOf(applied);
    }
}
