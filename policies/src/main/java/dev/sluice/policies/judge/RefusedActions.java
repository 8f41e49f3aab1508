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
import java.util.Optional;
import java.util.Set;

/** Actions of ALTER TABLE that the server will refuse, by what is known of the table. */
final class RefusedActions {

    private final RelationFacts table;
    private final Facts facts;
    private final Set<String> gone = new HashSet<>();
    private final Set<String> added = new HashSet<>();

    private RefusedActions(RelationFacts table, Facts facts) {
        this.table = table;
        this.facts = facts;
    }

    static Optional<String> why(SchemaChange.AlterTable alter, RelationFacts table, Facts facts) {
        if (table.columns().isEmpty()) {
            return Optional.empty();
        }
        RefusedActions refused = new RefusedActions(table, facts);
        for (AlterAction action : alter.actions()) {
            if (action instanceof AlterAction.DropColumn drop) {
                refused.gone.add(drop.column());
            }
            if (action instanceof AlterAction.AddColumn add) {
                refused.added.add(add.column().name());
            }
        }
        return alter.actions().stream()
                .map(refused::why)
                .flatMap(Optional::stream)
                .findFirst()
                .map(what -> what + ": the server says so itself");
    }

    private Optional<String> why(AlterAction action) {
        return switch (action) {
            case AlterAction.AddColumn add -> addColumn(add);
            case AlterAction.DropColumn drop -> dropColumn(drop);
            case AlterAction.SetDefault a -> missing(a.column());
            case AlterAction.DropDefault a -> missing(a.column());
            case AlterAction.SetNotNull a -> missing(a.column());
            case AlterAction.DropNotNull a -> missing(a.column());
            case AlterAction.AlterType a -> missing(a.column());
            case AlterAction.SetExpression a -> missing(a.column());
            case AlterAction.AlterColumnAttribute a -> missing(a.column());
            case AlterAction.ModifyColumn a -> missing(a.from());
            case AlterAction.RenameColumn a -> missing(a.from());
            case AlterAction.AddConstraint add -> addConstraint(add);
            case AlterAction.DropConstraint drop -> drop.ifExists() ? Optional.empty() : noConstraint(drop.name());
            case AlterAction.ValidateConstraint validate -> noConstraint(validate.name());
            case AlterAction.RenameConstraint rename -> noConstraint(rename.from());
            default -> Optional.empty();
        };
    }

    private Optional<String> addColumn(AlterAction.AddColumn add) {
        String name = add.column().name();
        boolean exists = table.column(name).isPresent() && !gone.contains(name);
        if (exists && !add.ifNotExists()) {
            return Optional.of("column " + name + " exists already");
        }
        if (exists) {
            return Optional.empty();
        }
        if (add.column().has(ColumnConstraint.PrimaryKey.class)
                && table.primaryKey().isPresent()) {
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
                .filter(t -> facts.relation(t).isEmpty())
                .findFirst()
                .map(t -> t + " does not exist");
    }

    private Optional<String> dropColumn(AlterAction.DropColumn drop) {
        boolean there = drop.ifExists() || table.column(drop.column()).isPresent();
        return there ? Optional.empty() : Optional.of("column " + drop.column() + " does not exist");
    }

    private Optional<String> addConstraint(AlterAction.AddConstraint add) {
        Optional<String> taken =
                add.constraint().name().filter(n -> table.constraint(n).isPresent());
        if (taken.isPresent()) {
            return Optional.of("constraint " + taken.get() + " exists already");
        }
        return switch (add.constraint()) {
            case TableConstraint.ForeignKey key ->
                key.columns().stream()
                        .map(this::missing)
                        .flatMap(Optional::stream)
                        .findFirst()
                        .or(() -> facts.relation(key.referenced()).isEmpty()
                                ? Optional.of(nameless(key.referenced()))
                                : Optional.empty());
            case TableConstraint.Unique unique ->
                missing(unique.keys())
                        .or(() -> unique.usingIndex().isPresent()
                                ? Optional.empty()
                                : PartitionedKeys.refusal(table, unique.keys(), facts));
            case TableConstraint.PrimaryKey key ->
                table.primaryKey().isPresent()
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

    private static String nameless(QualifiedName name) {
        return name + " does not exist";
    }

    private Optional<String> missing(List<IndexKey> keys) {
        return keys.stream()
                .flatMap(k -> k.column().stream())
                .map(this::missing)
                .flatMap(Optional::stream)
                .findFirst();
    }

    private Optional<String> missing(String column) {
        boolean there = added.contains(column) || (table.column(column).isPresent() && !gone.contains(column));
        return there ? Optional.empty() : Optional.of("column " + column + " does not exist");
    }

    private Optional<String> noConstraint(String name) {
        return table.constraint(name).isPresent() || table.constraints().isEmpty()
                ? Optional.empty()
                : Optional.of("constraint " + name + " does not exist");
    }
}
