package dev.sluice.policies.judge;

import dev.sluice.policies.ddl.IndexKey;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.plan.postgres.PartitionKey;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What PostgreSQL asks of a unique key of a partitioned table: every column that rows find their partition by. */
final class PartitionedKeys {

    private PartitionedKeys() {}

    static Optional<String> refusal(RelationFacts table, List<IndexKey> keys, Facts facts) {
        return refusalOf(table, keys.stream().flatMap(k -> k.column().stream()).toList(), facts);
    }

    /** Why the server will refuse a unique key over these columns, if it will. */
    static Optional<String> refusalOf(RelationFacts table, List<String> columns, Facts facts) {
        Optional<PartitionKey> key =
                table.kind() == RelationFacts.Kind.PARTITIONED_TABLE ? PartitionKey.of(table) : Optional.empty();
        if (key.isEmpty()) {
            return Optional.empty();
        }
        Set<String> given = new HashSet<>(columns);
        boolean covered = key.get().columns().filter(given::containsAll).isPresent();
        if (!covered) {
            return Optional.of("a unique key of " + table.name() + " must have every column that it is partitioned by");
        }
        return table.children().stream()
                .flatMap(child -> facts.relation(child).stream())
                .flatMap(child -> refusalOf(child, columns, facts).stream())
                .findFirst();
    }
}
