package dev.sluice.policies.plan.postgres;

import static dev.sluice.policies.plan.PhaseName.CLEANUP;
import static dev.sluice.policies.plan.PhaseName.EXPAND;

/**
 * A trigger that gives a value to rows that old code writes without one, while a migration is on its way.
 *
 * <p>Its function is in the schema {@code sluice}, where the gateway's own role makes it before the client's statement
 * runs: the client's role may not create there. Its name sorts behind other triggers', so it sees what they made of the
 * row.
 */
final class FillTrigger {

    static final String FUNCTION = "sluice.fill_{id}()";
    private static final String TRIGGER = "\"~sluice_fill_{id}\"";

    private FillTrigger() {}

    /** @param expression over the row's columns, resolved with the client's search path */
    static void create(Draft draft, Table table, Expand expand, String column, String expression) {
        String path = table.facts().settings().getOrDefault("search_path", "");
        // The row under the table's own name, so that orders.price is understood as well as price.
        String body = "#variable_conflict use_column\nBEGIN\n  NEW." + Pg.id(column) + " := (SELECT (" + expression
                + ") FROM (SELECT (NEW).*) AS " + Pg.id(table.name().name()) + ");\n  RETURN NEW;\nEND";
        draft.statements(
                EXPAND,
                "CREATE FUNCTION " + FUNCTION + " RETURNS trigger LANGUAGE plpgsql"
                        + (path.isBlank() ? "" : " SET search_path = " + path) + " AS " + Pg.dollar(body));
        expand.after("CREATE TRIGGER " + TRIGGER + " BEFORE INSERT OR UPDATE ON " + Pg.id(table.name())
                + " FOR EACH ROW WHEN (NEW." + Pg.id(column) + " IS NULL) EXECUTE FUNCTION " + FUNCTION);
        draft.note(EXPAND, "sluice.fill_{id}() is made by the gateway's own role beforehand");
        String drop = "DROP TRIGGER IF EXISTS " + TRIGGER + " ON " + Pg.id(table.name());
        draft.statements(CLEANUP, drop);
        draft.statements(CLEANUP, "DROP FUNCTION IF EXISTS " + FUNCTION);
        draft.undo("DROP FUNCTION IF EXISTS " + FUNCTION);
        draft.undo(drop);
    }
}
