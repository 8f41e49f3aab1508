package dev.sluice.policies.plan.postgres;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.facts.RelationFacts.ColumnFacts;
import java.util.Optional;

/** What takes an action back that was carried out as written. */
final class Undoing {

    private Undoing() {}

    static Optional<String> of(AlterAction action, Table table) {
        String alter = "ALTER TABLE IF EXISTS " + Pg.id(table.name()) + " ";
        return switch (action) {
            case AlterAction.AddColumn a ->
                Optional.of(alter + "DROP COLUMN IF EXISTS " + Pg.id(a.column().name()));
            case AlterAction.AddConstraint a ->
                a.constraint().name().map(name -> alter + "DROP CONSTRAINT IF EXISTS " + Pg.id(name));
            case AlterAction.SetDefault a -> Optional.of(alter + oldDefault(table, a.column()));
            case AlterAction.DropDefault a -> Optional.of(alter + oldDefault(table, a.column()));
            case AlterAction.SetNotNull a -> oldNotNull(table, a.column()).map(alter::concat);
            case AlterAction.DropNotNull a -> oldNotNull(table, a.column()).map(alter::concat);
            default -> Optional.empty();
        };
    }

    private static Optional<String> oldNotNull(Table table, String column) {
        return table.relation()
                .flatMap(r -> r.column(column))
                .map(c -> "ALTER COLUMN " + Pg.id(c.name()) + (c.notNull() ? " SET" : " DROP") + " NOT NULL");
    }

    private static String oldDefault(Table table, String column) {
        Optional<String> old = table.relation().flatMap(r -> r.column(column)).flatMap(ColumnFacts::defaultExpression);
        return "ALTER COLUMN " + Pg.id(column)
                + old.map(e -> " SET DEFAULT " + e).orElse(" DROP DEFAULT");
    }
}
