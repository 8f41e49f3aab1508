package dev.sluice.policies.rule;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.facts.RelationFacts;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Whether a statement would pull the ground from under a migration that is on its way. */
final class InFlightChanges {

    private InFlightChanges() {}

    static Optional<String> conflict(Subject subject) {
        return touched(subject.change())
                .flatMap(name -> subject.facts().relation(name).stream())
                .flatMap(r -> Stream.concat(Stream.of(r), r.indexOf().flatMap(subject.facts()::relation).stream()))
                .filter(r -> !r.inFlight().isEmpty() && disturbs(subject, r))
                .findFirst()
                .map(r -> "migration " + r.inFlight().getFirst() + " is working on " + r.name());
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

    private static boolean disturbs(Subject subject, RelationFacts table) {
        if (subject.change() instanceof SchemaChange.DropIndex) {
            // The index may be the one that is being built.
            return true;
        }
        String columns = table.options().getOrDefault("in_flight_columns", "");
        List<String> busy = columns.isEmpty() ? List.of() : List.of(columns.split("\n"));
        return subject.alter().isEmpty()
                || subject.alter().get().actions().stream().anyMatch(a -> disturbs(a, busy));
    }

    private static boolean disturbs(AlterAction action, List<String> busy) {
        return switch (action) {
            case AlterAction.AddColumn add -> busy.contains(add.column().name());
            case AlterAction.DropColumn a -> busy(busy, a.column());
            case AlterAction.SetDefault a -> busy(busy, a.column());
            case AlterAction.DropDefault a -> busy(busy, a.column());
            case AlterAction.SetNotNull a -> busy(busy, a.column());
            case AlterAction.DropNotNull a -> busy(busy, a.column());
            case AlterAction.AlterType a -> busy(busy, a.column());
            case AlterAction.AlterIdentity a -> busy(busy, a.column());
            case AlterAction.ModifyColumn a -> busy(busy, a.from());
            case AlterAction.RenameColumn a -> busy(busy, a.from());
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

    /** Where it is not known what the migration works on, everything may be it. */
    private static boolean busy(List<String> busy, String column) {
        return busy.isEmpty() || busy.contains(column);
    }
}
