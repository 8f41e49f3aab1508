package dev.sluice.policies.plan.postgres;

import static dev.sluice.policies.plan.PhaseName.EXPAND;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.plan.Plan;
import dev.sluice.policies.rule.Subject;
import java.util.Optional;

/** REFRESH MATERIALIZED VIEW as one CONCURRENTLY, which a transaction may hold too. */
final class RefreshPlanner {

    private RefreshPlanner() {}

    static Optional<Plan> plan(Subject subject, SchemaChange.RefreshMaterializedView change) {
        Optional<RelationFacts> view = subject.facts().relation(change.view());
        QualifiedName name = view.map(RelationFacts::name).orElse(change.view());
        Draft draft = Draft.over(view);
        draft.statements(EXPAND, "REFRESH MATERIALIZED VIEW CONCURRENTLY " + Pg.id(name));
        draft.lock(EXPAND, "EXCLUSIVE");
        return Optional.of(draft.plan(name));
    }
}
