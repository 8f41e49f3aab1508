package dev.sluice.policies.plan.postgres;

import static dev.sluice.policies.plan.PhaseName.ENFORCE;
import static dev.sluice.policies.plan.PhaseName.VALIDATE;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.plan.Step;
import dev.sluice.policies.sql.ServerVersion;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A foreign key of a partitioned table before PostgreSQL 18, which refuses NOT VALID there: each leaf gets its own NOT VALID
 * and is validated online; then the parent's takes these over instead of making others, and reads no row.
 */
final class PartitionedForeignKey {

    static final String OBSTACLE =
            "before PostgreSQL 18 a partitioned table takes no NOT VALID foreign key, and one that"
                    + " refers to a partitioned table is given to one partition after the other without remains only from 13.21, 14.18,"
                    + " 15.13, 16.9 and 17.5 on";

    /** By major, the first minor that keeps its catalog right there, of a table that refers to itself too. */
    private static final Map<Integer, Integer> RIGHT_SINCE = Map.of(13, 21, 14, 18, 15, 13, 16, 9, 17, 5);

    private final Draft draft;
    private final Table table;
    private final Promises promises;

    PartitionedForeignKey(Draft draft, Table table, Promises promises) {
        this.draft = draft;
        this.table = table;
        this.promises = promises;
    }

    /**
     * @param name of the parent's constraint
     * @param definition {@code FOREIGN KEY (…) REFERENCES …} and what stands behind it
     */
    void plan(String name, List<String> columns, String definition) {
        for (QualifiedName leaf : table.leaves()) {
            leaf(leaf, nameOn(leaf, name, columns), definition);
        }
        draft.statements(ENFORCE, table.alter() + "ADD CONSTRAINT " + Pg.id(name) + " " + definition);
        // Taken back first: what the leaves have has become part of it.
        undo(table.name(), name);
        promises.verifyConstraint(name);
        draft.note(VALIDATE, "SHARE ROW EXCLUSIVE for a moment on each partition and on the table referred to");
        draft.note(ENFORCE, "the partitions' constraints become the parent's");
    }

    /** The server gives partitions the parent's name, unless it is taken there. */
    private String nameOn(QualifiedName leaf, String name, List<String> columns) {
        boolean taken = table.byName(leaf).flatMap(r -> r.constraint(name)).isPresent();
        return taken ? new Names(table.facts(), leaf).foreignKey(columns) : name;
    }

    private void leaf(QualifiedName leaf, String name, String definition) {
        String alter = "ALTER TABLE " + Pg.id(leaf) + " ";
        draft.statements(VALIDATE, alter + "ADD CONSTRAINT " + Pg.id(name) + " " + definition + " NOT VALID");
        draft.add(VALIDATE, new Step.Online(alter + "VALIDATE CONSTRAINT " + Pg.id(name), Optional.empty(), List.of()));
        undo(leaf, name);
    }

    private void undo(QualifiedName of, String name) {
        draft.undo("ALTER TABLE IF EXISTS " + Pg.id(of) + " DROP CONSTRAINT IF EXISTS " + Pg.id(name));
    }

    /** Whether the server refuses what would be cheaper, and this is the way. */
    static boolean isNeeded(Table table) {
        return table.partitioned() && !table.facts().version().atLeast(18);
    }

    /** Whether making it leaf by leaf ends where the direct statement does. */
    static boolean isPossible(Table table, QualifiedName referenced) {
        boolean partitioned = table.facts()
                .relation(referenced)
                .filter(r -> r.kind() == RelationFacts.Kind.PARTITIONED_TABLE)
                .isPresent();
        ServerVersion version = table.facts().version();
        return !partitioned || version.minor() >= RIGHT_SINCE.getOrDefault(version.major(), Integer.MAX_VALUE);
    }
}
