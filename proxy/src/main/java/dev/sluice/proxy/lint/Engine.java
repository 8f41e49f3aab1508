package dev.sluice.proxy.lint;

import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.FactsRequest;
import dev.sluice.policies.judge.Decision;
import dev.sluice.policies.judge.StatementContext;
import dev.sluice.policies.policy.Policy;
import java.util.Optional;

/** The gateway's own judgement, as the linter asks for it. Thread-safe. */
public interface Engine {

    FactsRequest needs(SchemaChange change);

    Decision judge(SchemaChange change, Facts facts, StatementContext context, Policy policy);

    /** What a rule is about, the linter's own included, or empty for an id that does not exist. */
    Optional<About> about(String ruleId);

    /**
     * @param catches what it catches, a few words
     * @param harm one sentence: what would happen
     * @param safeWay one sentence: what the gateway does, or what to write instead
     */
    record About(String catches, String harm, String safeWay) {}
}
