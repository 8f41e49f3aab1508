package dev.sluice.policies.judge;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.plan.Phase;
import dev.sluice.policies.plan.PhaseName;
import dev.sluice.policies.plan.Plan;
import dev.sluice.policies.plan.Step;
import dev.sluice.policies.plan.mysql.Explicit;
import dev.sluice.policies.rule.ColumnAddition;
import dev.sluice.policies.rule.Subject;
import java.util.List;
import java.util.Optional;

/** Small plans, and questions about plans and what they are about. */
final class Plans {

    static final Plan NOTHING = new Plan(Optional.empty(), List.of(), List.of(), List.of());

    private Plans() {}

    /** The statement as the client wrote it. */
    static Plan asWritten(Subject subject, Lock lock) {
        Phase expand = new Phase(
                PhaseName.EXPAND,
                List.of(Step.Statements.of(text(subject))),
                lock.name(),
                lock.rewrites(),
                lock.rewrites() ? relation(subject).map(RelationFacts::rows).orElse(0L) : 0,
                "");
        Optional<QualifiedName> target =
                relation(subject).map(RelationFacts::name).or(() -> name(subject.change()));
        List<String> columns =
                subject.additions().stream().map(ColumnAddition::name).toList();
        return new Plan(target, columns, List.of(expand), List.of());
    }

    private static String text(Subject subject) {
        return subject.version().dialect().isMySqlFamily()
                ? Explicit.text(subject)
                : subject.change().source().text();
    }

    /** Whether the plan is one statement in another's place, without a row to fill or a step to follow. */
    static boolean isOneStatement(Plan plan) {
        long work = plan.phases().stream()
                .flatMap(p -> p.steps().stream())
                .filter(s -> !(s instanceof Step.Verify))
                .mapToLong(s -> s instanceof Step.Statements st ? st.sql().size() : 1)
                .sum();
        return work == 1;
    }

    static boolean takesBackfill(Subject subject) {
        List<ColumnAddition> additions = subject.additions();
        long bare = additions.stream()
                .filter(a -> a.notNull() && a.fill() == ColumnAddition.Fill.NONE)
                .count();
        long fillable = additions.stream()
                .filter(a -> a.fill() != ColumnAddition.Fill.GENERATED && a.fill() != ColumnAddition.Fill.SEQUENCE)
                .count();
        boolean setNotNull = additions.isEmpty()
                && subject.actions(AlterAction.SetNotNull.class).size() == 1;
        return bare == 1 || (bare == 0 && additions.size() == 1 && fillable == 1) || setNotNull;
    }

    static Optional<RelationFacts> relation(Subject subject) {
        return name(subject.change()).flatMap(subject.facts()::relation);
    }

    /** The table, or whatever else the statement is about, as it names it. */
    static Optional<QualifiedName> name(SchemaChange change) {
        return switch (change) {
            case SchemaChange.AlterTable alter -> Optional.of(alter.table());
            case SchemaChange.CreateIndex index -> Optional.of(index.table());
            case SchemaChange.DropIndex drop ->
                drop.table().or(() -> drop.indexes().stream().findFirst());
            case SchemaChange.Reindex reindex -> reindex.name();
            case SchemaChange.CreateTable create -> Optional.of(create.table());
            case SchemaChange.DropTable drop -> drop.tables().stream().findFirst();
            case SchemaChange.Truncate truncate -> truncate.tables().stream().findFirst();
            case SchemaChange.RenameTables rename ->
                rename.renamings().stream()
                        .map(SchemaChange.RenameTables.Renaming::from)
                        .findFirst();
            case SchemaChange.AlterType type -> Optional.of(type.type());
            case SchemaChange.AlterDomain domain -> Optional.of(domain.domain());
            case SchemaChange.DropSchema drop -> Optional.empty();
            case SchemaChange.DropObject drop -> drop.names().stream().findFirst();
            case SchemaChange.CreateObject create -> create.name();
            case SchemaChange.CreateRoutine routine -> routine.table();
            case SchemaChange.AlterObject alter -> alter.name();
            case SchemaChange.Annotation annotation -> Optional.empty();
            case SchemaChange.LockTable lock -> lock.tables().stream().findFirst();
            case SchemaChange.RefreshMaterializedView refresh -> Optional.of(refresh.view());
            case SchemaChange.RewriteTables rewrite -> rewrite.tables().stream().findFirst();
            case SchemaChange.Opaque opaque -> Optional.empty();
            case SchemaChange.Unrecognized unrecognized -> Optional.empty();
        };
    }
}
