package dev.sluice.proxy.lint;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import java.util.ArrayList;
import java.util.List;

/**
 * A table, and a column of it where one is named, that a statement of a file changes.
 *
 * @param column empty for the table as such
 * @param adds whether the statement fails when the thing is there
 */
record Touched(MigrationFile file, LintFinding.Place place, QualifiedName table, String column, boolean adds) {

    static List<Touched> by(SchemaChange change, MigrationFile file, LintFinding.Place place) {
        List<Touched> touched = new ArrayList<>();
        switch (change) {
            case SchemaChange.CreateTable create -> {
                if (!create.temporary()) {
                    touched.add(new Touched(file, place, create.table(), "", !create.ifNotExists()));
                }
            }
            case SchemaChange.AlterTable alter -> {
                for (AlterAction action : alter.actions()) {
                    touched.add(new Touched(file, place, alter.table(), column(action), adds(action)));
                }
            }
            case SchemaChange.DropTable drop ->
                drop.tables().forEach(table -> touched.add(new Touched(file, place, table, "", false)));
            default -> {}
        }
        return touched;
    }

    private static String column(AlterAction action) {
        return switch (action) {
            case AlterAction.AddColumn a -> a.column().name();
            case AlterAction.DropColumn a -> a.column();
            case AlterAction.SetDefault a -> a.column();
            case AlterAction.DropDefault a -> a.column();
            case AlterAction.SetNotNull a -> a.column();
            case AlterAction.DropNotNull a -> a.column();
            case AlterAction.AlterType a -> a.column();
            case AlterAction.ModifyColumn a -> a.from();
            case AlterAction.RenameColumn a -> a.from();
            default -> "";
        };
    }

    private static boolean adds(AlterAction action) {
        return action instanceof AlterAction.AddColumn add && !add.ifNotExists();
    }
}
