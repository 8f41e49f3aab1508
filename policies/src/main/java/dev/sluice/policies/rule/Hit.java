package dev.sluice.policies.rule;

import dev.sluice.policies.ddl.SourceText;
import dev.sluice.policies.policy.Action;
import java.util.Optional;

/**
 * A place that a rule catches.
 *
 * @param where the part of the statement
 * @param why a reason for this very statement; empty: the rule's own
 * @param safeWay a way for this very statement; empty: the rule's own
 * @param action the default action here, where it differs from the rule's
 */
public record Hit(SourceText where, Optional<String> why, Optional<String> safeWay, Optional<Action> action) {

    public static Hit at(SourceText where) {
        return new Hit(where, Optional.empty(), Optional.empty(), Optional.empty());
    }

    public static Hit at(SourceText where, String why) {
        return new Hit(where, Optional.of(why), Optional.empty(), Optional.empty());
    }

    public Hit as(Action wanted) {
        return new Hit(where, why, safeWay, Optional.of(wanted));
    }

    public Hit with(String otherWay) {
        return new Hit(where, why, Optional.of(otherWay), action);
    }
}
