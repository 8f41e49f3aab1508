package dev.sluice.policies.judge;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.IndexKind;
import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.facts.RelationFacts.Kind;
import dev.sluice.policies.plan.mysql.MySqlPlanner;
import dev.sluice.policies.rule.ColumnAddition;
import dev.sluice.policies.sql.Dialect;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Statements that are nobody's business: on tables that nobody else sees, and such as the server will refuse, whose error
 * should be the server's own.
 */
final class Passing {

    private static final int MOST_ATTRIBUTES = 1600;

    /** What is dropped as an object of its own and is known as a relation. */
    static final Set<String> RELATIONS = Set.of("VIEW", "MATERIALIZED VIEW", "FOREIGN TABLE", "SEQUENCE");

    private Passing() {}

    static Optional<String> why(SchemaChange change, Facts facts, StatementContext context) {
        Optional<QualifiedName> name = Plans.name(change);
        if (name.isEmpty() || change instanceof SchemaChange.CreateTable) {
            return Optional.empty();
        }
        if (allCreatedHere(change, facts, context)) {
            return Optional.of("the same transaction created it: nobody else sees it yet");
        }
        if (facts.assumed()) {
            return Optional.empty();
        }
        return switch (change) {
            case SchemaChange.AlterTable alter -> alter(alter, facts);
            case SchemaChange.CreateIndex index -> createIndex(index, facts);
            case SchemaChange.DropIndex drop ->
                facts.version().dialect() == Dialect.POSTGRES
                        ? dropIndex(drop, facts)
                        : missing(drop.table().stream().toList(), facts);
            case SchemaChange.DropTable drop -> allOf(drop.tables(), facts);
            case SchemaChange.DropObject drop ->
                RELATIONS.contains(drop.objectType()) ? allOf(drop.names(), facts) : Optional.empty();
            case SchemaChange.Truncate truncate ->
                missing(truncate.tables(), facts).or(() -> allOf(truncate.tables(), facts));
            case SchemaChange.LockTable lock -> missing(lock.tables(), facts).or(() -> allOf(lock.tables(), facts));
            case SchemaChange.RefreshMaterializedView refresh -> missing(List.of(refresh.view()), facts);
            case SchemaChange.Reindex reindex ->
                reindex.target().equals("INDEX") || reindex.target().equals("TABLE")
                        ? missing(reindex.name().stream().toList(), facts)
                                .or(() -> allOf(reindex.name().stream().toList(), facts))
                        : Optional.empty();
            case SchemaChange.RewriteTables rewrite -> missing(rewrite.tables(), facts);
            default -> Optional.empty();
        };
    }

    private static boolean allCreatedHere(SchemaChange change, Facts facts, StatementContext context) {
        List<QualifiedName> names = names(change);
        return !names.isEmpty() && names.stream().allMatch(n -> createdHere(n, facts, context));
    }

    private static boolean createdHere(QualifiedName name, Facts facts, StatementContext context) {
        Optional<RelationFacts> known = facts.relation(name);
        Optional<QualifiedName> owner = known.flatMap(RelationFacts::indexOf).or(() -> known.map(RelationFacts::name));
        return context.createdHere().contains(name)
                || owner.filter(o -> context.createdHere().contains(o)
                                || (name.schema().isEmpty()
                                        && context.createdHere().contains(QualifiedName.of(o.name()))))
                        .isPresent();
    }

    private static List<QualifiedName> names(SchemaChange change) {
        return switch (change) {
            case SchemaChange.DropTable drop -> drop.tables();
            case SchemaChange.DropObject drop -> drop.names();
            case SchemaChange.Truncate truncate -> truncate.tables();
            case SchemaChange.LockTable lock -> lock.tables();
            case SchemaChange.RewriteTables rewrite -> rewrite.tables();
            case SchemaChange.DropIndex drop -> drop.table().map(List::of).orElse(drop.indexes());
            case SchemaChange.AlterTable alter ->
                Stream.concat(
                                Stream.of(alter.table()),
                                alter.actions().stream()
                                        .flatMap(a -> a instanceof AlterAction.AttachPartition attach
                                                ? Stream.of(attach.partition())
                                                : Stream.empty()))
                        .toList();
            default -> Plans.name(change).stream().toList();
        };
    }

    private static Optional<String> missing(List<QualifiedName> names, Facts facts) {
        return names.stream()
                .filter(n -> facts.relation(n).isEmpty())
                .findFirst()
                .map(n -> n + " does not exist: the server says so itself");
    }

    /** Everything is missing, temporary or another's. */
    private static Optional<String> allOf(List<QualifiedName> names, Facts facts) {
        boolean nothing = !names.isEmpty()
                && names.stream()
                        .map(facts::relation)
                        .allMatch(r ->
                                r.isEmpty() || r.get().temporary() || !r.get().owned());
        return nothing ? Optional.of("it is temporary, or the server refuses it for this role") : Optional.empty();
    }

    private static Optional<String> table(RelationFacts table) {
        if (table.temporary()) {
            return Optional.of("a temporary table is the session's own");
        }
        return table.owned()
                ? Optional.empty()
                : Optional.of("the role may not alter " + table.name() + ": the server says so itself");
    }

    private static Optional<String> alter(SchemaChange.AlterTable alter, Facts facts) {
        Optional<RelationFacts> known = facts.relation(alter.table());
        if (known.isEmpty()) {
            return missing(List.of(alter.table()), facts);
        }
        RelationFacts table = known.get();
        boolean renames = alter.actions().stream()
                .allMatch(a -> a instanceof AlterAction.RenameTable
                        || a instanceof AlterAction.RenameColumn
                        || a instanceof AlterAction.SetSchema);
        boolean rows = table.kind() == Kind.TABLE || table.kind() == Kind.PARTITIONED_TABLE;
        return table(table)
                .or(() -> rows || renames ? Optional.empty() : Optional.of("it is no table with rows of its own"))
                .or(() -> RefusedActions.why(alter, table, facts))
                .or(() -> refusedColumns(alter, table, facts));
    }

    private static Optional<String> refusedColumns(SchemaChange.AlterTable alter, RelationFacts table, Facts facts) {
        List<ColumnAddition> additions = alter.actions().stream()
                .filter(a -> a instanceof AlterAction.AddColumn)
                .map(a -> ColumnAddition.of((AlterAction.AddColumn) a, facts))
                .toList();
        boolean postgres = facts.version().dialect() == Dialect.POSTGRES;
        if (postgres && !additions.isEmpty() && table.attributeSlots() + additions.size() > MOST_ATTRIBUTES) {
            return Optional.of("the table has used up its 1600 columns: the server says so itself");
        }
        if (postgres
                && alter.only()
                && !additions.isEmpty()
                && !table.children().isEmpty()) {
            return Optional.of("a column cannot be added to a parent alone: the server says so itself");
        }
        return additions.stream()
                .filter(a -> a.fill() == ColumnAddition.Fill.INVALID
                        || facts.type(a.column().type().source().text())
                                .filter(t -> !t.exists())
                                .isPresent())
                .findFirst()
                .map(a -> "the server refuses the type or default of " + a.name() + " itself");
    }

    private static Optional<String> createIndex(SchemaChange.CreateIndex index, Facts facts) {
        Optional<RelationFacts> known = facts.relation(index.table());
        if (known.isEmpty()) {
            return missing(List.of(index.table()), facts);
        }
        RelationFacts table = known.get();
        boolean indexable = table.kind() == Kind.TABLE
                || table.kind() == Kind.PARTITIONED_TABLE
                || table.kind() == Kind.MATERIALIZED_VIEW;
        Optional<QualifiedName> column = index.keys().stream()
                .flatMap(k -> k.column().stream())
                .filter(c -> !table.columns().isEmpty() && table.column(c).isEmpty())
                .map(QualifiedName::of)
                .findFirst();
        return table(table)
                .or(() -> indexable ? Optional.empty() : Optional.of("it takes no index: the server says so itself"))
                .or(() -> column.map(c -> "column " + c + " does not exist: the server says so itself"))
                .or(() -> index.kind() == IndexKind.UNIQUE && !index.only()
                        ? PartitionedKeys.refusal(table, index.keys(), facts)
                                .map(w -> w + ": the server says so itself")
                        : Optional.empty())
                .or(() -> index.name()
                        .filter(n -> facts.version().dialect() == Dialect.POSTGRES
                                ? taken(n, table, facts)
                                : table.index(n.name()).isPresent() && !isConditional(index))
                        .map(n -> n + " exists already: the server says so itself"));
    }

    /** MariaDB takes IF NOT EXISTS and OR REPLACE. */
    private static boolean isConditional(SchemaChange.CreateIndex index) {
        return index.ifNotExists() || MySqlPlanner.replaces(index);
    }

    private static boolean taken(QualifiedName name, RelationFacts table, Facts facts) {
        QualifiedName real = new QualifiedName(table.name().schema(), name.name());
        return facts.relation(real).isPresent()
                || facts.relation(name).filter(r -> r.name().equals(real)).isPresent();
    }

    /** One index that the server refuses to drop keeps all of them; IF EXISTS passes over those that are not there. */
    private static Optional<String> dropIndex(SchemaChange.DropIndex drop, Facts facts) {
        List<RelationFacts> known = drop.indexes().stream()
                .map(facts::relation)
                .flatMap(Optional::stream)
                .toList();
        Optional<String> absent =
                drop.ifExists() && !known.isEmpty() ? Optional.empty() : missing(drop.indexes(), facts);
        return absent.or(() -> known.stream()
                        .flatMap(i -> refusesDrop(i, facts).stream())
                        .findFirst())
                .or(() -> known.stream().allMatch(RelationFacts::temporary)
                        ? Optional.of("a temporary table is the session's own")
                        : Optional.empty());
    }

    private static Optional<String> refusesDrop(RelationFacts index, Facts facts) {
        if (index.kind() != Kind.INDEX && index.kind() != Kind.PARTITIONED_INDEX) {
            return Optional.of(index.name() + " is no index: the server says so itself");
        }
        boolean constraint = index.indexOf()
                .flatMap(facts::relation)
                .flatMap(t -> t.constraint(index.name().name()))
                .isPresent();
        if (constraint) {
            return Optional.of("a constraint needs " + index.name() + ": the server says so itself");
        }
        return index.temporary() ? Optional.empty() : table(index);
    }
}
