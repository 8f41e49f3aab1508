package dev.sluice.policies.judge;

import dev.sluice.policies.ddl.SchemaChange;
import java.util.Optional;

/** MySQL's metadata locks: whatever changes a table that exists waits for every transaction that used it. */
final class MySqlLocks {

    private static final Lock METADATA = new Lock("metadata lock", false);

    private MySqlLocks() {}

    static Optional<Lock> of(SchemaChange change) {
        return switch (change) {
            case SchemaChange.AlterTable alter -> Optional.of(METADATA);
            case SchemaChange.CreateIndex index -> Optional.of(METADATA);
            case SchemaChange.DropIndex drop -> Optional.of(METADATA);
            case SchemaChange.DropTable drop -> drop.temporary() ? Optional.empty() : Optional.of(METADATA);
            case SchemaChange.Truncate truncate -> Optional.of(METADATA);
            case SchemaChange.RenameTables rename -> Optional.of(METADATA);
            case SchemaChange.DropSchema drop -> Optional.of(METADATA);
            case SchemaChange.RewriteTables rewrite -> Optional.of(METADATA);
            case SchemaChange.CreateRoutine routine ->
                routine.table().isPresent() ? Optional.of(METADATA) : Optional.empty();
            case SchemaChange.CreateTable create ->
                create.references().isEmpty() ? Optional.empty() : Optional.of(METADATA);
            case SchemaChange.DropObject drop ->
                drop.objectType().equals("VIEW") || drop.objectType().equals("TRIGGER")
                        ? Optional.of(METADATA)
                        : Optional.empty();
            case SchemaChange.LockTable lock -> Optional.empty();
            case SchemaChange.Reindex reindex -> Optional.empty();
            case SchemaChange.AlterType type -> Optional.empty();
            case SchemaChange.AlterDomain domain -> Optional.empty();
            case SchemaChange.CreateObject create -> Optional.empty();
            case SchemaChange.AlterObject alter -> Optional.empty();
            case SchemaChange.Annotation annotation -> Optional.empty();
            case SchemaChange.RefreshMaterializedView refresh -> Optional.empty();
            case SchemaChange.Opaque opaque -> Optional.empty();
            case SchemaChange.Unrecognized unrecognized -> Optional.empty();
        };
    }
}
