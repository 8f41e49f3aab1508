package dev.sluice.policies.plan.postgres;

import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.plan.Plan;
import dev.sluice.policies.rule.Subject;
import java.util.Optional;

/** Plans what the rules say must not be run as it stands. */
public final class PostgresPlanner {

    private PostgresPlanner() {}

    /** The plan, or empty where there is no online way to exactly what the statement asks for. */
    public static Optional<Plan> plan(Subject subject) {
        return switch (subject.change()) {
            case SchemaChange.AlterTable alter ->
                PartitionPlanner.applies(alter)
                        ? PartitionPlanner.plan(subject, alter)
                        : new AlterTablePlanner(subject, alter).plan();
            case SchemaChange.CreateIndex index -> IndexPlanner.create(subject, index);
            case SchemaChange.DropIndex index -> IndexPlanner.drop(subject, index);
            case SchemaChange.Reindex reindex -> IndexPlanner.rebuild(subject, reindex);
            case SchemaChange.AlterDomain domain -> DomainPlanner.plan(subject, domain);
            case SchemaChange.RefreshMaterializedView refresh -> RefreshPlanner.plan(subject, refresh);
            default -> Optional.empty();
        };
    }

    /** Why a statement has no plan, as part of a sentence; empty where nothing more is known. */
    public static String obstacle(Subject subject) {
        if (!(subject.change() instanceof SchemaChange.AlterTable alter)) {
            return "";
        }
        if (PartitionPlanner.applies(alter)) {
            return PartitionPlanner.obstacle(subject, alter);
        }
        AlterTablePlanner planner = new AlterTablePlanner(subject, alter);
        return planner.plan().isPresent() ? "" : planner.obstacle();
    }
}
