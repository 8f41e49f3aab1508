package dev.sluice.policies.plan.postgres;

import static dev.sluice.policies.plan.PhaseName.ENFORCE;
import static dev.sluice.policies.plan.PhaseName.VALIDATE;
import static dev.sluice.policies.plan.PhaseName.VERIFY;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.plan.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * UNIQUE or PRIMARY KEY on a partitioned table: on the parent alone at first, where it is not valid; each leaf gets its own
 * by an index built CONCURRENTLY, and they are attached from the leaves up. With the last one the parent's becomes valid.
 * A partition that is made meanwhile gets one by itself once the parent's is there; a primary key's comes late, since it
 * wants columns that are NOT NULL.
 */
final class PartitionedKey {

    private final Draft draft;
    private final Table root;
    private final boolean primary;
    private final List<String> columns;
    private final KeyClause clause;
    private final String source;

    PartitionedKey(Draft draft, Table root, boolean primary, List<String> columns, KeyClause clause, String source) {
        this.draft = draft;
        this.root = root;
        this.primary = primary;
        this.columns = columns;
        this.clause = clause;
        this.source = source;
    }

    void plan(String name) {
        QualifiedName index = new QualifiedName(root.name().schema(), name);
        parent(root.name(), name);
        below(root, index);
        // Taken back first: what is attached to it cannot go by itself.
        draft.undo("ALTER TABLE IF EXISTS " + Pg.id(root.name()) + " DROP CONSTRAINT IF EXISTS " + Pg.id(name));
        draft.add(VERIFY, new Step.Verify(Indexes.isValid(index), "constraint " + name + " is valid"));
    }

    private void parent(QualifiedName table, String name) {
        draft.add(
                primary ? ENFORCE : VALIDATE,
                new Step.Statements(
                        List.of("ALTER TABLE ONLY " + Pg.id(table) + " ADD CONSTRAINT " + Pg.id(name) + kind()
                                + clause.keys().orElseThrow() + clause.constraintTail()),
                        Optional.of(
                                "SELECT " + Pg.regclass(new QualifiedName(table.schema(), name)) + " IS NOT NULL")));
    }

    private String kind() {
        return primary ? " PRIMARY KEY " : " UNIQUE " + (clause.nullsNotDistinct() ? "NULLS NOT DISTINCT " : "");
    }

    private void below(Table table, QualifiedName parentIndex) {
        for (QualifiedName child : table.relation().map(RelationFacts::children).orElse(List.of())) {
            Optional<RelationFacts> known = table.byName(child);
            String name = name(child);
            QualifiedName index = new QualifiedName(child.schema(), name);
            if (known.filter(r -> r.kind() == RelationFacts.Kind.PARTITIONED_TABLE)
                    .isPresent()) {
                parent(child, name);
                below(new Table(table.facts(), known, child, false), index);
            } else {
                leaf(child, index);
            }
            draft.add(
                    ENFORCE,
                    new Step.Statements(
                            List.of("ALTER INDEX " + Pg.id(parentIndex) + " ATTACH PARTITION " + Pg.id(index)),
                            Optional.of(IndexPlanner.attached(parentIndex, index))));
        }
    }

    private String name(QualifiedName table) {
        Names names = new Names(root.facts(), table);
        List<String> all = new ArrayList<>(columns);
        all.addAll(IndexPlanner.included(source));
        return primary ? names.primaryKey() : names.unique(all);
    }

    private void leaf(QualifiedName table, QualifiedName index) {
        draft.undo("DROP INDEX IF EXISTS " + Pg.id(index));
        draft.undo("ALTER TABLE IF EXISTS " + Pg.id(table) + " DROP CONSTRAINT IF EXISTS " + Pg.id(index.name()));
        draft.add(
                VALIDATE,
                new Step.Online(
                        "CREATE UNIQUE INDEX CONCURRENTLY " + Pg.id(index.name()) + " ON " + Pg.id(table) + " "
                                + clause.keys().orElseThrow() + clause.indexTail(),
                        Optional.of(Indexes.isValid(index)),
                        List.of("DROP INDEX CONCURRENTLY IF EXISTS " + Pg.id(index))));
        draft.statements(
                ENFORCE,
                "ALTER TABLE " + Pg.id(table) + " ADD CONSTRAINT " + Pg.id(index.name())
                        + (primary ? " PRIMARY KEY" : " UNIQUE") + " USING INDEX " + Pg.id(index.name())
                        + (clause.deferrability().isBlank() ? "" : " " + clause.deferrability()));
    }
}
