package dev.sluice.policies.judge;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.ColumnConstraint;
import dev.sluice.policies.ddl.ColumnSpec;
import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.TableConstraint;
import dev.sluice.policies.facts.FactsRequest;
import dev.sluice.policies.facts.FactsRequest.ExpressionRequest;
import dev.sluice.policies.plan.postgres.NewNames;
import dev.sluice.policies.rule.ColumnAddition;
import java.util.HashSet;
import java.util.Set;

/** Which facts decide about a statement. */
final class FactNeeds {

    private final Set<QualifiedName> relations = new HashSet<>();
    private final Set<ExpressionRequest> expressions = new HashSet<>();
    private final Set<String> types = new HashSet<>();

    static FactsRequest of(SchemaChange change) {
        FactNeeds needs = new FactNeeds();
        needs.gather(change);
        return new FactsRequest(needs.relations, needs.expressions, needs.types, NewNames.of(change));
    }

    private void gather(SchemaChange change) {
        switch (change) {
            case SchemaChange.AlterTable alter -> {
                relations.add(alter.table());
                alter.actions().forEach(this::gather);
            }
            case SchemaChange.CreateIndex index -> relations.add(index.table());
            case SchemaChange.DropIndex drop -> {
                drop.table().ifPresentOrElse(relations::add, () -> relations.addAll(drop.indexes()));
            }
            case SchemaChange.Reindex reindex -> {
                if (reindex.target().equals("INDEX") || reindex.target().equals("TABLE")) {
                    reindex.name().ifPresent(relations::add);
                }
            }
            case SchemaChange.CreateTable create -> {
                create.partitionOf().ifPresent(relations::add);
                relations.addAll(create.references());
                if (create.orReplace()) {
                    relations.add(create.table());
                }
            }
            case SchemaChange.DropTable drop -> relations.addAll(drop.tables());
            case SchemaChange.Truncate truncate -> relations.addAll(truncate.tables());
            case SchemaChange.RenameTables rename -> rename.renamings().forEach(r -> relations.add(r.from()));
            case SchemaChange.CreateRoutine routine -> routine.table().ifPresent(relations::add);
            case SchemaChange.LockTable lock -> relations.addAll(lock.tables());
            case SchemaChange.RefreshMaterializedView refresh -> relations.add(refresh.view());
            case SchemaChange.RewriteTables rewrite -> relations.addAll(rewrite.tables());
            case SchemaChange.AlterType type -> {}
            case SchemaChange.AlterDomain domain -> {}
            case SchemaChange.DropSchema drop -> {}
            case SchemaChange.DropObject drop -> {
                if (Passing.RELATIONS.contains(drop.objectType())) {
                    relations.addAll(drop.names());
                }
            }
            case SchemaChange.CreateObject create -> {}
            case SchemaChange.AlterObject alter -> {}
            case SchemaChange.Annotation annotation -> {}
            case SchemaChange.Opaque opaque -> {}
            case SchemaChange.Unrecognized unrecognized -> {}
        }
    }

    private void gather(AlterAction action) {
        switch (action) {
            case AlterAction.AddColumn add -> column(add.column());
            case AlterAction.ModifyColumn modify -> column(modify.column());
            case AlterAction.AlterType type -> types.add(type.type().source().text());
            case AlterAction.AddConstraint add -> {
                if (add.constraint() instanceof TableConstraint.ForeignKey key) {
                    relations.add(key.referenced());
                }
            }
            case AlterAction.AttachPartition attach -> relations.add(attach.partition());
            case AlterAction.DetachPartition detach -> relations.add(detach.partition());
            case AlterAction.Inherit inherit -> relations.add(inherit.parent());
            default -> {}
        }
    }

    private void column(ColumnSpec column) {
        if (ColumnAddition.mayBeDomain(column.type())) {
            types.add(column.type().source().text());
        }
        column.last(ColumnConstraint.Default.class)
                .map(d -> d.expression().text())
                .filter(ColumnAddition::mayBeVolatile)
                .ifPresent(e -> expressions.add(
                        new ExpressionRequest(e, column.type().source().text())));
        column.all(ColumnConstraint.References.class).forEach(r -> relations.add(r.table()));
    }
}
