package dev.sluice.proxy.lint;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.FactsRequest;
import dev.sluice.policies.facts.RelationFacts;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Tells that a database has already, or has no more, what a pending statement would change. */
final class Applied {
    private Applied() {}

    /** The same request with the names that the statement gives to new relations. */
    static FactsRequest request(SchemaChange change, FactsRequest needs) {
        Set<QualifiedName> relations = new HashSet<>(needs.relations());
        switch (change) {
            case SchemaChange.CreateTable create -> relations.add(create.table());
            case SchemaChange.CreateIndex index -> index.name().ifPresent(relations::add);
            default -> {}
        }
        return new FactsRequest(relations, needs.expressions(), needs.types(), needs.newRelations());
    }

    static Optional<String> of(SchemaChange change, Facts facts, FileState state) {
        return switch (change) {
            case SchemaChange.CreateTable create ->
                !create.ifNotExists() && !create.orReplace() && !create.temporary()
                        ? exists(create.table(), facts, state)
                        : Optional.empty();
            case SchemaChange.CreateIndex index ->
                index.name()
                        .filter(name -> !index.ifNotExists())
                        .filter(name -> facts.version().dialect() == dev.sluice.policies.sql.Dialect.POSTGRES)
                        .flatMap(name -> exists(name, facts, state));
            case SchemaChange.AlterTable alter ->
                state.isCreated(alter.table())
                        ? Optional.empty()
                        : facts.relation(alter.table())
                                .flatMap(table -> alter.actions().stream()
                                        .flatMap(action -> of(action, table).stream())
                                        .findFirst());
            default -> Optional.empty();
        };
    }

    private static Optional<String> exists(QualifiedName name, Facts facts, FileState state) {
        return state.isCreated(name)
                ? Optional.empty()
                : facts.relation(name).map(found -> name + " exists in the database already");
    }

    private static Optional<String> of(AlterAction action, RelationFacts table) {
        return switch (action) {
            case AlterAction.AddColumn add ->
                table.column(add.column().name())
                        .filter(column -> !add.ifNotExists())
                        .map(column ->
                                "the database's " + table.name() + " has a column " + column.name() + " already");
            case AlterAction.AddConstraint add ->
                add.constraint()
                        .name()
                        .filter(name -> table.constraint(name).isPresent())
                        .map(name -> "the database's " + table.name() + " has a constraint " + name + " already");
            default -> Optional.empty();
        };
    }
}
