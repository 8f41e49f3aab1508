package dev.sluice.policies.plan.postgres;

import static dev.sluice.policies.plan.PhaseName.ENFORCE;
import static dev.sluice.policies.plan.PhaseName.VALIDATE;
import static dev.sluice.policies.plan.PhaseName.VERIFY;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.plan.Step;
import java.util.List;
import java.util.Optional;

/** Adds promises to a table that rows already in it must keep, in ways that stop nobody. */
final class Promises {

    private final Draft draft;
    private final Table table;
    private final Names names;
    private final boolean notNullConstraints;

    Promises(Draft draft, Table table, Names names) {
        this.draft = draft;
        this.table = table;
        this.names = names;
        this.notNullConstraints = table.facts().version().atLeast(18);
    }

    Names names() {
        return names;
    }

    /**
     * NOT NULL on a column: 18 has a constraint of its own that can be NOT VALID; before, a validated CHECK spares SET NOT
     * NULL its scan.
     *
     * @param name the constraint's name where the statement gives one
     * @param isNew whether the statement adds the column, so that taking that back takes this back too
     * @param sweep fills what was left empty until the constraint was there
     */
    void notNull(
            String column, Optional<String> name, boolean noInherit, boolean isNew, Optional<Step.Backfill> sweep) {
        String constraint =
                notNullConstraints ? name.orElseGet(() -> names.notNull(column)) : "sluice_nn_{id}_" + column;
        if (!notNullConstraints && constraint.length() > 40) {
            constraint = "sluice_nh_{id}_" + Integer.toHexString(column.hashCode());
        }
        String quoted = Pg.id(constraint);
        String definition = notNullConstraints
                ? "NOT NULL " + Pg.id(column) + (noInherit ? " NO INHERIT" : "")
                : "CHECK (" + Pg.id(column) + " IS NOT NULL)" + (noInherit ? " NO INHERIT" : "");
        draft.add(
                VALIDATE,
                new Step.Statements(
                        List.of(table.alter() + "ADD CONSTRAINT " + quoted + " " + definition + " NOT VALID"),
                        Optional.of(constraintIs(constraint, "true"))));
        sweep.ifPresent(s -> draft.add(VALIDATE, s));
        validate(constraint);
        draft.undo("ALTER TABLE IF EXISTS " + Pg.id(table.name()) + " DROP CONSTRAINT IF EXISTS " + quoted);
        if (!notNullConstraints) {
            draft.statements(ENFORCE, table.alter() + "ALTER COLUMN " + Pg.id(column) + " SET NOT NULL");
            // Together with SET NOT NULL in one statement the server would scan after all.
            draft.statements(ENFORCE, table.alter() + "DROP CONSTRAINT IF EXISTS " + quoted);
            if (!isNew) {
                draft.undo("ALTER TABLE IF EXISTS " + Pg.id(table.name()) + " ALTER COLUMN " + Pg.id(column)
                        + " DROP NOT NULL");
            }
        }
        draft.add(
                VERIFY,
                new Step.Verify(
                        "SELECT a.attnotnull AND NOT EXISTS (SELECT FROM " + Pg.id(table.name()) + " t WHERE t."
                                + Pg.id(column) + " IS NULL) FROM pg_catalog.pg_attribute a WHERE a.attrelid = "
                                + Pg.regclass(table.name()) + " AND a.attname = " + Pg.literal(column),
                        "column " + column + " has no NULL and is NOT NULL"));
    }

    /** VALIDATE of a constraint that is there NOT VALID. */
    void validate(String constraint) {
        draft.add(
                VALIDATE,
                new Step.Online(
                        "ALTER TABLE " + Pg.id(table.name()) + " VALIDATE CONSTRAINT " + Pg.id(constraint),
                        Optional.of(constraintIs(constraint, "c.convalidated")),
                        List.of()));
        verifyConstraint(constraint);
    }

    /** That it is there and valid, in the end. */
    void verifyConstraint(String constraint) {
        if (!constraint.startsWith("sluice_")) {
            draft.add(
                    VERIFY,
                    new Step.Verify(
                            constraintIs(constraint, "c.convalidated"), "constraint " + constraint + " is valid"));
        }
    }

    /** UNIQUE or PRIMARY KEY over columns: the index first, then the constraint on it. */
    void key(boolean primary, String constraint, List<String> columns, String keys, KeyClause clause) {
        indexedBy("UNIQUE ", constraint, keys, clause.indexTail());
        String deferrability = clause.deferrability().isBlank() ? "" : " " + clause.deferrability();
        draft.add(
                ENFORCE,
                new Step.Statements(
                        List.of(table.alter() + "ADD CONSTRAINT " + Pg.id(constraint)
                                + (primary ? " PRIMARY KEY" : " UNIQUE") + " USING INDEX " + Pg.id(constraint)
                                + deferrability),
                        Optional.of(constraintIs(constraint, "true"))));
        draft.undo(
                "DROP INDEX IF EXISTS " + Pg.id(new QualifiedName(table.name().schema(), constraint)));
        draft.undo("ALTER TABLE IF EXISTS " + Pg.id(table.name()) + " DROP CONSTRAINT IF EXISTS " + Pg.id(constraint));
        draft.add(
                VERIFY,
                new Step.Verify(
                        constraintIs(constraint, "true"),
                        (primary ? "primary key " : "unique constraint ") + constraint + " over "
                                + String.join(", ", columns) + " is there"));
    }

    /** An index built CONCURRENTLY; {@code keys} in parentheses. */
    void indexedBy(String unique, String index, String keys, String tail) {
        QualifiedName qualified = new QualifiedName(table.name().schema(), index);
        draft.add(
                VALIDATE,
                new Step.Online(
                        "CREATE " + unique + "INDEX CONCURRENTLY " + Pg.id(index) + " ON " + Pg.id(table.name()) + " "
                                + keys + tail,
                        Optional.of(Indexes.isValid(qualified)),
                        List.of("DROP INDEX CONCURRENTLY IF EXISTS " + Pg.id(qualified))));
    }

    private String constraintIs(String constraint, String what) {
        return "SELECT COALESCE((SELECT " + what + " FROM pg_catalog.pg_constraint c WHERE c.conrelid = "
                + Pg.regclass(table.name()) + " AND c.conname = " + Pg.literal(constraint) + "), false)";
    }
}
