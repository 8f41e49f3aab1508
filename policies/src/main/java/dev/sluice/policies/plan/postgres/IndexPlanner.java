package dev.sluice.policies.plan.postgres;

import static dev.sluice.policies.plan.PhaseName.ENFORCE;
import static dev.sluice.policies.plan.PhaseName.EXPAND;
import static dev.sluice.policies.plan.PhaseName.VALIDATE;
import static dev.sluice.policies.plan.PhaseName.VERIFY;

import dev.sluice.policies.ddl.IndexKey;
import dev.sluice.policies.ddl.IndexKind;
import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.plan.Plan;
import dev.sluice.policies.plan.Step;
import dev.sluice.policies.rule.Subject;
import dev.sluice.policies.rule.Tokens;
import dev.sluice.policies.rule.Tokens.Token;
import dev.sluice.policies.sql.Dialect;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Plans CREATE INDEX, DROP INDEX and REINDEX without their locks. All of the work is the executor's. */
final class IndexPlanner {

    private IndexPlanner() {}

    static Optional<Plan> create(Subject subject, SchemaChange.CreateIndex change) {
        Table table = Table.of(subject.facts(), change.table(), change.only());
        Draft draft = Draft.over(table.relation());
        String name = change.name()
                .map(QualifiedName::name)
                .orElseGet(() -> new Names(subject.facts(), table.name()).index(columnNames(change)));
        QualifiedName index = new QualifiedName(table.name().schema(), name);
        String unique = change.kind() == IndexKind.UNIQUE ? "UNIQUE " : "";
        Optional<String> rest = rest(change);
        if (rest.isEmpty()) {
            return Optional.empty();
        }
        change.keys().forEach(k -> k.column().ifPresent(draft::column));
        if (table.partitioned() && !change.only()) {
            onPartitions(draft, subject.facts(), table, change, index, unique, rest.get());
        } else {
            concurrently(draft, table.name(), index, unique, rest.get());
        }
        draft.add(VERIFY, new Step.Verify(Indexes.isValid(index), "index " + name + " is valid"));
        draft.note(
                EXPAND,
                subject.inTransaction()
                        ? "nothing now: the index is built once the transaction has committed"
                        : "nothing: an index is built CONCURRENTLY on a connection of its own");
        return Optional.of(draft.plan(table.name()));
    }

    private static void concurrently(
            Draft draft, QualifiedName table, QualifiedName index, String unique, String rest) {
        draft.add(
                VALIDATE,
                new Step.Online(
                        "CREATE " + unique + "INDEX CONCURRENTLY " + Pg.id(index.name()) + " ON " + Pg.id(table) + " "
                                + rest,
                        Optional.of(Indexes.isValid(index)),
                        List.of("DROP INDEX CONCURRENTLY IF EXISTS " + Pg.id(index))));
        draft.undo("DROP INDEX IF EXISTS " + Pg.id(index));
    }

    /** The parent's index first, on the parent alone and not valid; it becomes valid as the last leaf's is attached. */
    private static void onPartitions(
            Draft draft,
            Facts facts,
            Table table,
            SchemaChange.CreateIndex change,
            QualifiedName index,
            String unique,
            String rest) {
        draft.undo("DROP INDEX IF EXISTS " + Pg.id(index));
        draft.add(
                VALIDATE,
                new Step.Statements(
                        List.of("CREATE " + unique + "INDEX " + Pg.id(index.name()) + " ON ONLY " + Pg.id(table.name())
                                + " " + rest),
                        Optional.of("SELECT " + Pg.regclass(index) + " IS NOT NULL")));
        descend(draft, facts, table, change, index, unique, rest);
    }

    private static void descend(
            Draft draft,
            Facts facts,
            Table parent,
            SchemaChange.CreateIndex change,
            QualifiedName parentIndex,
            String unique,
            String rest) {
        for (QualifiedName child :
                parent.relation().map(RelationFacts::children).orElse(List.of())) {
            Optional<RelationFacts> known = parent.byName(child);
            QualifiedName index = new QualifiedName(child.schema(), new Names(facts, child).index(columnNames(change)));
            boolean partitioned = known.filter(r -> r.kind() == RelationFacts.Kind.PARTITIONED_TABLE)
                    .isPresent();
            if (partitioned) {
                draft.add(
                        VALIDATE,
                        new Step.Statements(
                                List.of("CREATE " + unique + "INDEX " + Pg.id(index.name()) + " ON ONLY " + Pg.id(child)
                                        + " " + rest),
                                Optional.of("SELECT " + Pg.regclass(index) + " IS NOT NULL")));
                descend(draft, facts, new Table(facts, known, child, false), change, index, unique, rest);
            } else {
                concurrently(draft, child, index, unique, rest);
            }
            draft.add(
                    ENFORCE,
                    new Step.Statements(
                            List.of("ALTER INDEX " + Pg.id(parentIndex) + " ATTACH PARTITION " + Pg.id(index)),
                            Optional.of(attached(parentIndex, index))));
        }
    }

    static String attached(QualifiedName parent, QualifiedName child) {
        return "SELECT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = " + Pg.regclass(child)
                + " AND i.inhparent = " + Pg.regclass(parent) + ")";
    }

    static Optional<Plan> drop(Subject subject, SchemaChange.DropIndex change) {
        Draft draft = Draft.ofCatalog();
        QualifiedName target = change.indexes().getFirst();
        for (QualifiedName written : change.indexes()) {
            Optional<RelationFacts> known = subject.facts().relation(written);
            if (known.isEmpty() && !subject.facts().assumed()) {
                continue;
            }
            if (known.filter(RelationFacts::temporary).isPresent()) {
                // No other session can drop it.
                return Optional.empty();
            }
            QualifiedName index = known.map(RelationFacts::name).orElse(written);
            target = known.flatMap(RelationFacts::indexOf).orElse(index);
            draft.add(
                    VALIDATE,
                    new Step.Online(
                            "DROP INDEX CONCURRENTLY IF EXISTS " + Pg.id(index),
                            Optional.of(Indexes.isGone(index)),
                            List.of()));
            draft.add(VERIFY, new Step.Verify(Indexes.isGone(index), "index " + index.name() + " is gone"));
        }
        draft.note(EXPAND, "nothing: the index is dropped CONCURRENTLY on a connection of its own");
        return Optional.of(draft.plan(target));
    }

    static Optional<Plan> rebuild(Subject subject, SchemaChange.Reindex change) {
        Draft draft = Draft.ofCatalog();
        Optional<RelationFacts> known = change.name().flatMap(subject.facts()::relation);
        Optional<QualifiedName> name = known.map(RelationFacts::name).or(change::name);
        Optional<String> options = reindexOptions(change);
        if (options.isEmpty()) {
            return Optional.empty();
        }
        draft.add(
                VALIDATE,
                new Step.Online(
                        "REINDEX " + options.get() + change.target() + " CONCURRENTLY"
                                + name.map(n -> " " + Pg.id(n)).orElse(""),
                        Optional.empty(),
                        List.of(Indexes.dropRemains(change.target(), name))));
        draft.note(EXPAND, "nothing: indexes are rebuilt CONCURRENTLY on a connection of its own");
        QualifiedName target =
                known.flatMap(RelationFacts::indexOf).or(() -> name).orElse(QualifiedName.of(""));
        Plan plan = draft.plan(target);
        return Optional.of(name.isPresent() ? plan : new Plan(Optional.empty(), List.of(), plan.phases(), plan.undo()));
    }

    /** The options in parentheses without CONCURRENTLY, and a blank; empty when there is none. */
    private static Optional<String> reindexOptions(SchemaChange.Reindex change) {
        String text = change.source().text();
        List<Token> tokens = Tokens.of(text, Dialect.POSTGRES);
        if (tokens.size() < 2 || !tokens.get(1).is("(")) {
            return Optional.of("");
        }
        int close = IntStream.range(0, tokens.size())
                .filter(i -> tokens.get(i).is(")"))
                .findFirst()
                .orElse(1);
        List<String> kept = new ArrayList<>();
        for (String option :
                text.substring(tokens.get(1).end(), tokens.get(close).start()).split(",")) {
            String lower = option.strip().toLowerCase(java.util.Locale.ROOT);
            if (!lower.startsWith("concurrently") && !lower.isEmpty()) {
                kept.add(option.strip());
            }
        }
        return Optional.of(kept.isEmpty() ? "" : "(" + String.join(", ", kept) + ") ");
    }

    /** The statement from behind the table's name on: method, keys and all that follows. */
    private static Optional<String> rest(SchemaChange.CreateIndex change) {
        String text = change.source().text();
        List<Token> tokens = Tokens.of(text, Dialect.POSTGRES);
        for (int i = 0; i + 1 < tokens.size(); i++) {
            if (tokens.get(i).is("on")) {
                int name = tokens.get(i + 1).is("only") ? i + 2 : i + 1;
                while (name + 2 < tokens.size() && tokens.get(name + 1).is(".")) {
                    name += 2;
                }
                int behind = tokens.get(name + 1).is("*") ? name + 2 : name + 1;
                return Optional.of(text.substring(
                        tokens.get(behind).start(), tokens.getLast().end()));
            }
        }
        return Optional.empty();
    }

    /** {@code ChooseIndexColumnNames}: included columns count, an expression is named after its function. */
    static List<String> columnNames(SchemaChange.CreateIndex change) {
        List<String> names = new ArrayList<>(columnNames(change.keys()));
        names.addAll(included(change.source().text()));
        return List.copyOf(names);
    }

    /** The columns of INCLUDE (…). */
    static List<String> included(String text) {
        List<Token> tokens = Tokens.of(text, Dialect.POSTGRES);
        List<String> names = new ArrayList<>();
        int depth = 0;
        int i = 0;
        while (i < tokens.size() && !(depth == 0 && tokens.get(i).is("include"))) {
            depth += tokens.get(i).is("(") ? 1 : tokens.get(i).is(")") ? -1 : 0;
            i++;
        }
        for (i++; i < tokens.size() && !tokens.get(i).is(")"); i++) {
            if (tokens.get(i).isName()) {
                names.add(tokens.get(i).text());
            }
        }
        return names;
    }

    /** Repeated names are numbered. */
    static List<String> columnNames(List<IndexKey> keys) {
        Map<String, Integer> seen = new HashMap<>();
        List<String> names = new ArrayList<>();
        for (IndexKey key : keys) {
            String name =
                    key.column().orElseGet(() -> expressionName(key.source().text()));
            int times = seen.merge(name, 1, Integer::sum);
            names.add(times == 1 ? name : name + (times - 1));
        }
        return names;
    }

    private static String expressionName(String expression) {
        List<Token> tokens = Tokens.of(expression, Dialect.POSTGRES);
        int i = 0;
        while (i < tokens.size() && tokens.get(i).is("(")) {
            i++;
        }
        int last = i;
        while (last + 2 < tokens.size()
                && tokens.get(last).isName()
                && tokens.get(last + 1).is(".")) {
            last += 2;
        }
        boolean called = last + 1 < tokens.size()
                && tokens.get(last).isName()
                && tokens.get(last + 1).is("(")
                && closesExpression(tokens, last + 1);
        return called ? tokens.get(last).text() : "expr";
    }

    /** Whether nothing but closing parentheses and options of the key stand behind the call. */
    private static boolean closesExpression(List<Token> tokens, int open) {
        int depth = 0;
        int i = open;
        do {
            depth += tokens.get(i).is("(") ? 1 : tokens.get(i).is(")") ? -1 : 0;
            i++;
        } while (depth > 0 && i < tokens.size());
        return i >= tokens.size() || tokens.get(i).isName() || tokens.get(i).is(")");
    }
}
