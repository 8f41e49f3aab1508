package dev.sluice.policies.plan.postgres;

import static dev.sluice.policies.plan.PhaseName.EXPAND;
import static dev.sluice.policies.plan.PhaseName.VALIDATE;

import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.TableConstraint;
import dev.sluice.policies.plan.Plan;
import dev.sluice.policies.plan.Step;
import dev.sluice.policies.rule.Subject;
import dev.sluice.policies.rule.Tokens;
import dev.sluice.policies.rule.Tokens.Token;
import dev.sluice.policies.sql.Dialect;
import java.util.List;
import java.util.Optional;

/** ALTER DOMAIN … ADD CONSTRAINT: NOT VALID at first, validated afterwards. */
final class DomainPlanner {

    private DomainPlanner() {}

    static Optional<Plan> plan(Subject subject, SchemaChange.AlterDomain change) {
        if (!(change.constraint().orElse(null) instanceof TableConstraint.Check check)) {
            return Optional.empty();
        }
        Draft draft = new Draft(0);
        String name = check.name().orElseGet(() -> Names.make(change.domain().name(), Optional.empty(), "check"));
        String domain = domainText(change);
        String sql = check.name().isPresent()
                ? change.source().text() + " NOT VALID"
                : "ALTER DOMAIN " + domain + " ADD CONSTRAINT " + Pg.id(name) + " "
                        + check.source().text() + " NOT VALID";
        draft.statements(EXPAND, sql);
        draft.lock(EXPAND, "SHARE");
        draft.add(
                VALIDATE,
                new Step.Online(
                        "ALTER DOMAIN " + domain + " VALIDATE CONSTRAINT " + Pg.id(name), Optional.empty(), List.of()));
        draft.undo("ALTER DOMAIN " + domain + " DROP CONSTRAINT IF EXISTS " + Pg.id(name));
        return Optional.of(draft.plan(change.domain()));
    }

    /** The domain's name as written; later phases have the client's search path. */
    private static String domainText(SchemaChange.AlterDomain change) {
        String text = change.source().text();
        List<Token> tokens = Tokens.of(text, Dialect.POSTGRES);
        int last = 2;
        while (last + 2 < tokens.size() && tokens.get(last + 1).is(".")) {
            last += 2;
        }
        return text.substring(tokens.get(2).start(), tokens.get(last).end());
    }
}
