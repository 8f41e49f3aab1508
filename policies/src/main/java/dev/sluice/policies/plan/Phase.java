package dev.sluice.policies.plan;

import java.util.List;

/**
 * One phase of a plan.
 *
 * @param lock the strongest lock taken, in the engine's words: {@code ACCESS EXCLUSIVE}, {@code LOCK=NONE}; empty for none
 * @param rewritesTable whether the server rewrites or rebuilds the table in this phase
 * @param rows rows that the phase reads or writes, estimated; 0 for the catalog alone
 * @param note what a reader should know, or empty
 */
public record Phase(PhaseName name, List<Step> steps, String lock, boolean rewritesTable, long rows, String note) {
    public Phase {
        steps = List.copyOf(steps);
    }
}
