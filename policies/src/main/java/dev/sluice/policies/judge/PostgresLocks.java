package dev.sluice.policies.judge;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.TableConstraint;
import dev.sluice.policies.rule.ColumnAddition.Fill;
import dev.sluice.policies.rule.Subject;
import java.util.Optional;
import java.util.Set;

/**
 * PostgreSQL's locks (manual, 13.3). Statements that the server refuses inside a function are never wrapped in one, so
 * they have none here.
 */
final class PostgresLocks {

    private static final Lock EXCLUSIVE = new Lock("ACCESS EXCLUSIVE", false);
    private static final Lock REWRITE = new Lock("ACCESS EXCLUSIVE", true);
    private static final Lock SHARE_ROW = new Lock("SHARE ROW EXCLUSIVE", false);

    private static final Set<String> RELATIONS = Set.of(
            "VIEW",
            "MATERIALIZED VIEW",
            "SEQUENCE",
            "TRIGGER",
            "RULE",
            "POLICY",
            "FOREIGN TABLE",
            "TYPE",
            "DOMAIN",
            "EXTENSION",
            "TABLE",
            "INDEX");
    private static final Set<String> ON_TABLES = Set.of("RULE", "POLICY");

    private PostgresLocks() {}

    static Optional<Lock> of(Subject subject) {
        return switch (subject.change()) {
            case SchemaChange.AlterTable alter -> alter(subject, alter);
            case SchemaChange.CreateIndex index ->
                index.concurrently() ? Optional.empty() : Optional.of(new Lock("SHARE", false));
            case SchemaChange.DropIndex drop -> drop.concurrently() ? Optional.empty() : Optional.of(EXCLUSIVE);
            case SchemaChange.Reindex reindex ->
                Set.of("INDEX", "TABLE").contains(reindex.target()) && !reindex.concurrently() && !subject.partitioned()
                        ? Optional.of(new Lock("SHARE", false))
                        : Optional.empty();
            case SchemaChange.CreateTable create -> createTable(create);
            case SchemaChange.DropTable drop -> Optional.of(EXCLUSIVE);
            case SchemaChange.Truncate truncate -> Optional.of(EXCLUSIVE);
            case SchemaChange.RenameTables rename -> Optional.of(EXCLUSIVE);
            case SchemaChange.AlterType type -> Optional.empty();
            case SchemaChange.AlterDomain domain ->
                domain.what().startsWith("ADD") || domain.what().startsWith("SET NOT")
                        ? Optional.of(new Lock("SHARE", false))
                        : Optional.empty();
            case SchemaChange.DropSchema drop -> Optional.of(EXCLUSIVE);
            case SchemaChange.DropObject drop -> objects(drop.objectType());
            case SchemaChange.CreateObject create ->
                ON_TABLES.contains(create.objectType()) ? Optional.of(EXCLUSIVE) : Optional.empty();
            case SchemaChange.CreateRoutine routine ->
                routine.table().isPresent() ? Optional.of(SHARE_ROW) : Optional.empty();
            case SchemaChange.AlterObject alter -> objects(alter.objectType());
            case SchemaChange.Annotation annotation -> Optional.empty();
            case SchemaChange.LockTable lock ->
                subject.inTransaction() ? Optional.of(new Lock(lock.mode(), false)) : Optional.empty();
            case SchemaChange.RefreshMaterializedView refresh ->
                Optional.of(refresh.concurrently() ? new Lock("EXCLUSIVE", false) : REWRITE);
            case SchemaChange.RewriteTables rewrite ->
                rewrite.commandTag().equals("CLUSTER") && !rewrite.tables().isEmpty()
                        ? Optional.of(REWRITE)
                        : Optional.empty();
            case SchemaChange.Opaque opaque -> Optional.empty();
            case SchemaChange.Unrecognized unrecognized -> Optional.empty();
        };
    }

    private static Optional<Lock> objects(String type) {
        return RELATIONS.contains(type) ? Optional.of(EXCLUSIVE) : Optional.empty();
    }

    private static Optional<Lock> createTable(SchemaChange.CreateTable create) {
        if (create.partitionOf().isPresent()) {
            return Optional.of(EXCLUSIVE);
        }
        return create.references().isEmpty() ? Optional.empty() : Optional.of(SHARE_ROW);
    }

    private static Optional<Lock> alter(Subject subject, SchemaChange.AlterTable alter) {
        boolean onlyValidates = alter.actions().stream().allMatch(a -> a instanceof AlterAction.ValidateConstraint);
        boolean concurrently = alter.actions().stream()
                .anyMatch(a -> a instanceof AlterAction.DetachPartition d && (d.concurrently() || d.finalizing()));
        if (onlyValidates || concurrently) {
            // Neither stops readers or writers while it waits or works; the second is refused inside a function.
            return Optional.empty();
        }
        boolean rewrites = subject.additions().stream()
                        .anyMatch(a -> a.fill() == Fill.VOLATILE || a.fill() == Fill.SEQUENCE || a.constrainedDomain())
                || alter.actions().stream()
                        .anyMatch(a -> a instanceof AlterAction.RewriteTable
                                || a instanceof AlterAction.AlterType
                                || a instanceof AlterAction.SetExpression set && !subject.isVirtual(set.column()));
        boolean mild = alter.actions().stream().allMatch(PostgresLocks::isMild);
        boolean foreignKeys = alter.actions().stream()
                .allMatch(a -> a instanceof AlterAction.AddConstraint add
                        && add.constraint() instanceof TableConstraint.ForeignKey);
        return Optional.of(
                rewrites
                        ? REWRITE
                        : mild ? new Lock("SHARE UPDATE EXCLUSIVE", false) : foreignKeys ? SHARE_ROW : EXCLUSIVE);
    }

    private static boolean isMild(AlterAction action) {
        return action instanceof AlterAction.ValidateConstraint
                || action instanceof AlterAction.AlterColumnAttribute attribute
                        && attribute
                                .keyword()
                                .toUpperCase(java.util.Locale.ROOT)
                                .contains("STATISTICS");
    }
}
