package dev.sluice.policies.rule;

import static dev.sluice.policies.policy.Action.APPROVE;
import static dev.sluice.policies.policy.Action.GUARD;
import static dev.sluice.policies.policy.Action.REWRITE;
import static dev.sluice.policies.policy.Action.WARN;
import static dev.sluice.policies.rule.Rule.rule;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.IndexKey;
import dev.sluice.policies.ddl.IndexKind;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.TableConstraint;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.facts.RelationFacts.Kind;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.stream.Stream;

/** How indexes are built and dropped. */
final class IndexRules {

    private IndexRules() {}

    static List<Rule> all() {
        return List.of(
                rule("create-index-blocking", "CREATE INDEX without CONCURRENTLY")
                        .postgres(
                                REWRITE,
                                index((s, i) -> !i.concurrently()
                                        && !s.partitioned()
                                        && !(i.only() && s.table().isEmpty())))
                        .harm("writers wait for as long as the index takes to build")
                        .safeWay("the index is built CONCURRENTLY; in a transaction, once that has committed")
                        .example("CREATE INDEX idx_note ON orders (note)"),
                rule("drop-index-blocking", "DROP INDEX without CONCURRENTLY")
                        .postgres(REWRITE, IndexRules::dropIndex)
                        .harm("it waits for every reader of the table, and everybody waits behind it")
                        .safeWay("the index is dropped CONCURRENTLY; in a transaction, once that has committed")
                        .example("DROP INDEX idx_note"),
                rule("reindex-blocking", "REINDEX without CONCURRENTLY")
                        .postgres(REWRITE, IndexRules::reindex)
                        .harm("writers wait for as long as the index takes to build, readers too where it is used")
                        .safeWay("the index is rebuilt CONCURRENTLY; in a transaction, once that has committed")
                        .example("REINDEX TABLE orders"),
                rule("create-index-on-partitioned", "CREATE INDEX on a partitioned table")
                        .postgres(REWRITE, index((s, i) -> !i.concurrently() && !i.only() && s.partitioned()))
                        .harm("writers of every partition wait until all of its indexes are built")
                        .safeWay("each partition's index is built CONCURRENTLY and attached to the parent's")
                        .example("CREATE INDEX idx_kind ON events (kind)"),
                rule("concurrent-on-partitioned", "CONCURRENTLY on a partitioned table")
                        .postgres(REWRITE, index((s, i) -> i.concurrently() && !i.only() && s.partitioned()))
                        .harm("the server refuses it")
                        .safeWay("each partition's index is built CONCURRENTLY and attached to the parent's")
                        .example("CREATE INDEX CONCURRENTLY idx_kind ON events (kind)"),
                rule("concurrent-in-transaction", "CONCURRENTLY in a transaction")
                        .postgres(REWRITE, IndexRules::concurrentInTransaction)
                        .harm("the server refuses it and the transaction is lost")
                        .safeWay("it is carried out once the transaction has committed")
                        .example("BEGIN; CREATE INDEX CONCURRENTLY idx_note ON orders (note)"),
                rule("add-functional-index", "an index on an expression")
                        .mysql(APPROVE, s -> mysqlIndexes(s, (kind, keys) -> plain(kind) && functional(keys)))
                        .harm("the server builds it under LOCK=SHARED: writers wait")
                        .safeWay("add a virtual column for the expression and index that")
                        .example("ALTER TABLE orders ADD INDEX idx_lower ((lower(code)))"),
                rule("add-fulltext-or-spatial-index", "a FULLTEXT or SPATIAL index")
                        .mysql(APPROVE, s -> mysqlIndexes(s, (kind, keys) -> !plain(kind)))
                        .harm(
                                "it is built under LOCK=SHARED: writers wait; the first FULLTEXT index rebuilds the table")
                        .safeWay("have it approved for a quiet hour")
                        .example("CREATE FULLTEXT INDEX ft_note ON orders (note)"),
                rule("unindexed-foreign-key", "a foreign key whose columns have no index")
                        .postgres(WARN, IndexRules::unindexed)
                        .harm("each delete or key change on the parent reads the whole table")
                        .safeWay("create an index on the referencing columns")
                        .example("ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers (id)"));
    }

    private static Rule.Check index(BiPredicate<Subject, SchemaChange.CreateIndex> what) {
        return subject -> subject.change() instanceof SchemaChange.CreateIndex index && what.test(subject, index)
                ? List.of(Hit.at(index.source()))
                : List.of();
    }

    private static List<Hit> dropIndex(Subject subject) {
        if (!(subject.change() instanceof SchemaChange.DropIndex drop) || drop.concurrently() || drop.cascade()) {
            return List.of();
        }
        boolean partitioned = drop.indexes().stream()
                .flatMap(i -> subject.facts().relation(i).stream())
                .anyMatch(i -> i.kind() == Kind.PARTITIONED_INDEX);
        Hit hit = Hit.at(drop.source());
        // There is no concurrent way for these; only the catalog changes, so short tries do.
        return List.of(partitioned ? hit.as(GUARD) : hit);
    }

    private static List<Hit> reindex(Subject subject) {
        if (!(subject.change() instanceof SchemaChange.Reindex reindex) || reindex.concurrently()) {
            return List.of();
        }
        boolean possible =
                !reindex.target().equals("SYSTEM") && subject.version().atLeast(12);
        Hit hit = Hit.at(reindex.source());
        return List.of(possible ? hit : hit.as(APPROVE));
    }

    private static List<Hit> concurrentInTransaction(Subject subject) {
        boolean concurrently = switch (subject.change()) {
            case SchemaChange.CreateIndex index -> index.concurrently();
            case SchemaChange.DropIndex drop -> drop.concurrently();
            case SchemaChange.Reindex reindex -> reindex.concurrently();
            default ->
                subject.actions(AlterAction.DetachPartition.class).stream()
                        .anyMatch(AlterAction.DetachPartition::concurrently);
        };
        return concurrently && subject.inTransaction()
                ? List.of(Hit.at(subject.change().source()))
                : List.of();
    }

    private static List<Hit> mysqlIndexes(Subject subject, BiPredicate<IndexKind, List<IndexKey>> what) {
        Stream<Hit> added = subject.actions(AlterAction.AddIndex.class).stream()
                .filter(i -> what.test(i.kind(), i.keys()))
                .map(i -> Hit.at(i.source()));
        Stream<Hit> created =
                subject.change() instanceof SchemaChange.CreateIndex index && what.test(index.kind(), index.keys())
                        ? Stream.of(Hit.at(index.source()))
                        : Stream.empty();
        return Stream.concat(added, created).toList();
    }

    private static boolean plain(IndexKind kind) {
        return kind == IndexKind.PLAIN || kind == IndexKind.UNIQUE;
    }

    static boolean functional(List<IndexKey> keys) {
        return keys.stream().anyMatch(k -> k.column().isEmpty());
    }

    private static List<Hit> unindexed(Subject subject) {
        Optional<RelationFacts> table = subject.table();
        if (table.isEmpty()) {
            return List.of();
        }
        return ConstraintRules.constraints(subject, TableConstraint.ForeignKey.class).stream()
                .filter(key -> table.get().indexes().stream().noneMatch(i -> leads(i.columns(), key.columns())))
                .map(key -> Hit.at(key.source()))
                .toList();
    }

    private static boolean leads(List<String> index, List<String> columns) {
        return index.size() >= columns.size()
                && index.subList(0, columns.size()).containsAll(columns);
    }
}
