package dev.sluice.proxy.lint;

import dev.sluice.policies.policy.Action;
import java.util.Optional;

/** What the linter finds about files themselves; rules about statements are the gateway's. */
enum LintRule {
    DIRECTIVE(
            "lint-directive", Action.BLOCK, "a sluice directive that is unknown or malformed", "Correct the comment."),
    UNUSED_IGNORE("lint-unused-ignore", Action.WARN, "an ignore comment that silences nothing", "Remove the comment."),
    UNREADABLE(
            "lint-unreadable-file",
            Action.BLOCK,
            "a file that cannot be read",
            "Make the file readable, or leave it out."),
    DUPLICATE_VERSION(
            "lint-duplicate-version",
            Action.BLOCK,
            "two migrations with one version",
            "Give the newer one a version of its own."),
    OUT_OF_ORDER(
            "lint-out-of-order",
            Action.BLOCK,
            "a new migration with a version below one that exists already",
            "Rename it to a version above the highest one."),
    CHANGED(
            "lint-changed-migration",
            Action.BLOCK,
            "a migration that was changed after it was merged",
            "Write a new migration.");

    private final String id;
    private final Action action;
    private final String catches;
    private final String safeWay;

    LintRule(String id, Action action, String catches, String safeWay) {
        this.id = id;
        this.action = action;
        this.catches = catches;
        this.safeWay = safeWay;
    }

    static Optional<Engine.About> about(String id) {
        for (LintRule rule : values()) {
            if (rule.id.equals(id)) {
                return Optional.of(new Engine.About(rule.catches, rule.catches, rule.safeWay));
            }
        }
        return Optional.empty();
    }

    LintFinding finding(String file, LintFinding.Place place, String message) {
        return new LintFinding(file, place, "", id, action, Severity.of(action), message, safeWay);
    }
}
