package dev.sluice.policies.plan.postgres;

import static dev.sluice.policies.plan.PhaseName.ENFORCE;
import static dev.sluice.policies.plan.PhaseName.EXPAND;
import static dev.sluice.policies.plan.PhaseName.VERIFY;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.facts.RelationFacts.ConstraintFacts;
import dev.sluice.policies.plan.Plan;
import dev.sluice.policies.plan.Step;
import dev.sluice.policies.rule.Subject;
import java.util.List;
import java.util.Optional;

/** Plans ATTACH and DETACH PARTITION. */
final class PartitionPlanner {

    private PartitionPlanner() {}

    static boolean applies(SchemaChange.AlterTable change) {
        return change.actions().stream()
                .anyMatch(a -> a instanceof AlterAction.AttachPartition || a instanceof AlterAction.DetachPartition);
    }

    static Optional<Plan> plan(Subject subject, SchemaChange.AlterTable change) {
        if (change.actions().size() != 1) {
            return Optional.empty();
        }
        return switch (change.actions().getFirst()) {
            case AlterAction.AttachPartition attach -> AttachPlanner.plan(subject, change, attach);
            case AlterAction.DetachPartition detach -> detach(subject, change, detach);
            default -> Optional.empty();
        };
    }

    /** Why there is no plan, as part of a sentence; empty where nothing more is known. */
    static String obstacle(Subject subject, SchemaChange.AlterTable change) {
        return change.actions().getFirst() instanceof AlterAction.AttachPartition attach
                ? AttachPlanner.obstacle(subject, change, attach)
                : "";
    }

    /** CONCURRENTLY leaves a CHECK behind that repeats the partition's bounds; DETACH alone does not. */
    private static Optional<Plan> detach(
            Subject subject, SchemaChange.AlterTable change, AlterAction.DetachPartition detach) {
        Table parent = Table.of(subject.facts(), change.table(), false);
        Optional<RelationFacts> known = subject.facts().relation(detach.partition());
        QualifiedName partition = known.map(RelationFacts::name).orElse(detach.partition());
        if (known.isEmpty() && !subject.facts().assumed()) {
            return Optional.empty();
        }
        Draft draft = Draft.ofCatalog();
        draft.add(
                ENFORCE,
                new Step.Online(
                        "ALTER TABLE " + Pg.id(parent.name()) + " DETACH PARTITION " + Pg.id(partition)
                                + " CONCURRENTLY",
                        Optional.of(isNoPartition(partition)),
                        List.of(finishPending(parent.name(), partition))));
        draft.lock(ENFORCE, "SHARE UPDATE EXCLUSIVE");
        List<String> before = known.stream()
                .flatMap(r -> r.constraints().stream())
                .map(ConstraintFacts::name)
                .map(Pg::literal)
                .toList();
        draft.statements(ENFORCE, dropNewChecks(partition, before));
        draft.add(VERIFY, new Step.Verify(isNoPartition(partition), partition.name() + " is detached"));
        draft.note(EXPAND, "nothing: the partition is detached CONCURRENTLY on a connection of its own");
        return Optional.of(draft.plan(parent.name()));
    }

    /** Of a former try nothing may be left, or a detaching that is half done and bars the next one. */
    private static String finishPending(QualifiedName parent, QualifiedName partition) {
        return "DO "
                + Pg.dollar("BEGIN\n  IF EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = "
                        + Pg.regclass(partition) + " AND i.inhdetachpending) THEN\n    ALTER TABLE " + Pg.id(parent)
                        + " DETACH PARTITION " + Pg.id(partition) + " FINALIZE;\n  END IF;\nEND");
    }

    static String isNoPartition(QualifiedName table) {
        return "SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = " + Pg.regclass(table) + ")";
    }

    private static String dropNewChecks(QualifiedName table, List<String> before) {
        String known = before.isEmpty() ? "" : " AND c.conname NOT IN (" + String.join(", ", before) + ")";
        String body = "DECLARE\n  name text;\nBEGIN\n  FOR name IN SELECT c.conname FROM pg_catalog.pg_constraint c"
                + " WHERE c.conrelid = " + Pg.regclass(table) + " AND c.contype = 'c'" + known + " LOOP\n"
                + "    EXECUTE pg_catalog.format('ALTER TABLE %s DROP CONSTRAINT %I', "
                + Pg.literal(Pg.id(table)) + ", name);\n  END LOOP;\nEND";
        return "DO " + Pg.dollar(body);
    }
}
