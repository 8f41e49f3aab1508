package dev.sluice.proxy.intercept;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.SchemaChange;
import java.util.Set;

/** Statements that PostgreSQL refuses inside a function or a transaction block, so that they cannot be wrapped. */
final class NotInBlock {

    private static final Set<String> GLOBAL = Set.of("DATABASE", "TABLESPACE", "SUBSCRIPTION", "SYSTEM");

    private NotInBlock() {}

    static boolean is(SchemaChange change) {
        return switch (change) {
            case SchemaChange.CreateIndex index -> index.concurrently();
            case SchemaChange.DropIndex drop -> drop.concurrently();
            case SchemaChange.Reindex reindex ->
                reindex.concurrently() || !Set.of("INDEX", "TABLE").contains(reindex.target());
            case SchemaChange.RewriteTables rewrite ->
                rewrite.commandTag().startsWith("VACUUM") || rewrite.tables().isEmpty();
            case SchemaChange.CreateObject create -> GLOBAL.contains(create.objectType());
            case SchemaChange.DropObject drop -> GLOBAL.contains(drop.objectType());
            case SchemaChange.AlterObject alter -> GLOBAL.contains(alter.objectType());
            case SchemaChange.AlterTable alter ->
                alter.actions().stream()
                        .anyMatch(action -> action instanceof AlterAction.DetachPartition detach
                                && (detach.concurrently() || detach.finalizing()));
            case SchemaChange.Opaque ignored -> true;
            case SchemaChange.Unrecognized ignored -> true;
            default -> false;
        };
    }
}
