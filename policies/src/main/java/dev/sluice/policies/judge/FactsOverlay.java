package dev.sluice.policies.judge;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.ColumnConstraint;
import dev.sluice.policies.ddl.ColumnSpec;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.facts.RelationFacts.ColumnFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What a table will look like once earlier statements of the same message, or of the same files, have run. They have not
 * when the next one is judged, so the catalog does not show it. Pure.
 */
public final class FactsOverlay {

    private FactsOverlay() {}

    /** Empty when the effect of an action on later ones cannot be told. */
    public static Optional<RelationFacts> after(RelationFacts table, List<AlterAction> actions) {
        RelationFacts result = table;
        for (AlterAction action : actions) {
            Optional<RelationFacts> next = after(result, action);
            if (next.isEmpty()) {
                return Optional.empty();
            }
            result = next.get();
        }
        return Optional.of(result);
    }

    private static Optional<RelationFacts> after(RelationFacts table, AlterAction action) {
        return switch (action) {
            case AlterAction.AddColumn add -> Optional.of(added(table, add.column()));
            case AlterAction.DropColumn drop ->
                Optional.of(with(
                        table,
                        table.columns().stream()
                                .filter(column -> !column.name().equals(drop.column()))
                                .toList()));
            case AlterAction.SetDefault set ->
                Optional.of(changed(
                        table,
                        set.column(),
                        c -> column(c, c.notNull(), Optional.of(set.expression().text()))));
            case AlterAction.DropDefault drop ->
                Optional.of(changed(table, drop.column(), c -> column(c, c.notNull(), Optional.empty())));
            case AlterAction.SetNotNull set ->
                Optional.of(changed(table, set.column(), c -> column(c, true, c.defaultExpression())));
            case AlterAction.DropNotNull drop ->
                Optional.of(changed(table, drop.column(), c -> column(c, false, c.defaultExpression())));
            case AlterAction.AlterColumnAttribute ignored -> Optional.of(table);
            case AlterAction.TableOption ignored -> Optional.of(table);
            case AlterAction.CatalogOnly ignored -> Optional.of(table);
            case AlterAction.Toggle ignored -> Optional.of(table);
            case AlterAction.RowSecurity ignored -> Optional.of(table);
            // A new constraint changes only how others of its name are judged, and those the server refuses.
            case AlterAction.AddConstraint ignored -> Optional.of(table);
            default -> Optional.empty();
        };
    }

    private static RelationFacts added(RelationFacts table, ColumnSpec spec) {
        if (table.column(spec.name()).isPresent()) {
            return table;
        }
        List<ColumnFacts> columns = new ArrayList<>(table.columns());
        columns.add(new ColumnFacts(
                spec.name(),
                spec.type().source().text(),
                spec.has(ColumnConstraint.NotNull.class) || spec.has(ColumnConstraint.PrimaryKey.class),
                spec.last(ColumnConstraint.Default.class)
                        .map(constraint -> constraint.expression().text()),
                spec.has(ColumnConstraint.Generated.class),
                spec.has(ColumnConstraint.Identity.class)));
        return with(table, columns);
    }

    private static RelationFacts changed(RelationFacts table, String name, UnaryOperator<ColumnFacts> change) {
        return with(
                table,
                table.columns().stream()
                        .map(column -> column.name().equals(name) ? change.apply(column) : column)
                        .toList());
    }

    private static ColumnFacts column(ColumnFacts column, boolean notNull, Optional<String> defaultExpression) {
        return new ColumnFacts(
                column.name(), column.type(), notNull, defaultExpression, column.generated(), column.identity());
    }

    private static RelationFacts with(RelationFacts t, List<ColumnFacts> columns) {
        return new RelationFacts(
                t.name(),
                t.id(),
                t.kind(),
                t.temporary(),
                t.owned(),
                t.manageable(),
                t.rows(),
                t.bytes(),
                columns,
                t.attributeSlots(),
                t.constraints(),
                t.indexes(),
                t.triggers(),
                t.children(),
                t.partitionOf(),
                t.owner(),
                t.dependents(),
                t.indexOf(),
                t.options(),
                t.inFlight());
    }
}
