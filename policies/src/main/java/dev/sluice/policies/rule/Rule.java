package dev.sluice.policies.rule;

import dev.sluice.policies.policy.Action;
import dev.sluice.policies.sql.Dialect;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One rule: what it catches, why that hurts, and the safe way. Immutable.
 *
 * @param id the canonical id
 * @param engines what holds for each dialect that the rule concerns
 * @param catches what it catches, a few words
 * @param advice what holds unless an engine has words of its own
 */
public record Rule(String id, Map<Dialect, Engine> engines, String catches, Advice advice) {

    /**
     * What users are told, a sentence each.
     *
     * @param harm what would happen
     * @param safeWay what the gateway does, or what to write instead
     * @param example a statement that the rule catches
     */
    public record Advice(String harm, String safeWay, String example) {}

    /**
     * @param action what becomes of a statement that the rule catches, unless the policy says otherwise
     * @param onRequest what the gateway does where a policy asks for {@code rewrite} though the default is stricter;
     *     empty: there is no such way
     * @param advice for users of this engine
     */
    public record Engine(Action action, Check check, Optional<String> onRequest, Advice advice) {}

    /** Looks at one statement; pure. */
    @FunctionalInterface
    public interface Check {
        /** For rules that something else than the statement's text and facts decides. */
        Check NEVER = subject -> List.of();

        List<Hit> hits(Subject subject);
    }

    public Rule {
        engines = Map.copyOf(engines);
    }

    public Optional<Engine> engine(Dialect dialect) {
        return Optional.ofNullable(engines.get(dialect));
    }

    /** Begins a rule. */
    static RuleBuilder rule(String id, String catches) {
        return new RuleBuilder(id, catches);
    }
}
