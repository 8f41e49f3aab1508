package dev.sluice.policies.rule;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.sql.Directives;
import dev.sluice.policies.sql.ServerVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a rule looks at: a statement and what is known of its surroundings.
 *
 * @param createdHere tables that the same transaction or file created
 */
public record Subject(
        SchemaChange change,
        Facts facts,
        boolean inTransaction,
        Set<QualifiedName> createdHere,
        Directives directives) {

    public ServerVersion version() {
        return facts.version();
    }

    public Optional<SchemaChange.AlterTable> alter() {
        return change instanceof SchemaChange.AlterTable alter ? Optional.of(alter) : Optional.empty();
    }

    /** The actions of one kind; none for anything else than ALTER TABLE. */
    public <A extends AlterAction> List<A> actions(Class<A> kind) {
        if (!(change instanceof SchemaChange.AlterTable alter)) {
            return List.of();
        }
        // Nearly every rule asks, and nearly always there are none: no stream is made for that.
        List<A> found = List.of();
        for (AlterAction action : alter.actions()) {
            if (kind.isInstance(action)) {
                found = found.isEmpty() ? new ArrayList<>() : found;
                found.add(kind.cast(action));
            }
        }
        return List.copyOf(found);
    }

    public <A extends AlterAction> boolean has(Class<A> kind) {
        return change instanceof SchemaChange.AlterTable alter
                && alter.actions().stream().anyMatch(kind::isInstance);
    }

    /** The table of ALTER TABLE or CREATE INDEX, when it is known. */
    public Optional<RelationFacts> table() {
        return switch (change) {
            case SchemaChange.AlterTable alter -> facts.relation(alter.table());
            case SchemaChange.CreateIndex index -> facts.relation(index.table());
            default -> Optional.empty();
        };
    }

    /** Whether the table certainly has no row. */
    public boolean empty() {
        return table().filter(t -> !facts.assumed() && t.rows() == 0).isPresent();
    }

    public boolean partitioned() {
        return table().filter(t -> t.kind() == RelationFacts.Kind.PARTITIONED_TABLE)
                .isPresent();
    }

    /** Whether the same transaction or file created a table, by its real name. */
    public boolean isCreatedHere(QualifiedName real) {
        return createdHere.contains(real) || createdHere.contains(QualifiedName.of(real.name()));
    }

    /** ADD COLUMN actions that add something; a column that exists already is left out. */
    public List<ColumnAddition> additions() {
        List<AlterAction.AddColumn> added = actions(AlterAction.AddColumn.class);
        if (added.isEmpty()) {
            return List.of();
        }
        return added.stream()
                .filter(add -> !(add.ifNotExists() && exists(add.column().name())))
                .map(add -> ColumnAddition.of(add, facts))
                .toList();
    }

    private boolean exists(String column) {
        return table().flatMap(t -> t.column(column)).isPresent();
    }

    /** Whether a column, of this statement or the table's, is computed when it is read. */
    public boolean isVirtual(String column) {
        return additions().stream().anyMatch(a -> a.name().equals(column) && a.isVirtual(true))
                || table().filter(t -> t.options().containsKey("virtual." + column))
                        .isPresent();
    }

    /** What the table's column is now, when it is known. */
    public Optional<RelationFacts.ColumnFacts> column(String name) {
        return table().flatMap(t -> t.column(name));
    }
}
