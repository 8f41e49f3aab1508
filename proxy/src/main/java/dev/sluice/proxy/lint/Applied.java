package dev.sluice.proxy.lint;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.FactsRequest;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.sql.Dialect;
import java.util.HashSet;
import java.util.List;
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

    /**
     * @param facts of the database itself
     * @param pending what is pending before the statement
     * @return what is wrong, or empty
     */
    static Optional<String> of(SchemaChange change, Facts facts, PendingSchema pending) {
        Facts then = pending.over(facts);
        return switch (change) {
            case SchemaChange.CreateTable create ->
                !create.ifNotExists() && !create.orReplace() && !create.temporary()
                        ? exists(create.table(), then, pending)
                        : Optional.empty();
            case SchemaChange.CreateIndex index ->
                index.name()
                        .filter(name -> !index.ifNotExists())
                        .filter(name -> facts.version().dialect() == Dialect.POSTGRES)
                        .flatMap(name -> exists(name, then, pending));
            case SchemaChange.DropTable drop ->
                drop.ifExists() ? Optional.empty() : missing(drop.tables(), facts, pending);
            case SchemaChange.AlterTable alter -> alter(alter, facts, then, pending);
            default -> Optional.empty();
        };
    }

    private static Optional<String> alter(
            SchemaChange.AlterTable alter, Facts facts, Facts then, PendingSchema pending) {
        if (pending.creates(alter.table())) {
            return Optional.empty();
        }
        Optional<RelationFacts> now = facts.relation(alter.table());
        if (now.isEmpty()) {
            return alter.ifExists() ? Optional.empty() : missing(List.of(alter.table()), facts, pending);
        }
        return then.relation(alter.table())
                .flatMap(table -> alter.actions().stream()
                        .flatMap(action -> of(action, now.get(), table).stream())
                        .findFirst());
    }

    private static Optional<String> missing(List<QualifiedName> names, Facts facts, PendingSchema pending) {
        return names.stream()
                .filter(name -> facts.relation(name).isEmpty() && !pending.creates(name))
                .findFirst()
                .map(name -> "the database has no table " + name);
    }

    private static Optional<String> exists(QualifiedName name, Facts then, PendingSchema pending) {
        return pending.creates(name)
                ? Optional.empty()
                : then.relation(name).map(found -> name + " exists in the database already");
    }

    /**
     * @param now the table as it is
     * @param then as it will be: where only the two together tell of a conflict, it is one between pending statements
     */
    private static Optional<String> of(AlterAction action, RelationFacts now, RelationFacts then) {
        return switch (action) {
            case AlterAction.AddColumn add ->
                then.column(add.column().name())
                        .filter(column ->
                                !add.ifNotExists() && now.column(column.name()).isPresent())
                        .map(column -> "the database's " + now.name() + " has a column " + column.name() + " already");
            case AlterAction.DropColumn drop ->
                !drop.ifExists()
                                && !now.columns().isEmpty()
                                && now.column(drop.column()).isEmpty()
                                && then.column(drop.column()).isEmpty()
                        ? Optional.of("the database's " + now.name() + " has no column " + drop.column())
                        : Optional.empty();
            case AlterAction.AddConstraint add ->
                add.constraint()
                        .name()
                        .filter(name -> then.constraint(name).isPresent())
                        .map(name -> "the database's " + now.name() + " has a constraint " + name + " already");
            default -> Optional.empty();
        };
    }
}
