package dev.sluice.policies.plan.postgres;

import static dev.sluice.policies.plan.PhaseName.BACKFILL;
import static dev.sluice.policies.plan.PhaseName.ENFORCE;
import static dev.sluice.policies.plan.PhaseName.EXPAND;
import static dev.sluice.policies.plan.PhaseName.VALIDATE;

import dev.sluice.policies.ddl.ColumnConstraint;
import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SourceText;
import dev.sluice.policies.plan.Step;
import dev.sluice.policies.rule.ColumnAddition;
import dev.sluice.policies.rule.ColumnAddition.Fill;
import dev.sluice.policies.rule.NullTests;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Plans one new column.
 *
 * <p>A NULL that somebody writes into the column on purpose while existing rows are still being filled cannot be told from
 * a row that is still to be filled: it gets the value too, even where the column may be NULL in the end.
 */
final class ColumnPlanner {

    private final Draft draft;
    private final Table table;
    private final Promises promises;
    private final Expand expand;
    private final ColumnAddition addition;
    private final Optional<String> given;
    private Optional<QualifiedName> sequence = Optional.empty();

    /** @param given the expression of the {@code backfill} directive, when it is for this column */
    ColumnPlanner(
            Draft draft,
            Table table,
            Promises promises,
            Expand expand,
            ColumnAddition addition,
            Optional<String> given) {
        this.draft = draft;
        this.table = table;
        this.promises = promises;
        this.expand = expand;
        this.addition = addition;
        this.given = given;
    }

    void plan() {
        draft.column(addition.name());
        boolean filled = given.isPresent() || addition.fill() == Fill.VOLATILE || addition.fill() == Fill.SEQUENCE;
        boolean computed = addition.fill() == Fill.GENERATED;
        boolean primary = addition.column().has(ColumnConstraint.PrimaryKey.class);
        expand.action(columnAction(filled));
        if (addition.fill() == Fill.SEQUENCE) {
            boolean identity = addition.column().has(ColumnConstraint.Identity.class);
            sequence = Optional.of(Sequences.create(draft, table, promises.names(), expand, addition, identity));
        }
        draft.undo("ALTER TABLE IF EXISTS " + Pg.id(table.name()) + " DROP COLUMN IF EXISTS " + Pg.id(addition.name()));
        if (filled) {
            defaultForNewRows();
            backfill();
        }
        checks();
        references(filled);
        if ((addition.notNull() && (filled || computed)) || (primary && addition.fill() == Fill.NONE)) {
            notNull(filled);
        }
        keys();
        if (addition.column().has(ColumnConstraint.Identity.class)) {
            identity();
        }
    }

    /** The column in its cheapest form: with what reads no row, without the rest. */
    private String columnAction(boolean filled) {
        SourceText action = addition.action().source();
        SourceText type = addition.column().type().source();
        StringBuilder text = new StringBuilder(action.sql().substring(action.start(), type.start()));
        text.append(addition.serial() ? Sequences.baseType(addition.column().type()) : type.text());
        List<ColumnConstraint> constraints = addition.column().constraints();
        for (ColumnConstraint constraint : constraints) {
            if (constraint instanceof ColumnConstraint.Attribute
                    && constraint.source().start() >= type.end()) {
                text.append(' ').append(constraint.source().text());
            }
        }
        addition.column().collation().ifPresent(c -> text.append(" COLLATE ").append(c.text()));
        boolean kept = false;
        for (ColumnConstraint constraint : constraints) {
            boolean belongs = constraint instanceof ColumnConstraint.Deferrability;
            kept = belongs ? kept : stays(constraint, filled);
            if (kept) {
                text.append(' ').append(constraint.source().text());
            }
        }
        if (filled && addition.takesDomainDefault()) {
            text.append(" DEFAULT NULL");
        }
        return text.toString();
    }

    private boolean stays(ColumnConstraint constraint, boolean filled) {
        return switch (constraint) {
            case ColumnConstraint.Default d -> !filled;
            case ColumnConstraint.NotNull n ->
                !filled && addition.fill() == Fill.STEADY || addition.fill() == Fill.NONE && !filled;
            case ColumnConstraint.Generated g -> true;
            case ColumnConstraint.Null n -> !filled;
            case ColumnConstraint.References r -> scansNothing(filled) || !r.enforced();
            case ColumnConstraint.Check c -> !c.enforced();
            case ColumnConstraint.Attribute a -> false;
            case ColumnConstraint.Identity i -> false;
            case ColumnConstraint.Unique u -> false;
            case ColumnConstraint.PrimaryKey p -> false;
            case ColumnConstraint.OnUpdate u -> false;
            case ColumnConstraint.AutoIncrement a -> false;
            case ColumnConstraint.Deferrability d -> false;
        };
    }

    private boolean scansNothing(boolean filled) {
        return !filled && addition.fill() == Fill.NONE && !addition.notNull();
    }

    /** SET DEFAULT in the statement that adds the column: old code's new rows have their value at once. */
    private void defaultForNewRows() {
        String column = "ALTER COLUMN " + Pg.id(addition.name()) + " SET DEFAULT ";
        addition.defaultExpression()
                .filter(e -> addition.fill() != Fill.NONE)
                .ifPresent(e -> expand.action(column + e.text()));
        if (addition.takesDomainDefault()) {
            // Without the NULL that stood for existing rows, new ones get what the domain says.
            expand.after(table.alter() + "ALTER COLUMN " + Pg.id(addition.name()) + " DROP DEFAULT");
        }
        if (addition.fill() == Fill.NONE) {
            FillTrigger.create(draft, table, expand, addition.name(), given.orElseThrow());
        }
    }

    private void backfill() {
        draft.add(BACKFILL, fillStep());
        table.triggerNote().ifPresent(note -> draft.note(BACKFILL, note));
        if (!addition.notNull()) {
            draft.note(BACKFILL, "a NULL written into " + addition.name() + " meanwhile is filled as well");
        }
    }

    /** Not the word DEFAULT: the default may be dropped while rows are still being filled, as some ORMs do at once. */
    private Optional<String> ownExpression() {
        // An identity's helper has a name that is not known yet; nobody drops the default of an identity.
        boolean identity = addition.column().has(ColumnConstraint.Identity.class);
        return sequence.filter(q -> !identity)
                .map(Sequences::nextValue)
                .or(() -> addition.defaultExpression().map(SourceText::text));
    }

    private Step.Backfill fillStep() {
        String expression =
                given.or(this::ownExpression).map(e -> "(" + e + ")").orElse("DEFAULT");
        return new Step.Backfill(
                table.name(),
                List.of(new Step.Assignment(addition.name(), expression)),
                pending(),
                table.key(),
                table.leaves(),
                table.triggersAnywhere());
    }

    /** A row for which the directive has no value is not pending for ever: NOT NULL finds it in the end. */
    private String pending() {
        String empty = Pg.id(addition.name()) + " IS NULL";
        return given.map(g -> empty + " AND (" + g + ") IS NOT NULL").orElse(empty);
    }

    private void notNull(boolean filled) {
        Optional<ColumnConstraint.NotNull> written = addition.column().last(ColumnConstraint.NotNull.class);
        promises.notNull(
                addition.name(),
                written.flatMap(ColumnConstraint.NotNull::name),
                written.map(ColumnConstraint.NotNull::noInherit).orElse(false),
                true,
                filled ? Optional.of(fillStep()) : Optional.empty());
    }

    private void checks() {
        for (ColumnConstraint.Check check : addition.column().all(ColumnConstraint.Check.class)) {
            if (!check.enforced()) {
                continue;
            }
            String name = check.name()
                    .orElseGet(() -> promises.names()
                            .check(ReferencedColumns.only(check.expression().text(), table, List.of(addition.name()))));
            String text = (check.name().isPresent() ? "ADD " : "ADD CONSTRAINT " + Pg.id(name) + " ")
                    + check.source().text() + " NOT VALID";
            if (NullTests.minds(check.expression().text()) && addition.fill() != Fill.STEADY) {
                // Old rows are empty still: their updates would fail. The constraint comes once they are filled.
                draft.statements(VALIDATE, table.alter() + text);
            } else {
                expand.action(text);
            }
            promises.validate(name);
        }
    }

    private void references(boolean filled) {
        for (ColumnConstraint.References reference : addition.column().all(ColumnConstraint.References.class)) {
            if (scansNothing(filled) || !reference.enforced()) {
                continue;
            }
            List<String> columns = List.of(addition.name());
            String name = reference.name().orElseGet(() -> promises.names().foreignKey(columns));
            String definition = "FOREIGN KEY (" + Pg.id(addition.name()) + ") "
                    + ForeignKeyText.from(reference.source().text(), "references") + deferrability(reference);
            if (PartitionedForeignKey.isNeeded(table)) {
                new PartitionedForeignKey(draft, table, promises).plan(name, columns, definition);
                continue;
            }
            expand.action("ADD CONSTRAINT " + Pg.id(name) + " " + definition + " NOT VALID");
            promises.validate(name);
            draft.note(EXPAND, "SHARE ROW EXCLUSIVE on " + reference.table() + " too");
        }
    }

    private String deferrability(ColumnConstraint owner) {
        StringBuilder text = new StringBuilder();
        boolean behind = false;
        for (ColumnConstraint constraint : addition.column().constraints()) {
            if (constraint instanceof ColumnConstraint.Deferrability deferrability) {
                text.append(behind ? " " + deferrability.source().text() : "");
            } else {
                behind = constraint.equals(owner);
            }
        }
        return text.toString();
    }

    private void keys() {
        List<ColumnConstraint> keys = new ArrayList<>(addition.column().all(ColumnConstraint.PrimaryKey.class));
        keys.addAll(addition.column().all(ColumnConstraint.Unique.class));
        for (ColumnConstraint key : keys) {
            boolean primary = key instanceof ColumnConstraint.PrimaryKey;
            Optional<String> written = key instanceof ColumnConstraint.Unique unique
                    ? unique.name()
                    : ((ColumnConstraint.PrimaryKey) key).name();
            String name = written.orElseGet(() ->
                    primary ? promises.names().primaryKey() : promises.names().unique(List.of(addition.name())));
            KeyClause parsed = KeyClause.of(key.source().text());
            KeyClause clause = new KeyClause(
                    parsed.nullsNotDistinct(),
                    parsed.keys(),
                    parsed.include(),
                    parsed.with(),
                    parsed.tablespace(),
                    (parsed.deferrability() + deferrability(key)).strip());
            promises.key(primary, name, List.of(addition.name()), "(" + Pg.id(addition.name()) + ")", clause);
        }
    }

    private void identity() {
        Sequences.becomeIdentity(draft, table, addition);
        draft.note(ENFORCE, "the numbering goes on where the backfill ended");
    }
}
