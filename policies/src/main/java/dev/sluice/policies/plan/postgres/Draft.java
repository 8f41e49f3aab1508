package dev.sluice.policies.plan.postgres;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.plan.Phase;
import dev.sluice.policies.plan.PhaseName;
import dev.sluice.policies.plan.Plan;
import dev.sluice.policies.plan.Step;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A plan while it is being written. */
final class Draft {

    private final Map<PhaseName, List<Step>> steps = new EnumMap<>(PhaseName.class);
    private final Map<PhaseName, String> locks = new EnumMap<>(PhaseName.class);
    private final Map<PhaseName, Set<String>> notes = new EnumMap<>(PhaseName.class);
    private final Set<String> columns = new LinkedHashSet<>();
    private final List<String> undo = new ArrayList<>();
    private final long rows;
    private final boolean guessed;

    private Draft(long rows, boolean guessed) {
        this.rows = rows;
        this.guessed = guessed;
    }

    /** A plan whose work is in the rows of a table. */
    static Draft over(Optional<RelationFacts> table) {
        return new Draft(
                table.map(RelationFacts::rows).orElse(0L),
                table.filter(t -> t.options().containsKey("rows_guessed")).isPresent());
    }

    /** A plan that reads no row. */
    static Draft ofCatalog() {
        return new Draft(0, false);
    }

    void add(PhaseName phase, Step step) {
        steps.computeIfAbsent(phase, p -> new ArrayList<>()).add(step);
    }

    void statements(PhaseName phase, String... sql) {
        add(phase, Step.Statements.of(sql));
    }

    void lock(PhaseName phase, String lock) {
        locks.put(phase, lock);
    }

    void note(PhaseName phase, String note) {
        notes.computeIfAbsent(phase, p -> new LinkedHashSet<>()).add(note);
    }

    void column(String name) {
        columns.add(name);
    }

    /** What is undone first is added last. */
    void undo(String sql) {
        undo.addFirst(sql);
    }

    boolean has(PhaseName phase) {
        return steps.containsKey(phase);
    }

    Plan plan(QualifiedName target) {
        List<Phase> phases = new ArrayList<>();
        for (PhaseName name : PhaseName.values()) {
            List<Step> work = steps.getOrDefault(name, List.of());
            if (guessed && touchesRows(work)) {
                note(name, "the rows are guessed from the table's size: it was never analyzed");
            }
            if (name == PhaseName.VALIDATE && addsConstraint(work)) {
                note(name, "ACCESS EXCLUSIVE only while the constraint is added; reading rows for it stops nobody");
            }
            if (!work.isEmpty() || name == PhaseName.EXPAND) {
                phases.add(new Phase(
                        name,
                        work,
                        work.isEmpty() ? "" : locks.getOrDefault(name, defaultLock(name, work)),
                        false,
                        touchesRows(work) ? rows : 0,
                        String.join("; ", notes.getOrDefault(name, Set.of()))));
            }
        }
        return new Plan(Optional.of(target), List.copyOf(columns), phases, undo);
    }

    private static boolean touchesRows(List<Step> work) {
        return work.stream().anyMatch(step -> switch (step) {
            case Step.Statements statements -> false;
            case Step.Online online -> true;
            case Step.Backfill backfill -> true;
            case Step.Batches batches -> true;
            case Step.Verify verify -> true;
        });
    }

    private static boolean addsConstraint(List<Step> work) {
        return work.stream()
                .anyMatch(step -> step instanceof Step.Statements statements
                        && statements.sql().stream().anyMatch(sql -> sql.startsWith("ALTER TABLE")));
    }

    private static String defaultLock(PhaseName name, List<Step> work) {
        return switch (name) {
            case EXPAND, ENFORCE, CLEANUP -> "ACCESS EXCLUSIVE";
            case BACKFILL -> "ROW EXCLUSIVE";
            case VALIDATE -> addsConstraint(work) ? "ACCESS EXCLUSIVE" : "SHARE UPDATE EXCLUSIVE";
            case VERIFY -> "ACCESS SHARE";
        };
    }
}
