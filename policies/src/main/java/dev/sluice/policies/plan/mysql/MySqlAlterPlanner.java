package dev.sluice.policies.plan.mysql;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.IndexKey;
import dev.sluice.policies.ddl.IndexKind;
import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.TableConstraint;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.plan.Phase;
import dev.sluice.policies.plan.PhaseName;
import dev.sluice.policies.plan.Plan;
import dev.sluice.policies.plan.Step;
import dev.sluice.policies.rule.ColumnAddition;
import dev.sluice.policies.rule.Subject;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Takes an ALTER TABLE apart: columns instantly, defaults instantly, rows in batches, indexes online. */
final class MySqlAlterPlanner {

    private final Subject subject;
    private final SchemaChange.AlterTable change;
    private final QualifiedName table;
    private final Optional<RelationFacts> known;
    private final Map<PhaseName, List<Step>> steps = new EnumMap<>(PhaseName.class);
    private final List<String> columns = new ArrayList<>();
    private final List<String> undo = new ArrayList<>();
    private final Set<String> indexNames = new HashSet<>();
    private final List<String> notes = new ArrayList<>();
    private String obstacle = "";

    MySqlAlterPlanner(Subject subject, SchemaChange.AlterTable change) {
        this.subject = subject;
        this.change = change;
        this.table = MySqlPlanner.real(subject.facts(), change.table());
        this.known = subject.facts().relation(change.table());
        known.ifPresent(t -> t.indexes().forEach(i -> indexNames.add(i.name().toLowerCase(java.util.Locale.ROOT))));
    }

    /** Why there was no plan, where that is known. */
    String obstacle() {
        return obstacle;
    }

    Optional<Plan> plan() {
        Optional<String> lost = StatementSettings.beyondLimits(change.source());
        if (lost.isPresent()) {
            obstacle = "SET STATEMENT " + lost.get() + " would not hold for the phases";
            return Optional.empty();
        }
        for (AlterAction action : change.actions()) {
            if (!plan(action)) {
                return Optional.empty();
            }
        }
        List<Phase> phases = new ArrayList<>();
        long rows = known.map(RelationFacts::rows).orElse(0L);
        for (PhaseName name : PhaseName.values()) {
            List<Step> work = steps.getOrDefault(name, List.of());
            if (!work.isEmpty() || name == PhaseName.EXPAND) {
                boolean reads = name == PhaseName.BACKFILL || name == PhaseName.VALIDATE || name == PhaseName.VERIFY;
                phases.add(new Phase(name, work, lock(name, work), false, reads ? rows : 0, note(name)));
            }
        }
        return Optional.of(new Plan(Optional.of(table), columns, phases, undo));
    }

    private static String lock(PhaseName name, List<Step> work) {
        return switch (name) {
            case EXPAND, ENFORCE -> work.isEmpty() ? "" : "metadata lock";
            case VALIDATE -> "LOCK=NONE";
            case BACKFILL -> "row locks";
            case VERIFY, CLEANUP -> "";
        };
    }

    private String note(PhaseName name) {
        return name == PhaseName.BACKFILL ? String.join("; ", notes) : "";
    }

    private boolean plan(AlterAction action) {
        return switch (action) {
            case AlterAction.AddColumn add -> addColumn(add);
            case AlterAction.AddIndex add ->
                add.kind() != IndexKind.FULLTEXT
                        && add.kind() != IndexKind.SPATIAL
                        && index(My.adding(add.source()), add.name().orElseGet(() -> indexName(add.keys())));
            case AlterAction.AddConstraint add ->
                add.constraint() instanceof TableConstraint.Unique unique
                        && index(My.adding(add.source()), unique.name().orElseGet(() -> indexName(unique.keys())));
            case AlterAction.SetDefault set -> instantly(set.source().text(), Optional.empty());
            case AlterAction.DropDefault drop -> instantly(drop.source().text(), Optional.empty());
            case AlterAction.RenameIndex rename -> online(rename.source().text(), Optional.empty());
            case AlterAction.DropIndex drop -> online(drop.source().text(), Optional.empty());
            default -> false;
        };
    }

    private boolean addColumn(AlterAction.AddColumn add) {
        Optional<ColumnAddition> addition =
                subject.additions().stream().filter(a -> a.action().equals(add)).findFirst();
        if (addition.isEmpty()) {
            return true;
        }
        columns.add(add.column().name());
        MySqlColumn column =
                new MySqlColumn(addition.get(), subject.directives().backfill(), subject.version(), table);
        if (column.impossible()) {
            obstacle = column.obstacle();
            return false;
        }
        if (column.needsBackfill() && !mayBeFilled()) {
            return false;
        }
        String name = add.column().name();
        add(PhaseName.EXPAND, instant(column.addition(), Optional.of(My.hasColumn(table, name))));
        undo.addFirst("ALTER TABLE " + My.id(table) + " DROP COLUMN " + My.id(name));
        column.setDefault().ifPresent(sql -> add(PhaseName.EXPAND, instant(sql, Optional.empty())));
        if (column.needsBackfill()) {
            notes.add(column.note());
            add(PhaseName.BACKFILL, fill(column));
            column.dropDefault().ifPresent(sql -> {
                add(PhaseName.ENFORCE, instant(sql, Optional.empty()));
                add(PhaseName.ENFORCE, fill(column));
            });
            add(
                    PhaseName.VERIFY,
                    new Step.Verify(
                            "SELECT NOT EXISTS (SELECT 1 FROM " + My.id(table) + " WHERE " + column.pending() + ")",
                            "every row of column " + name + " is filled"));
        }
        if (column.isUnique()) {
            String index = indexName(name);
            index("ADD UNIQUE INDEX " + My.id(index) + " (" + My.id(name) + ")", index);
        }
        return true;
    }

    /** A trigger cannot be kept from firing here, and what it did to each row would not be what the statement does. */
    private boolean mayBeFilled() {
        String triggers =
                known.map(t -> t.options().getOrDefault("update_triggers", "")).orElse("");
        if (!triggers.isEmpty()) {
            obstacle = "filling the rows would fire the UPDATE trigger " + triggers + " for each of them";
        } else if (known.isPresent() && key().isEmpty()) {
            obstacle = "the table has no unique key to walk its rows by";
        }
        return obstacle.isEmpty();
    }

    private Step.Backfill fill(MySqlColumn column) {
        return new Step.Backfill(
                table,
                List.of(new Step.Assignment(column.name(), column.expression())),
                column.pending(),
                key(),
                List.of(),
                false);
    }

    private List<String> key() {
        return known.flatMap(t -> t.primaryKey()
                        .or(() -> t.indexes().stream()
                                .filter(i -> i.unique()
                                        && i.columns().stream()
                                                .allMatch(c -> t.column(c)
                                                        .filter(RelationFacts.ColumnFacts::notNull)
                                                        .isPresent()))
                                .findFirst())
                        .map(RelationFacts.IndexFacts::columns))
                .orElse(List.of());
    }

    private boolean index(String action, String name) {
        if (change.actions().stream().anyMatch(a -> makesFree(a, name))) {
            obstacle = "index " + name + " goes and comes in one statement";
            return false;
        }
        MySqlPlanner.dropping(subject, table, name).forEach(undo::addFirst);
        return online(action, Optional.of(My.hasIndex(table, name)));
    }

    private static boolean makesFree(AlterAction action, String index) {
        return action instanceof AlterAction.DropIndex drop && drop.name().equalsIgnoreCase(index)
                || action instanceof AlterAction.DropConstraint constraint
                        && constraint.name().equalsIgnoreCase(index)
                || action instanceof AlterAction.RenameIndex rename
                        && rename.from().equalsIgnoreCase(index);
    }

    /** The server names an index after its first column, with a number where that name is taken. */
    private String indexName(List<IndexKey> keys) {
        return indexName(keys.getFirst().column().orElse("functional_index"));
    }

    private String indexName(String first) {
        String name = first;
        for (int i = 2; !indexNames.add(name.toLowerCase(java.util.Locale.ROOT)); i++) {
            name = first + "_" + i;
        }
        return name;
    }

    private boolean online(String action, Optional<String> doneWhen) {
        add(
                PhaseName.VALIDATE,
                new Step.Online(
                        "ALTER TABLE " + My.id(table) + " " + action + ", " + MySqlPlanner.ONLINE,
                        doneWhen,
                        List.of()));
        return true;
    }

    private boolean instantly(String action, Optional<String> doneWhen) {
        add(PhaseName.EXPAND, instant(action, doneWhen));
        return true;
    }

    private Step instant(String action, Optional<String> doneWhen) {
        return new Step.Statements(
                List.of("ALTER TABLE " + My.id(table) + " " + action + ", " + MySqlPlanner.INSTANT), doneWhen);
    }

    private void add(PhaseName phase, Step step) {
        steps.computeIfAbsent(phase, p -> new ArrayList<>()).add(step);
    }
}
