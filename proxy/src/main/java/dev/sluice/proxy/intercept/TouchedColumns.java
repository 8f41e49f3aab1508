package dev.sluice.proxy.intercept;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.ColumnConstraint;
import dev.sluice.policies.ddl.ColumnSpec;
import dev.sluice.policies.ddl.IndexKey;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.TableConstraint;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which columns of its table a schema change concerns, as far as it names them. */
final class TouchedColumns {

    private TouchedColumns() {}

    /** Empty when it may concern any column: it has an expression, or changes the table as a whole. */
    static Optional<Set<String>> of(SchemaChange change) {
        return switch (change) {
            case SchemaChange.AlterTable alter -> ofActions(alter.actions());
            case SchemaChange.CreateIndex index -> index.where().isEmpty() ? ofKeys(index.keys()) : Optional.empty();
            case SchemaChange.Annotation ignored -> Optional.of(Set.of());
            default -> Optional.empty();
        };
    }

    private static Optional<Set<String>> ofActions(List<AlterAction> actions) {
        Set<String> columns = new HashSet<>();
        for (AlterAction action : actions) {
            Optional<Set<String>> some = ofAction(action);
            if (some.isEmpty()) {
                return Optional.empty();
            }
            columns.addAll(some.get());
        }
        return Optional.of(columns);
    }

    private static Optional<Set<String>> ofAction(AlterAction action) {
        return switch (action) {
            case AlterAction.AddColumn add -> ofColumn(add.column());
            case AlterAction.DropColumn drop -> Optional.of(Set.of(drop.column()));
            case AlterAction.SetDefault set -> Optional.of(Set.of(set.column()));
            case AlterAction.DropDefault drop -> Optional.of(Set.of(drop.column()));
            case AlterAction.SetNotNull set -> Optional.of(Set.of(set.column()));
            case AlterAction.DropNotNull drop -> Optional.of(Set.of(drop.column()));
            case AlterAction.AlterColumnAttribute attribute -> Optional.of(Set.of(attribute.column()));
            case AlterAction.RenameColumn rename -> Optional.of(Set.of(rename.from(), rename.to()));
            case AlterAction.AddConstraint add -> ofConstraint(add.constraint());
            case AlterAction.TableOption ignored -> Optional.of(Set.of());
            case AlterAction.CatalogOnly ignored -> Optional.of(Set.of());
            default -> Optional.empty();
        };
    }

    private static Optional<Set<String>> ofColumn(ColumnSpec column) {
        boolean expression = column.has(ColumnConstraint.Generated.class) || column.has(ColumnConstraint.Check.class);
        return expression ? Optional.empty() : Optional.of(Set.of(column.name()));
    }

    private static Optional<Set<String>> ofConstraint(TableConstraint constraint) {
        return switch (constraint) {
            case TableConstraint.ForeignKey key -> Optional.of(Set.copyOf(key.columns()));
            case TableConstraint.Unique unique ->
                unique.usingIndex().isEmpty() ? ofKeys(unique.keys()) : Optional.empty();
            case TableConstraint.PrimaryKey key -> key.usingIndex().isEmpty() ? ofKeys(key.keys()) : Optional.empty();
            case TableConstraint.NotNull notNull -> Optional.of(Set.of(notNull.column()));
            case TableConstraint.Check ignored -> Optional.empty();
            case TableConstraint.Exclude ignored -> Optional.empty();
        };
    }

    private static Optional<Set<String>> ofKeys(List<IndexKey> keys) {
        Set<String> columns = new HashSet<>();
        for (IndexKey key : keys) {
            if (key.column().isEmpty()) {
                return Optional.empty();
            }
            columns.add(key.column().get());
        }
        return Optional.of(columns);
    }
}
