package dev.sluice.proxy.intercept;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.judge.Decision;
import dev.sluice.policies.judge.Verdict;
import dev.sluice.policies.plan.Phase;
import dev.sluice.policies.plan.PhaseName;
import dev.sluice.policies.plan.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A second schema change of a table that a migration of the same transaction is to change, as migration tools send them:
 * ADD COLUMN … DEFAULT …, then ALTER COLUMN … DROP DEFAULT.
 *
 * <p>What concerns other columns, or only the default of new rows, runs as it would. What needs the column filled, such
 * as SET NOT NULL, becomes a migration behind the first, with all of its phases after the first has ended. The rest, such
 * as a renaming, would pull the column away under the first and is refused.
 */
final class Queueing {

    private Queueing() {}

    static Decision behind(Judgement judgement, List<Pending> pending) throws RefusedException {
        Optional<Pending> first = conflict(judgement, pending);
        if (first.isEmpty() || onlyForNewRows(judgement.change())) {
            return judgement.decision();
        }
        Decision decision = judgement.decision();
        boolean movable = decision.verdict() == Verdict.PHASE || decision.verdict() == Verdict.REWRITE;
        if (movable && decision.plan().needsExecutor()) {
            return afterwards(decision, first.get());
        }
        if (decision.verdict() == Verdict.PARK || decision.verdict() == Verdict.REJECT) {
            return decision;
        }
        throw new RefusedException(
                Refusals.needsOwnTransaction(first.get().table(), first.get().migration()));
    }

    private static Optional<Pending> conflict(Judgement judgement, List<Pending> pending) {
        Optional<QualifiedName> table = table(judgement);
        Optional<Set<String>> touched = TouchedColumns.of(judgement.change());
        return pending.stream()
                .filter(p -> table.isPresent() && p.table().equals(table.get()))
                .filter(p -> touched.isEmpty() || touched.get().stream().anyMatch(p.columns()::contains))
                .findFirst();
    }

    private static Optional<QualifiedName> table(Judgement judgement) {
        Optional<QualifiedName> named = switch (judgement.change()) {
            case SchemaChange.AlterTable alter -> Optional.of(alter.table());
            case SchemaChange.CreateIndex index -> Optional.of(index.table());
            default -> Optional.empty();
        };
        return named.flatMap(name -> judgement.facts().relation(name)).map(RelationFacts::name);
    }

    private static boolean onlyForNewRows(SchemaChange change) {
        return change instanceof SchemaChange.AlterTable alter
                && alter.actions().stream()
                        .allMatch(action -> action instanceof AlterAction.SetDefault
                                || action instanceof AlterAction.DropDefault
                                || action instanceof AlterAction.AlterColumnAttribute);
    }

    private static Decision afterwards(Decision decision, Pending first) {
        Plan plan = decision.plan();
        List<Phase> phases = new ArrayList<>();
        for (Phase phase : plan.phases()) {
            if (phase.name() == PhaseName.EXPAND) {
                phases.add(
                        new Phase(PhaseName.EXPAND, List.of(), "", false, 0, "behind migration " + first.migration()));
                phases.add(new Phase(
                        PhaseName.VALIDATE,
                        phase.steps(),
                        phase.lock(),
                        phase.rewritesTable(),
                        phase.rows(),
                        phase.note()));
            } else {
                phases.add(phase);
            }
        }
        return new Decision(
                decision.verdict(),
                decision.findings(),
                decision.action(),
                decision.why(),
                new Plan(plan.target(), plan.columns(), phases, plan.undo()));
    }
}
