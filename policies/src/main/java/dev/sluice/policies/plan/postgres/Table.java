package dev.sluice.policies.plan.postgres;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.facts.RelationFacts.IndexFacts;
import dev.sluice.policies.facts.RelationFacts.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The table that is changed, as far as planning needs it; with assumed facts, what its name tells.
 *
 * @param name its real name where it is known, else the statement's
 * @param only whether the statement says ONLY
 */
record Table(Facts facts, Optional<RelationFacts> relation, QualifiedName name, boolean only) {

    static Table of(Facts facts, QualifiedName written, boolean only) {
        Optional<RelationFacts> relation = facts.relation(written);
        return new Table(facts, relation, relation.map(RelationFacts::name).orElse(written), only);
    }

    /** ALTER TABLE and the table, ready for an action. */
    String alter() {
        return "ALTER TABLE " + (only ? "ONLY " : "") + Pg.id(name) + " ";
    }

    boolean partitioned() {
        return relation.filter(r -> r.kind() == Kind.PARTITIONED_TABLE).isPresent();
    }

    boolean hasChildren() {
        return relation.filter(r -> !r.children().isEmpty()).isPresent();
    }

    /** The columns to walk by: the primary key's, or those of another key that has no NULL. */
    List<String> key() {
        return relation.flatMap(r -> r.primaryKey()
                        .or(() ->
                                r.indexes().stream().filter(i -> walkable(i, r)).findFirst())
                        .map(IndexFacts::columns))
                .orElse(List.of());
    }

    private static boolean walkable(IndexFacts index, RelationFacts table) {
        return index.unique()
                && index.valid()
                && !index.partial()
                && index.method().equals("btree")
                && !index.columns().isEmpty()
                && index.columns().stream()
                        .allMatch(c -> table.column(c)
                                .filter(RelationFacts.ColumnFacts::notNull)
                                .isPresent());
    }

    /** Every table below that holds rows, when this one is partitioned or inherited from; itself included if it does. */
    List<QualifiedName> leaves() {
        List<QualifiedName> leaves = new ArrayList<>();
        relation.filter(r -> !only && !r.children().isEmpty()).ifPresent(r -> gather(r, leaves));
        return List.copyOf(leaves);
    }

    private void gather(RelationFacts table, List<QualifiedName> leaves) {
        if (table.kind() != Kind.PARTITIONED_TABLE) {
            leaves.add(table.name());
        }
        for (QualifiedName child : table.children()) {
            Optional<RelationFacts> below = byName(child);
            if (below.isPresent()) {
                gather(below.get(), leaves);
            } else {
                leaves.add(child);
            }
        }
    }

    Optional<RelationFacts> byName(QualifiedName real) {
        return facts.relation(real)
                .or(() -> facts.relations().values().stream()
                        .filter(r -> r.name().equals(real))
                        .findFirst());
    }

    boolean triggersAnywhere() {
        return !triggers().isEmpty();
    }

    /** The names of user triggers, of the tables that hold the rows too. */
    private List<String> triggers() {
        return own().flatMap(r -> r.triggers().stream()).distinct().toList();
    }

    private Stream<RelationFacts> own() {
        return Stream.concat(relation.stream(), leaves().stream().flatMap(l -> byName(l).stream()));
    }

    /** What becomes of user triggers while rows are filled; empty where there are none. */
    Optional<String> triggerNote() {
        List<String> names = triggers();
        if (names.isEmpty()) {
            return Optional.empty();
        }
        String always = own().flatMap(r -> Optional.ofNullable(r.options().get("replica_triggers")).stream())
                .distinct()
                .collect(Collectors.joining(", "));
        return Optional.of(
                switch (facts.settings().getOrDefault("suppresses_triggers", "")) {
                    case "true" ->
                        "user triggers do not fire"
                                + (always.isEmpty() ? "" : ", but these that are enabled for replicas: " + always);
                    case "false" ->
                        "user triggers fire for every row that is filled (" + String.join(", ", names)
                                + "): the gateway's role may not set session_replication_role";
                    default ->
                        "user triggers do not fire where the gateway's role may turn them off for its session, else they do";
                });
    }
}
