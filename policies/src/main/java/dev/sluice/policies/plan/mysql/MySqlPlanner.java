package dev.sluice.policies.plan.mysql;

import dev.sluice.policies.ddl.OnlineOptions;
import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.SourceText;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.plan.Phase;
import dev.sluice.policies.plan.PhaseName;
import dev.sluice.policies.plan.Plan;
import dev.sluice.policies.plan.Step;
import dev.sluice.policies.rule.Subject;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Plans what the rules say must not be run as it stands. Every statement says which ALGORITHM it wants: a server that
 * cannot do it that way refuses, instead of copying the table silently.
 */
public final class MySqlPlanner {

    static final String ONLINE = "ALGORITHM=INPLACE, LOCK=NONE";
    static final String INSTANT = "ALGORITHM=INSTANT";

    private static final Pattern OR_REPLACE = Pattern.compile("(?is)\\bor\\b.*\\breplace\\b.*\\bindex\\b.*\\bon\\b");

    private MySqlPlanner() {}

    /** The plan, or empty where there is no online way to exactly what the statement asks for. */
    public static Optional<Plan> plan(Subject subject) {
        return switch (subject.change()) {
            case SchemaChange.AlterTable alter -> new MySqlAlterPlanner(subject, alter).plan();
            case SchemaChange.CreateIndex index -> createIndex(subject, index);
            case SchemaChange.DropIndex index -> Optional.of(dropIndex(subject, index));
            default -> Optional.empty();
        };
    }

    /** Why {@link #plan} has none, where that is known; empty otherwise. */
    public static String obstacle(Subject subject) {
        if (!(subject.change() instanceof SchemaChange.AlterTable alter)) {
            return "";
        }
        MySqlAlterPlanner planner = new MySqlAlterPlanner(subject, alter);
        return planner.plan().isPresent() ? "" : planner.obstacle();
    }

    static QualifiedName real(Facts facts, QualifiedName written) {
        return facts.relation(written)
                .map(RelationFacts::name)
                .orElseGet(() -> written.schema().isPresent()
                        ? written
                        : new QualifiedName(facts.currentSchema(), written.name()));
    }

    /** MariaDB's CREATE OR REPLACE INDEX: whether its work is done cannot be seen by the index's being there. */
    public static boolean replaces(SchemaChange.CreateIndex index) {
        return OR_REPLACE.matcher(index.source().text()).find();
    }

    /** What takes an index away that the migration has made; one that was there before is left alone. */
    static List<String> dropping(Subject subject, QualifiedName table, String index) {
        boolean before = subject.table().flatMap(known -> known.index(index)).isPresent();
        return before ? List.of() : List.of("ALTER TABLE " + My.id(table) + " DROP INDEX " + My.id(index));
    }

    private static Optional<Plan> createIndex(Subject subject, SchemaChange.CreateIndex change) {
        QualifiedName table = real(subject.facts(), change.table());
        String name = change.name().map(QualifiedName::name).orElse("");
        List<String> undo = dropping(subject, table, name);
        if (replaces(change) && undo.isEmpty()) {
            return Optional.empty();
        }
        String sql = withoutOptions(change.source(), change.options()) + " ALGORITHM=INPLACE LOCK=NONE";
        return Optional.of(
                oneStatement(table, new Step.Online(sql, Optional.of(My.hasIndex(table, name)), List.of()), undo));
    }

    private static Plan dropIndex(Subject subject, SchemaChange.DropIndex change) {
        QualifiedName table = change.table()
                .map(t -> real(subject.facts(), t))
                .orElse(change.indexes().getFirst());
        String sql = withoutOptions(change.source(), change.options()) + " ALGORITHM=INPLACE LOCK=NONE";
        return oneStatement(table, new Step.Online(sql, Optional.empty(), List.of()), List.of());
    }

    private static Plan oneStatement(QualifiedName table, Step step, List<String> undo) {
        Phase expand = new Phase(PhaseName.EXPAND, List.of(), "", false, 0, "nothing: all of the work is online");
        Phase work = new Phase(PhaseName.VALIDATE, List.of(step), "LOCK=NONE", false, 0, "");
        return new Plan(Optional.of(table), List.of(), List.of(expand, work), undo);
    }

    /** A statement as written, up to the options that say how to carry it out. */
    static String withoutOptions(SourceText source, OnlineOptions options) {
        int end = options.source().stream().mapToInt(SourceText::start).min().orElse(source.end());
        return source.sql().substring(source.start(), end).strip();
    }
}
