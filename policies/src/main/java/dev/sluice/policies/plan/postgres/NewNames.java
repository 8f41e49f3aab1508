package dev.sluice.policies.plan.postgres;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.ColumnConstraint;
import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.TableConstraint;
import dev.sluice.policies.rule.ColumnAddition;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Names of relations that a statement would make, given or chosen by the server. */
public final class NewNames {

    private final Set<QualifiedName> names = new HashSet<>();

    private NewNames() {}

    public static Set<QualifiedName> of(SchemaChange change) {
        NewNames names = new NewNames();
        switch (change) {
            case SchemaChange.AlterTable alter -> alter.actions().forEach(a -> names.gather(alter.table(), a));
            case SchemaChange.CreateIndex index -> names.index(index);
            default -> {}
        }
        return Set.copyOf(names.names);
    }

    private void index(SchemaChange.CreateIndex index) {
        if (index.name().isPresent()) {
            names.add(
                    new QualifiedName(index.table().schema(), index.name().get().name()));
        } else {
            List<String> columns = IndexPlanner.columnNames(index);
            names.addAll(Names.candidates(index.table(), Optional.of(Names.addition(columns)), "idx"));
        }
    }

    private void gather(QualifiedName table, AlterAction action) {
        switch (action) {
            case AlterAction.AddColumn add -> column(table, add);
            case AlterAction.AddConstraint add -> {
                switch (add.constraint()) {
                    case TableConstraint.Unique unique -> key(table, unique);
                    case TableConstraint.PrimaryKey key ->
                        names.addAll(Names.candidates(table, Optional.empty(), "pkey"));
                    default -> {}
                }
            }
            default -> {}
        }
    }

    private void key(QualifiedName table, TableConstraint.Unique unique) {
        List<String> columns = new ArrayList<>(
                unique.keys().stream().flatMap(k -> k.column().stream()).toList());
        columns.addAll(IndexPlanner.included(unique.source().text()));
        unique.name()
                .ifPresentOrElse(
                        n -> names.add(new QualifiedName(table.schema(), n)),
                        () -> names.addAll(Names.candidates(table, Optional.of(Names.addition(columns)), "key")));
    }

    private void column(QualifiedName table, AlterAction.AddColumn add) {
        String column = add.column().name();
        if (ColumnAddition.drawsFromSequence(add.column())) {
            names.addAll(Names.candidates(table, Optional.of(column), "seq"));
        }
        add.column()
                .all(ColumnConstraint.Unique.class)
                .forEach(u -> names.addAll(Names.candidates(table, Optional.of(column), "key")));
        add.column()
                .all(ColumnConstraint.PrimaryKey.class)
                .forEach(u -> names.addAll(Names.candidates(table, Optional.empty(), "pkey")));
    }
}
