package dev.sluice.policies.judge;

import dev.sluice.policies.policy.Action;
import dev.sluice.policies.rule.Finding;
import dev.sluice.policies.sql.Directives;
import java.util.Optional;

/** A NOT NULL column that nobody has given existing rows a value for: refused, but a directive would open the way. */
final class MissingValue {

    private static final String RULE = "add-column-not-null-no-default";
    private static final String EXPRESSION = "<backfill expression>";

    private MissingValue() {}

    /** Whether the statement is refused for this, among whatever else. */
    static boolean isObstacle(Decision decision, StatementContext context) {
        return decision.verdict() == Verdict.REJECT
                && context.directives().backfill().isEmpty()
                && decision.findings().stream().anyMatch(MissingValue::refuses);
    }

    private static boolean refuses(Finding finding) {
        return finding.ruleId().equals(RULE) && finding.action() == Action.BLOCK;
    }

    /** The same surroundings, with a directive. */
    static StatementContext given(StatementContext context) {
        Directives told = context.directives();
        return new StatementContext(
                context.inTransaction(),
                context.createdHere(),
                new Directives(Optional.of(EXPRESSION), told.completion(), told.ticket()),
                context.policy());
    }

    /**
     * @param refused what becomes of the statement as it stands
     * @param told what would become of it with the directive
     * @return the phases, where the directive is all that is missing; else the refusal
     */
    static Decision explained(Decision refused, Decision told) {
        if (told.verdict() != Verdict.PHASE && told.verdict() != Verdict.REWRITE) {
            return refused;
        }
        return new Decision(
                told.verdict(),
                refused.findings(),
                "block",
                "As it stands the statement is refused: " + refused.why()
                        + ". Say in it what existing rows get, /* sluice: backfill=\"" + EXPRESSION
                        + "\" */, and it takes these phases",
                told.plan());
    }
}
