package dev.sluice.proxy.lint;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.judge.FactsOverlay;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the statements that are pending before one will have made of a database by then. The database itself shows nothing
 * of it. Follows files in the order in which they run; not thread-safe.
 */
final class PendingSchema {

    private final Set<QualifiedName> created = new HashSet<>();
    private final Set<QualifiedName> dropped = new HashSet<>();
    private final Map<QualifiedName, List<AlterAction>> altered = new HashMap<>();

    /** The facts as they will be when the statement runs. What cannot be followed is as the database has it now. */
    Facts over(Facts facts) {
        Map<QualifiedName, RelationFacts> relations = new HashMap<>();
        facts.relations().forEach((name, relation) -> {
            if (!dropped.contains(relation.name())) {
                relations.put(name, after(relation));
            }
        });
        return facts.with(relations);
    }

    private RelationFacts after(RelationFacts relation) {
        RelationFacts result = relation;
        for (AlterAction action : altered.getOrDefault(relation.name(), List.of())) {
            result = FactsOverlay.after(result, List.of(action)).orElse(result);
        }
        return result;
    }

    /** Whether a pending statement makes the relation. */
    boolean creates(QualifiedName name) {
        return created.contains(bare(name));
    }

    /** @param facts of the database itself */
    void passed(SchemaChange change, Facts facts) {
        switch (change) {
            case SchemaChange.CreateTable create -> made(create.table());
            case SchemaChange.CreateIndex index -> index.name().ifPresent(this::made);
            case SchemaChange.CreateObject object -> {
                object.name().ifPresent(this::made);
                object.elements().forEach(element -> passed(element, facts));
            }
            case SchemaChange.DropTable drop -> drop.tables().forEach(table -> gone(table, facts));
            case SchemaChange.DropIndex drop -> drop.indexes().forEach(index -> gone(index, facts));
            case SchemaChange.RenameTables rename ->
                rename.renamings().forEach(r -> {
                    gone(r.from(), facts);
                    made(r.to());
                });
            case SchemaChange.AlterTable alter -> altered(alter, facts);
            default -> {}
        }
    }

    private void altered(SchemaChange.AlterTable alter, Facts facts) {
        Optional<QualifiedName> to = alter.actions().stream()
                .filter(AlterAction.RenameTable.class::isInstance)
                .map(action -> ((AlterAction.RenameTable) action).to())
                .findFirst();
        if (to.isPresent()) {
            gone(alter.table(), facts);
            made(to.get());
            return;
        }
        facts.relation(alter.table())
                .ifPresent(table -> altered.computeIfAbsent(table.name(), name -> new ArrayList<>())
                        .addAll(alter.actions()));
    }

    private void made(QualifiedName name) {
        created.add(bare(name));
    }

    private void gone(QualifiedName name, Facts facts) {
        created.remove(bare(name));
        facts.relation(name).ifPresent(relation -> dropped.add(relation.name()));
    }

    /** Where a name belongs that says nothing of its schema depends on who runs it: the schema is left out. */
    private static QualifiedName bare(QualifiedName name) {
        return QualifiedName.of(name.name());
    }
}
