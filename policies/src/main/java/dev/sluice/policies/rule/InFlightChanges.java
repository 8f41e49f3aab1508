package dev.sluice.policies.rule;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.facts.MigrationFacts;
import java.util.Optional;
import java.util.stream.Stream;

/** Whether a statement would pull the ground from under a migration that is on its way. */
final class InFlightChanges {

    private InFlightChanges() {}

    static Optional<String> conflict(Subject subject) {
        return touched(subject.change())
                .flatMap(name -> subject.facts().relation(name).stream())
                .flatMap(r -> Stream.concat(Stream.of(r), r.indexOf().flatMap(subject.facts()::relation).stream()))
                .flatMap(r -> r.inFlight().stream()
                        .filter(m -> disturbs(subject, m))
                        .map(m -> "migration " + m.id() + " is working on " + r.name()))
                .findFirst();
    }

    private static Stream<QualifiedName> touched(SchemaChange change) {
        return switch (change) {
            case SchemaChange.AlterTable alter -> Stream.of(alter.table());
            case SchemaChange.DropIndex drop -> drop.indexes().stream();
            case SchemaChange.DropTable drop -> drop.tables().stream();
            case SchemaChange.Truncate truncate -> truncate.tables().stream();
            case SchemaChange.RenameTables rename -> rename.renamings().stream().map(r -> r.from());
            case SchemaChange.RewriteTables rewrite -> rewrite.tables().stream();
            default -> Stream.empty();
        };
    }

    private static boolean disturbs(Subject subject, MigrationFacts migration) {
        // The index of a DROP INDEX may be the one that is being built.
        return subject.alter().isEmpty()
                || subject.alter().get().actions().stream().anyMatch(a -> disturbs(a, migration));
    }

    private static boolean disturbs(AlterAction action, MigrationFacts migration) {
        return switch (action) {
            // It may come behind a migration that is to add the column; no other can know of it.
            case AlterAction.AddColumn add ->
                migration.columns().contains(add.column().name());
            case AlterAction.DropColumn a -> migration.mentions(a.column());
            case AlterAction.SetDefault a -> migration.mentions(a.column());
            case AlterAction.DropDefault a -> migration.mentions(a.column());
            case AlterAction.SetNotNull a -> migration.mentions(a.column());
            case AlterAction.DropNotNull a -> migration.mentions(a.column());
            case AlterAction.AlterType a -> migration.mentions(a.column());
            case AlterAction.SetExpression a -> migration.mentions(a.column());
            case AlterAction.AlterIdentity a -> migration.mentions(a.column());
            case AlterAction.ModifyColumn a -> migration.mentions(a.from());
            case AlterAction.RenameColumn a -> migration.mentions(a.from());
            case AlterAction.RenameTable a -> true;
            case AlterAction.SetSchema a -> true;
            case AlterAction.DropConstraint a -> true;
            case AlterAction.DropPrimaryKey a -> true;
            case AlterAction.RewriteTable a -> true;
            case AlterAction.AttachPartition a -> true;
            case AlterAction.DetachPartition a -> true;
            case AlterAction.PartitionMaintenance a -> true;
            default -> false;
        };
    }
}
