package dev.sluice.policies.plan.postgres;

import static dev.sluice.policies.plan.PhaseName.BACKFILL;
import static dev.sluice.policies.plan.PhaseName.ENFORCE;
import static dev.sluice.policies.plan.PhaseName.EXPAND;
import static dev.sluice.policies.plan.PhaseName.VALIDATE;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.ColumnConstraint;
import dev.sluice.policies.ddl.IndexKey;
import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.TableConstraint;
import dev.sluice.policies.plan.Plan;
import dev.sluice.policies.plan.Step;
import dev.sluice.policies.rule.ColumnAddition;
import dev.sluice.policies.rule.ColumnAddition.Fill;
import dev.sluice.policies.rule.NullTests;
import dev.sluice.policies.rule.Subject;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Plans an ALTER TABLE whose actions would rewrite, scan or lock: what is harmless stays as written, in its order. */
final class AlterTablePlanner {

    private final Subject subject;
    private final SchemaChange.AlterTable change;
    private final Table table;
    private final Draft draft;
    private final Expand expand;
    private final Promises promises;
    private final List<ColumnAddition> additions;
    private String obstacle = "";

    AlterTablePlanner(Subject subject, SchemaChange.AlterTable change) {
        this.subject = subject;
        this.change = change;
        this.table = Table.of(subject.facts(), change.table(), change.only());
        this.draft = Draft.over(table.relation());
        this.expand = Expand.of(change);
        this.promises = new Promises(draft, table, new Names(subject.facts(), table.name()));
        this.additions = subject.additions();
    }

    /** The plan, or empty where there is no online way to what the statement asks for. */
    Optional<Plan> plan() {
        for (AlterAction action : change.actions()) {
            if (!plan(action)) {
                return Optional.empty();
            }
        }
        List<String> statements = expand.statements();
        if (!statements.isEmpty()) {
            draft.add(EXPAND, new Step.Statements(statements, Optional.empty()));
        }
        return Optional.of(draft.plan(table.name()));
    }

    /** Why there is no plan, as part of a sentence; empty where nothing more is known, and where there is one. */
    String obstacle() {
        return obstacle;
    }

    private boolean refuse(String why) {
        obstacle = why;
        return false;
    }

    private boolean plan(AlterAction action) {
        return switch (action) {
            case AlterAction.AddColumn add -> addColumn(add);
            case AlterAction.SetNotNull set -> setNotNull(set.column(), Optional.empty(), false, set);
            case AlterAction.AddConstraint add -> addConstraint(add);
            case AlterAction.AttachPartition attach -> false;
            case AlterAction.DetachPartition detach -> false;
            default -> keep(action);
        };
    }

    private boolean keep(AlterAction action) {
        expand.action(action.source().text());
        Undoing.of(action, table)
                .ifPresentOrElse(
                        draft::undo,
                        () -> draft.note(
                                EXPAND,
                                "cancelling leaves as it is: " + action.source().text()));
        return true;
    }

    private boolean addColumn(AlterAction.AddColumn add) {
        Optional<ColumnAddition> addition =
                additions.stream().filter(a -> a.action().equals(add)).findFirst();
        if (addition.isEmpty()) {
            // It exists and the statement says IF NOT EXISTS: the server says so in a notice.
            expand.action(add.source().text());
            return true;
        }
        ColumnAddition column = addition.get();
        if (column.fill() == Fill.INVALID) {
            return refuse("the server refuses the default of " + column.name());
        }
        if (column.constrainedDomain()) {
            return refuse("the server checks a domain's constraints on every row when the column is added");
        }
        if (table.partitioned() && !plannableOnPartitions(column)) {
            return false;
        }
        new ColumnPlanner(draft, table, promises, expand, column, directiveFor(column)).plan();
        return true;
    }

    private boolean plannableOnPartitions(ColumnAddition column) {
        if (column.column().has(ColumnConstraint.Identity.class)
                && !subject.version().atLeast(17)) {
            return refuse("partitions take identity columns from PostgreSQL 17 on");
        }
        return !PartitionedForeignKey.isNeeded(table)
                || column.column().all(ColumnConstraint.References.class).stream()
                        .allMatch(r -> canReference(r.table()));
    }

    private boolean canReference(QualifiedName referenced) {
        return PartitionedForeignKey.isPossible(table, referenced) || refuse(PartitionedForeignKey.OBSTACLE);
    }

    private Optional<String> directiveFor(ColumnAddition column) {
        Optional<String> given = subject.directives().backfill();
        List<ColumnAddition> bare = additions.stream()
                .filter(a -> a.notNull() && a.fill() == Fill.NONE)
                .toList();
        boolean only = bare.isEmpty() && additions.size() == 1;
        return given.filter(g -> only || (bare.size() == 1 && bare.getFirst().equals(column)));
    }

    private boolean setNotNull(String column, Optional<String> name, boolean noInherit, AlterAction action) {
        Optional<ColumnAddition> added =
                additions.stream().filter(a -> a.name().equals(column)).findFirst();
        if (added.isPresent()) {
            return added.get().fill() == Fill.STEADY
                    ? keep(action)
                    : refuse(
                            "a column that the same statement adds is made NOT NULL where it is added, not behind that");
        }
        if (subject.column(column).filter(c -> c.notNull()).isPresent() || impliedByCheck(column)) {
            return keep(action);
        }
        draft.column(column);
        Optional<Step.Backfill> fill = subject.directives().backfill().map(expression -> fill(column, expression));
        if (fill.isPresent() && draft.has(BACKFILL)) {
            return refuse("one backfill expression cannot be meant for two columns");
        }
        if (fill.isPresent()) {
            FillTrigger.create(
                    draft,
                    table,
                    expand,
                    column,
                    subject.directives().backfill().get());
            draft.add(BACKFILL, fill.get());
            table.triggerNote().ifPresent(note -> draft.note(BACKFILL, note));
        } else {
            // A constraint over rows that break it would make their updates fail: look before adding it.
            draft.add(VALIDATE, new Step.Online(refuseNulls(column), Optional.empty(), List.of()));
        }
        promises.notNull(column, name, noInherit, false, fill);
        return true;
    }

    /** The server's own error for a row that has no value, without its lock. */
    private String refuseNulls(String column) {
        String message =
                "column \"" + column + "\" of relation \"" + table.name().name() + "\" contains null values";
        return "DO "
                + Pg.dollar("BEGIN\n  IF EXISTS (SELECT FROM " + (table.only() ? "ONLY " : "") + Pg.id(table.name())
                        + " t WHERE t." + Pg.id(column)
                        + " IS NULL) THEN\n    RAISE EXCEPTION USING ERRCODE = '23502', MESSAGE = "
                        + Pg.literal(message) + Pg.about(table.name()) + ", COLUMN = " + Pg.literal(column)
                        + ";\n  END IF;\nEND");
    }

    private boolean impliedByCheck(String column) {
        return table.relation().stream()
                .flatMap(r -> r.constraints().stream())
                .anyMatch(c -> c.type() == 'c' && c.validated() && NullTests.implies(c.definition(), column));
    }

    private Step.Backfill fill(String column, String expression) {
        return new Step.Backfill(
                table.name(),
                List.of(new Step.Assignment(column, "(" + expression + ")")),
                Pg.id(column) + " IS NULL AND (" + expression + ") IS NOT NULL",
                table.key(),
                table.leaves(),
                table.triggersAnywhere());
    }

    private boolean addConstraint(AlterAction.AddConstraint add) {
        return switch (add.constraint()) {
            case TableConstraint.Check check -> check.notValid() || !check.enforced() ? keep(add) : check(check);
            case TableConstraint.ForeignKey key -> key.notValid() || !key.enforced() ? keep(add) : foreignKey(key);
            case TableConstraint.Unique unique ->
                unique.usingIndex().isPresent()
                        ? keep(add)
                        : key(
                                false,
                                unique.name(),
                                unique.keys(),
                                unique.source().text());
            case TableConstraint.PrimaryKey key ->
                key.usingIndex().isPresent() ? primaryKeyUsingIndex(key) : primaryKey(key);
            case TableConstraint.NotNull notNull ->
                notNull.notValid() ? keep(add) : setNotNull(notNull.column(), notNull.name(), notNull.noInherit(), add);
            case TableConstraint.Exclude exclude ->
                refuse("the server builds the index of an exclusion constraint under lock only");
        };
    }

    private boolean check(TableConstraint.Check check) {
        List<String> added = additions.stream().map(ColumnAddition::name).toList();
        String name = check.name()
                .orElseGet(() -> promises.names()
                        .check(ReferencedColumns.only(check.expression().text(), table, added)));
        constraint(check.source().text(), check.name().isPresent(), name);
        return true;
    }

    private void constraint(String source, boolean named, String name) {
        expand.action("ADD " + (named ? "" : "CONSTRAINT " + Pg.id(name) + " ") + source + " NOT VALID");
        promises.validate(name);
        draft.undo("ALTER TABLE IF EXISTS " + Pg.id(table.name()) + " DROP CONSTRAINT IF EXISTS " + Pg.id(name));
    }

    private boolean foreignKey(TableConstraint.ForeignKey key) {
        boolean leafByLeaf = PartitionedForeignKey.isNeeded(table);
        if (leafByLeaf && !canReference(key.referenced())) {
            return false;
        }
        key.columns().forEach(draft::column);
        String name = key.name().orElseGet(() -> promises.names().foreignKey(key.columns()));
        if (leafByLeaf) {
            String definition = ForeignKeyText.definition(key.source().text());
            new PartitionedForeignKey(draft, table, promises).plan(name, key.columns(), definition);
            return true;
        }
        constraint(key.source().text(), key.name().isPresent(), name);
        draft.note(EXPAND, "SHARE ROW EXCLUSIVE on " + key.referenced() + " too");
        return true;
    }

    private boolean key(boolean primary, Optional<String> written, List<IndexKey> keys, String source) {
        List<String> columns = keys.stream().flatMap(k -> k.column().stream()).toList();
        KeyClause clause = KeyClause.of(source);
        if (columns.size() != keys.size() || clause.keys().isEmpty()) {
            return refuse("the key's columns could not be told from its text");
        }
        columns.forEach(draft::column);
        if (table.partitioned()) {
            String parent = written.orElseGet(() ->
                    primary ? promises.names().primaryKey() : promises.names().unique(withIncluded(columns, source)));
            new PartitionedKey(draft, table, primary, columns, clause, source).plan(parent);
            return true;
        }
        String name = written.orElseGet(
                () -> primary ? promises.names().primaryKey() : promises.names().unique(withIncluded(columns, source)));
        promises.key(primary, name, columns, clause.keys().get(), clause);
        return true;
    }

    private static List<String> withIncluded(List<String> columns, String source) {
        return Stream.concat(columns.stream(), IndexPlanner.included(source).stream())
                .toList();
    }

    private boolean primaryKey(TableConstraint.PrimaryKey key) {
        return notNullKeys(key.keys().stream().flatMap(k -> k.column().stream()).toList(), key)
                && key(true, key.name(), key.keys(), key.source().text());
    }

    private boolean notNullKeys(List<String> columns, TableConstraint.PrimaryKey key) {
        for (String column : columns) {
            boolean added = additions.stream().anyMatch(a -> a.name().equals(column) && a.notNull());
            boolean already = subject.column(column).filter(c -> c.notNull()).isPresent();
            if (added || already) {
                continue;
            }
            AlterAction.SetNotNull set = new AlterAction.SetNotNull(key.source(), column);
            if (impliedByCheck(column)) {
                // The server sees that it need not read the rows.
                expand.action("ALTER COLUMN " + Pg.id(column) + " SET NOT NULL");
                Undoing.of(set, table).ifPresent(draft::undo);
            } else if (!setNotNull(column, Optional.empty(), false, set)) {
                return false;
            }
        }
        return true;
    }

    private boolean primaryKeyUsingIndex(TableConstraint.PrimaryKey key) {
        String index = key.usingIndex().orElseThrow();
        List<String> columns = table.relation().stream()
                .flatMap(r -> r.indexes().stream())
                .filter(i -> i.name().equals(index))
                .findFirst()
                .map(i -> i.columns())
                .orElse(List.of());
        if (columns.isEmpty()) {
            return refuse("nothing is known of the index " + index);
        }
        if (!notNullKeys(columns, key)) {
            return false;
        }
        draft.statements(ENFORCE, table.alter() + "ADD " + key.source().text());
        return true;
    }
}
