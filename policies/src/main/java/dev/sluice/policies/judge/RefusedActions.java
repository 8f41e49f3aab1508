package dev.sluice.policies.judge;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.ColumnConstraint;
import dev.sluice.policies.ddl.ColumnSpec;
import dev.sluice.policies.ddl.IndexKey;
import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.TableConstraint;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.RelationFacts;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Actions of ALTER TABLE that the server will refuse, by what is known of the table. */
final class RefusedActions {

    private final RelationFacts table;
    private final Facts facts;
    private static final Pattern CONDITION = Pattern.compile("\\bexists\\b", Pattern.CASE_INSENSITIVE);

    /** Names of columns, constraints and indexes that the statement itself makes free. */
    private final Set<String> gone = new HashSet<>();
    /** Columns that it drops. */
    private final Set<String> dropped = new HashSet<>();
    /** Columns and constraints that it brings. */
    private final Set<String> coming = new HashSet<>();

    private boolean dropsKeys;

    private RefusedActions(RelationFacts table, Facts facts) {
        this.table = table;
        this.facts = facts;
    }

    static Optional<String> why(SchemaChange.AlterTable alter, RelationFacts table, Facts facts) {
        if (table.columns().isEmpty()) {
            return Optional.empty();
        }
        RefusedActions refused = new RefusedActions(table, facts);
        alter.actions().forEach(refused::note);
        return alter.actions().stream()
                .filter(action -> !isConditional(action))
                .map(refused::why)
                .flatMap(Optional::stream)
                .findFirst()
                .map(what -> what + ": the server says so itself");
    }

    /** MariaDB knows IF EXISTS and IF NOT EXISTS in most actions: what they are about may be there or not. */
    private static boolean isConditional(AlterAction action) {
        return CONDITION.matcher(action.source().text()).find();
    }

    /** The server looks at the actions together: what one takes away another may bring, whichever is written first. */
    private void note(AlterAction action) {
        switch (action) {
            case AlterAction.AddColumn a -> coming.add(folded(a.column().name()));
            case AlterAction.DropColumn a -> {
                gone.add(folded(a.column()));
                dropped.add(folded(a.column()));
            }
            case AlterAction.ModifyColumn a -> renamed(a.from(), a.column().name());
            case AlterAction.RenameColumn a -> renamed(a.from(), a.to());
            case AlterAction.AddConstraint a -> a.constraint().name().ifPresent(n -> coming.add(folded(n)));
            case AlterAction.DropConstraint a -> gone.add(folded(a.name()));
            case AlterAction.DropIndex a -> gone.add(folded(a.name()));
            case AlterAction.RenameIndex a -> gone.add(folded(a.from()));
            case AlterAction.RenameConstraint a -> renamed(a.from(), a.to());
            default -> {}
        }
        dropsKeys |= action instanceof AlterAction.DropPrimaryKey
                || action instanceof AlterAction.DropConstraint
                || action instanceof AlterAction.DropColumn
                || action instanceof AlterAction.DropIndex;
    }

    private void renamed(String from, String to) {
        if (!folded(from).equals(folded(to))) {
            gone.add(folded(from));
            coming.add(folded(to));
        }
    }

    private String folded(String name) {
        return facts.version().dialect().isMySqlFamily() ? name.toLowerCase(Locale.ROOT) : name;
    }

    private Optional<String> why(AlterAction action) {
        return switch (action) {
            case AlterAction.AddColumn add -> addColumn(add);
            case AlterAction.DropColumn drop -> dropColumn(drop);
            case AlterAction.SetDefault a -> missing(a.column());
            // What withdraws something may stand before a DROP of its column, and is done before it.
            case AlterAction.DropDefault a -> absent(a.column());
            case AlterAction.DropNotNull a -> absent(a.column());
            case AlterAction.SetNotNull a -> missing(a.column());
            case AlterAction.AlterType a -> missing(a.column());
            case AlterAction.SetExpression a -> missing(a.column());
            case AlterAction.AlterColumnAttribute a -> missing(a.column());
            case AlterAction.ModifyColumn a -> missing(a.from());
            case AlterAction.RenameColumn a -> missing(a.from());
            case AlterAction.AddConstraint add -> addConstraint(add);
            case AlterAction.AddIndex add -> add.name().flatMap(this::takenIndex);
            case AlterAction.DropConstraint drop -> drop.ifExists() ? Optional.empty() : noConstraint(drop.name());
            case AlterAction.ValidateConstraint validate -> noConstraint(validate.name());
            case AlterAction.RenameConstraint rename -> noConstraint(rename.from());
            default -> Optional.empty();
        };
    }

    private Optional<String> addColumn(AlterAction.AddColumn add) {
        String name = add.column().name();
        boolean exists = table.column(name).isPresent() && !gone.contains(folded(name));
        if (exists && !add.ifNotExists()) {
            return Optional.of("column " + name + " exists already");
        }
        if (exists) {
            return Optional.empty();
        }
        if (add.column().has(ColumnConstraint.PrimaryKey.class) && keepsPrimaryKey()) {
            return Optional.of("the table has a primary key");
        }
        return inlineKey(add.column()).or(() -> identity(add.column())).or(() -> missingParent(add));
    }

    /** A key over a new column alone has no column that the table is partitioned by. */
    private Optional<String> inlineKey(ColumnSpec column) {
        boolean keyed = column.has(ColumnConstraint.Unique.class) || column.has(ColumnConstraint.PrimaryKey.class);
        return keyed ? PartitionedKeys.refusalOf(table, List.of(column.name()), facts) : Optional.empty();
    }

    /** PostgreSQL gives an identity to a table's children with it only where those are partitions, since 17. */
    private Optional<String> identity(ColumnSpec column) {
        boolean inherits = table.kind() == RelationFacts.Kind.PARTITIONED_TABLE
                && facts.version().atLeast(17);
        return column.has(ColumnConstraint.Identity.class) && !table.children().isEmpty() && !inherits
                ? Optional.of("an identity cannot be added to the table and those below it")
                : Optional.empty();
    }

    private Optional<String> missingParent(AlterAction.AddColumn add) {
        return add.column().all(ColumnConstraint.References.class).stream()
                .map(ColumnConstraint.References::table)
                .flatMap(t -> missingParent(t).stream())
                .findFirst();
    }

    /** While foreign keys are not checked MySQL takes one to a table that is still to come. */
    private Optional<String> missingParent(QualifiedName parent) {
        boolean checked = !facts.version().dialect().isMySqlFamily()
                || facts.settings().getOrDefault("foreign_key_checks", "").equals("ON");
        return checked && facts.relation(parent).isEmpty() ? Optional.of(parent + " does not exist") : Optional.empty();
    }

    private boolean keepsPrimaryKey() {
        return table.primaryKey().isPresent() && !dropsKeys;
    }

    private Optional<String> dropColumn(AlterAction.DropColumn drop) {
        boolean there = drop.ifExists() || table.column(drop.column()).isPresent();
        return there ? Optional.empty() : Optional.of("column " + drop.column() + " does not exist");
    }

    private Optional<String> addConstraint(AlterAction.AddConstraint add) {
        Optional<String> taken =
                add.constraint().name().filter(n -> table.constraint(n).isPresent() && !gone.contains(folded(n)));
        if (taken.isPresent()) {
            return Optional.of("constraint " + taken.get() + " exists already");
        }
        return switch (add.constraint()) {
            case TableConstraint.ForeignKey key ->
                key.columns().stream()
                        .map(this::missing)
                        .flatMap(Optional::stream)
                        .findFirst()
                        .or(() -> missingParent(key.referenced()));
            case TableConstraint.Unique unique ->
                unique.name()
                        .flatMap(this::takenIndex)
                        .or(() -> missing(unique.keys()))
                        .or(() -> unique.usingIndex().isPresent()
                                ? Optional.empty()
                                : PartitionedKeys.refusal(table, unique.keys(), facts));
            case TableConstraint.PrimaryKey key ->
                keepsPrimaryKey()
                        ? Optional.of("the table has a primary key")
                        : missing(key.keys())
                                .or(() -> key.usingIndex().isPresent()
                                        ? Optional.empty()
                                        : PartitionedKeys.refusal(table, key.keys(), facts));
            case TableConstraint.NotNull notNull -> missing(notNull.column());
            case TableConstraint.Check check -> Optional.empty();
            case TableConstraint.Exclude exclude -> Optional.empty();
        };
    }

    /** Known of MySQL's tables, whose indexes have names of their own. */
    private Optional<String> takenIndex(String name) {
        return table.index(name)
                .filter(index -> facts.version().dialect().isMySqlFamily() && !gone.contains(folded(name)))
                .map(index -> "index " + index.name() + " exists already");
    }

    private Optional<String> missing(List<IndexKey> keys) {
        return keys.stream()
                .flatMap(k -> k.column().stream())
                .map(this::missing)
                .flatMap(Optional::stream)
                .findFirst();
    }

    private Optional<String> missing(String column) {
        boolean there = coming.contains(folded(column))
                || table.column(column).isPresent() && !dropped.contains(folded(column));
        return there ? Optional.empty() : Optional.of("column " + column + " does not exist");
    }

    private Optional<String> absent(String column) {
        return table.column(column).isPresent() ? Optional.empty() : missing(column);
    }

    private Optional<String> noConstraint(String name) {
        return table.constraint(name).isPresent()
                        || coming.contains(folded(name))
                        || table.constraints().isEmpty()
                ? Optional.empty()
                : Optional.of("constraint " + name + " does not exist");
    }
}
