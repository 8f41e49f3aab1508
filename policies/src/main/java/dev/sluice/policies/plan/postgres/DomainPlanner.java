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
        Draft draft = Draft.ofCatalog();
        String domain = domainText(change);
        draft.statements(EXPAND, change.source().text() + " NOT VALID");
        draft.lock(EXPAND, "SHARE");
        Optional<String> name = check.name();
        draft.add(
                VALIDATE,
                new Step.Online(
                        name.map(n -> "ALTER DOMAIN " + domain + " VALIDATE CONSTRAINT " + Pg.id(n))
                                .orElseGet(() -> onNewest(domain, "VALIDATE CONSTRAINT %I")),
                        Optional.empty(),
                        List.of()));
        draft.undo(name.map(n -> "ALTER DOMAIN " + domain + " DROP CONSTRAINT IF EXISTS " + Pg.id(n))
                .orElseGet(() -> onNewest(domain, "DROP CONSTRAINT %I")));
        return Optional.of(draft.plan(change.domain()));
    }

    /** For a constraint that the server has named: what was added last and is not valid. */
    private static String onNewest(String domain, String action) {
        String body =
                "DECLARE\n  name text;\nBEGIN\n  FOR name IN SELECT c.conname FROM pg_catalog.pg_constraint c WHERE"
                        + " c.contypid = " + Pg.literal(domain) + "::pg_catalog.regtype AND NOT c.convalidated"
                        + " ORDER BY c.oid DESC LIMIT 1 LOOP\n    EXECUTE pg_catalog.format("
                        + Pg.literal("ALTER DOMAIN " + domain.replace("%", "%%") + " " + action)
                        + ", name);\n  END LOOP;\nEND";
        return "DO " + Pg.dollar(body);
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
