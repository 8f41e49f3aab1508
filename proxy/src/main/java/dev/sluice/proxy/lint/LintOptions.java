package dev.sluice.proxy.lint;

import dev.sluice.policies.policy.Policy;
import dev.sluice.policies.policy.PolicyContext;
import dev.sluice.policies.sql.LexicalRules;

/**
 * How files are judged.
 *
 * @param rules how the server that they are for reads statements
 * @param policy what sets the rules' actions
 * @param context whom and what the policy's scopes are matched with
 * @param down whether the backward direction is linted instead of the forward one
 * @param applied what the database has already, which is left out
 */
public record LintOptions(
        LexicalRules rules, Policy policy, PolicyContext context, boolean down, AppliedMigrations applied) {}
