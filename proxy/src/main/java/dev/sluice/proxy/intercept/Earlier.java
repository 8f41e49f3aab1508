package dev.sluice.proxy.intercept;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.RelationFacts;
import dev.sluice.policies.judge.FactsOverlay;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.Scanner;
import dev.sluice.policies.sql.StatementText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the statements before one in the same message do to it. A message is judged as a whole before any of it runs, so
 * the catalog shows nothing of this; where it cannot be told, the statement must come in a message of its own.
 *
 * <p>One object follows one message. Not thread-safe.
 */
final class Earlier {

    private final String sql;
    private final LexicalRules rules;
    private final Set<QualifiedName> created = new HashSet<>();
    /** New temporary tables; what has the same name is hidden by them. */
    private final Set<String> temporary = new HashSet<>();
    /** Those that a commit drops. */
    private final Set<String> untilCommit = new HashSet<>();
    /** What a new table was called that is there no more: the name may mean an older table, that it hid. */
    private final Set<String> gone = new HashSet<>();

    private final Map<QualifiedName, List<AlterAction>> altered = new HashMap<>();
    private final List<String> settings = new ArrayList<>();
    private Optional<String> doubt = Optional.empty();
    private boolean namesMayMove;
    private boolean inBlock;
    private int statements;

    Earlier(String sql, LexicalRules rules, boolean inBlock) {
        this.sql = sql;
        this.rules = rules;
        this.inBlock = inBlock;
    }

    /** Whether an explicit transaction block is open here. */
    boolean inBlock() {
        return inBlock;
    }

    /** Whether any statement came before. */
    boolean any() {
        return statements > 0;
    }

    /** Tables that are new and empty, by every name a later statement may use. */
    Set<QualifiedName> created() {
        return Set.copyOf(created);
    }

    /** SET statements after which names may mean something else. */
    List<String> settings() {
        return List.copyOf(settings);
    }

    /** A statement that is no schema change. */
    void passed(StatementText statement) {
        statements++;
        switch (statement.kind()) {
            case TRANSACTION -> transaction(words(statement));
            case SETTING -> setting(statement);
            case DATA -> data(statement);
            case SCHEMA_CHANGE, OPAQUE, GATEWAY_COMMAND, EXPLAIN_SCHEMA_CHANGE -> {}
        }
    }

    /** A schema change that was judged on these facts. */
    void passed(SchemaChange change, Facts facts) {
        statements++;
        switch (change) {
            case SchemaChange.CreateTable table -> created(table, facts);
            case SchemaChange.AlterTable alter -> altered(alter, facts);
            case SchemaChange.DropTable drop -> {
                drop.tables().forEach(table -> isGone(table.name()));
                inDoubt("an earlier DROP TABLE in the same message");
            }
            case SchemaChange.CreateObject object -> {
                for (SchemaChange element : object.elements()) {
                    passed(element, facts);
                }
            }
            case SchemaChange.CreateIndex ignored -> {}
            case SchemaChange.CreateRoutine ignored -> {}
            case SchemaChange.Annotation ignored -> {}
            case SchemaChange.LockTable ignored -> {}
            case SchemaChange.RefreshMaterializedView ignored -> {}
            case SchemaChange.Truncate ignored -> {}
            case SchemaChange.Reindex ignored -> {}
            case SchemaChange.Opaque opaque -> {
                inDoubt("a " + opaque.verb() + " in the same message");
                namesMayMove = true;
            }
            default -> inDoubt("an earlier " + change.commandTag() + " in the same message");
        }
    }

    /** The facts as they will be when the statement runs. */
    Facts overlay(Facts facts) throws RefusedException {
        Map<QualifiedName, RelationFacts> relations = new HashMap<>(facts.relations());
        for (Map.Entry<QualifiedName, RelationFacts> entry : facts.relations().entrySet()) {
            List<AlterAction> actions = altered.getOrDefault(entry.getValue().name(), List.of());
            Optional<RelationFacts> after = FactsOverlay.after(entry.getValue(), actions);
            if (after.isEmpty()) {
                throw new RefusedException(Refusals.needsOwnMessage(
                        "cannot judge a schema change of " + entry.getKey() + " behind another one in the same message",
                        "What an earlier statement of the message makes of the table is known only once it has run."));
            }
            relations.put(entry.getKey(), after.get());
        }
        return facts.with(relations);
    }

    /** Refuses a statement whose names may not mean what the catalog says now. */
    void mustResolve(Set<QualifiedName> names, Facts facts) throws RefusedException {
        Optional<QualifiedName> hidden =
                names.stream().filter(name -> isHidden(name, facts)).findFirst();
        if (hidden.isPresent()) {
            throw new RefusedException(Refusals.needsOwnMessage(
                    "cannot judge a schema change of " + hidden.get()
                            + " behind another table of that name in the same message",
                    "Which of them the name means is known only once what comes before has run."));
        }
        boolean resolved = names.stream()
                .allMatch(name -> created.contains(name)
                        || temporary.contains(lower(name))
                        || facts.relation(name).isPresent());
        if (doubt.isPresent() && !names.isEmpty() && (!resolved || namesMayMove)) {
            throw new RefusedException(Refusals.needsOwnMessage(
                    "cannot judge a schema change of " + names.iterator().next() + " behind " + doubt.get(),
                    "What the name means is known only once that has run."));
        }
    }

    /** Whether a new table has, or had, the name of one that was there before. */
    private boolean isHidden(QualifiedName name, Facts facts) {
        boolean left = gone.contains(lower(name)) && !created.contains(name) && !temporary.contains(lower(name));
        boolean hides = name.schema().isEmpty() || rules.dialect() != Dialect.POSTGRES;
        return left
                || (hides
                        && temporary.contains(lower(name))
                        && facts.relation(name).isPresent());
    }

    private static String lower(QualifiedName name) {
        return name.name().toLowerCase(Locale.ROOT);
    }

    private void isGone(String table) {
        String name = table.toLowerCase(Locale.ROOT);
        boolean was = temporary.remove(name);
        if (created.removeIf(other -> lower(other).equals(name)) || was) {
            gone.add(name);
        }
    }

    private void inDoubt(String what) {
        doubt = Optional.of(what);
    }

    private void transaction(List<String> words) {
        boolean goesOn = words.contains("TO") || words.contains("CHAIN") && !words.contains("NO");
        switch (words.getFirst()) {
            case "BEGIN", "START" -> inBlock = true;
            case "COMMIT", "END" -> {
                inBlock = goesOn;
                untilCommit.forEach(this::isGone);
            }
            case "ROLLBACK", "ABORT" -> {
                inBlock = goesOn;
                undone();
            }
            default -> {}
        }
    }

    /** What was created or altered may be gone again, wholly or in part. */
    private void undone() {
        if (!created.isEmpty() || !altered.isEmpty()) {
            inDoubt("a rollback in the same message");
            namesMayMove = true;
        }
        created.clear();
        altered.clear();
    }

    private void setting(StatementText statement) {
        String words = statement.in(sql).toLowerCase(Locale.ROOT);
        boolean moves = List.of("search_path", "schema", "role", "authorization", "reset", "discard").stream()
                .anyMatch(words::contains);
        if (words.startsWith("discard")) {
            Set.copyOf(temporary).forEach(this::isGone);
        }
        if (moves || words.contains("sluice")) {
            settings.add(statement.in(sql));
        }
    }

    private void data(StatementText statement) {
        String words = statement.in(sql).toLowerCase(Locale.ROOT);
        if (words.contains("set_config")) {
            inDoubt("a statement that calls set_config in the same message");
            namesMayMove = true;
        }
    }

    private void created(SchemaChange.CreateTable table, Facts facts) {
        String name = lower(table.table());
        if (table.temporary()) {
            gone.remove(name);
            temporary.add(name);
            if (words(table.source().text()).contains("COMMIT")) {
                untilCommit.add(name);
            }
            return;
        }
        boolean exists = facts.relation(table.table()).isPresent();
        if (table.ifNotExists() && exists) {
            return;
        }
        gone.remove(name);
        created.add(table.table());
        if (table.table().schema().isEmpty()) {
            facts.currentSchema()
                    .ifPresent(schema ->
                            created.add(QualifiedName.of(schema, table.table().name())));
        } else if (table.table().schema().equals(facts.currentSchema())) {
            created.add(QualifiedName.of(table.table().name()));
        }
    }

    private void altered(SchemaChange.AlterTable alter, Facts facts) {
        boolean moves = alter.actions().stream()
                .anyMatch(a -> a instanceof AlterAction.RenameTable || a instanceof AlterAction.SetSchema);
        if (moves) {
            isGone(alter.table().name());
            inDoubt("a table that is renamed in the same message");
        }
        facts.relation(alter.table())
                .ifPresent(table -> altered.computeIfAbsent(table.name(), name -> new ArrayList<>())
                        .addAll(alter.actions()));
    }

    private List<String> words(StatementText statement) {
        return words(statement.in(sql));
    }

    private List<String> words(String text) {
        return Scanner.tokens(text, rules).stream()
                .map(token -> token.text().toUpperCase(Locale.ROOT))
                .toList();
    }
}
