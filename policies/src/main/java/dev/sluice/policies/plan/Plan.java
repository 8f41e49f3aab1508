package dev.sluice.policies.plan;

import dev.sluice.policies.ddl.QualifiedName;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a statement is carried out.
 *
 * <p>The expand phase runs on the client's own connection. It is empty of steps where all of the work is the executor's
 * (an index built concurrently). Plans without a phase after expand need no ledger.
 *
 * @param target the relation that is changed, with its schema
 * @param columns the columns that are being changed, for seeing conflicts
 * @param phases in order
 * @param undo what leaves the table as it was before the statement, in order; may run at any point after expand, so each
 *     statement must tolerate that its object is missing
 */
public record Plan(Optional<QualifiedName> target, List<String> columns, List<Phase> phases, List<String> undo) {

    public Plan {
        columns = List.copyOf(columns);
        phases = List.copyOf(phases);
        undo = List.copyOf(undo);
    }

    /** All SQL that changes something, with the columns that it walks by. */
    public List<String> sql() {
        return phases.stream()
                .flatMap(p -> p.steps().stream())
                .flatMap(step -> switch (step) {
                    case Step.Statements statements -> statements.sql().stream();
                    case Step.Online online -> Stream.of(online.sql());
                    case Step.Backfill backfill -> backfill.sql();
                    case Step.Batches batches -> Stream.of(batches.head(), batches.condition());
                    case Step.Verify verify -> Stream.<String>empty();
                })
                .toList();
    }

    /** Whether work remains for the executor once the client's statement is through. */
    public boolean needsExecutor() {
        return phases.stream()
                .anyMatch(p -> p.name() != PhaseName.EXPAND && !p.steps().isEmpty());
    }
}
