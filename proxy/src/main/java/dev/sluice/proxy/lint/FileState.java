package dev.sluice.proxy.lint;

import dev.sluice.policies.ddl.AlterAction;
import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.ddl.TableConstraint;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.Scanner;
import dev.sluice.policies.sql.Token;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a file's statements so far have done: tables that are new, hence empty and unknown to anybody else, promises that are
 * validated already, locks that the transaction holds. Follows one file; not thread-safe.
 */
final class FileState {
    private final LexicalRules rules;
    private final Set<QualifiedName> created = new HashSet<>();
    /** By table and constraint: the columns that a check which is not yet validated tests for NULL. */
    private final Map<String, Set<String>> pendingNotNull = new HashMap<>();

    private final Set<String> provenNotNull = new HashSet<>();
    private boolean block;
    private Optional<String> exclusiveLock = Optional.empty();

    FileState(LexicalRules rules) {
        this.rules = rules;
    }

    Set<QualifiedName> created() {
        return Set.copyOf(created);
    }

    /** Whether BEGIN opened a transaction. */
    boolean inBlock() {
        return block;
    }

    /** The statement that took a lock which the open transaction still holds. */
    Optional<String> exclusiveLock() {
        return exclusiveLock;
    }

    boolean isCreated(QualifiedName table) {
        return created.contains(table);
    }

    /** Whether a validated check shows already that the column holds no NULL. */
    boolean isProven(QualifiedName table, String column) {
        return provenNotNull.contains(key(table, column));
    }

    /** The piece that the tool sends as one transaction is through. */
    void endOfPiece() {
        block = false;
        exclusiveLock = Optional.empty();
    }

    void transaction(String statement) {
        String first = Scanner.of(statement, rules).next().text().toUpperCase(Locale.ROOT);
        switch (first) {
            case "BEGIN", "START" -> block = true;
            case "COMMIT", "END", "ROLLBACK", "ABORT" -> {
                if (!statement.toUpperCase(Locale.ROOT).contains(" TO ")) {
                    endOfPiece();
                }
            }
            default -> {}
        }
    }

    /** @param inTransaction whether locks that it takes outlive it */
    void passed(SchemaChange change, boolean inTransaction) {
        switch (change) {
            case SchemaChange.CreateTable table -> create(table.table());
            case SchemaChange.CreateObject object -> {
                if (object.objectType().equals("MATERIALIZED VIEW")
                        || object.objectType().equals("FOREIGN TABLE")) {
                    object.name().ifPresent(this::create);
                }
                object.elements().forEach(element -> passed(element, inTransaction));
            }
            case SchemaChange.RenameTables rename -> rename.renamings().forEach(r -> renamed(r.from(), r.to()));
            case SchemaChange.DropTable drop -> drop.tables().forEach(created::remove);
            case SchemaChange.AlterTable alter -> alter.actions().forEach(action -> altered(alter.table(), action));
            default -> {}
        }
        if (inTransaction && exclusiveLock.isEmpty() && locks(change)) {
            exclusiveLock = Optional.of(change.commandTag());
        }
    }

    private boolean locks(SchemaChange change) {
        return switch (change) {
            case SchemaChange.AlterTable alter ->
                !isCreated(alter.table())
                        && alter.actions().stream().noneMatch(AlterAction.ValidateConstraint.class::isInstance);
            case SchemaChange.DropTable drop -> drop.tables().stream().noneMatch(this::isCreated);
            case SchemaChange.Truncate truncate -> truncate.tables().stream().noneMatch(this::isCreated);
            case SchemaChange.CreateIndex index -> !index.concurrently() && !isCreated(index.table());
            default -> false;
        };
    }

    private void create(QualifiedName name) {
        created.add(name);
        // Where search_path is as usual, both names mean the same table.
        if (!rules.dialect().isMySqlFamily()) {
            if (name.schema().isEmpty()) {
                created.add(QualifiedName.of("public", name.name()));
            } else if (name.schema().get().equals("public")) {
                created.add(QualifiedName.of(name.name()));
            }
        }
    }

    private void renamed(QualifiedName from, QualifiedName to) {
        if (created.remove(from)) {
            create(to);
        }
    }

    private void altered(QualifiedName table, AlterAction action) {
        switch (action) {
            case AlterAction.RenameTable rename -> renamed(table, rename.to());
            case AlterAction.AddConstraint add -> constraint(table, add.constraint());
            case AlterAction.ValidateConstraint validate ->
                prove(table, pendingNotNull.remove(key(table, validate.name())));
            default -> {}
        }
    }

    private void constraint(QualifiedName table, TableConstraint constraint) {
        if (!(constraint instanceof TableConstraint.Check check)) {
            return;
        }
        Set<String> columns = notNullColumns(check.expression().text());
        if (check.notValid()) {
            check.name().ifPresent(name -> pendingNotNull.put(key(table, name), columns));
        } else {
            prove(table, columns);
        }
    }

    private void prove(QualifiedName table, @org.jspecify.annotations.Nullable Set<String> columns) {
        if (columns != null) {
            columns.forEach(column -> provenNotNull.add(key(table, column)));
        }
    }

    /** The column of a check that says {@code c IS NOT NULL} and nothing else. */
    private Set<String> notNullColumns(String expression) {
        List<Token> tokens = Scanner.tokens(expression, rules).stream()
                .filter(t -> !t.isSymbol("(") && !t.isSymbol(")"))
                .toList();
        boolean test = tokens.size() == 4
                && tokens.get(0).isIdentifier()
                && tokens.get(1).isWord("IS")
                && tokens.get(2).isWord("NOT")
                && tokens.get(3).isWord("NULL");
        return test ? Set.of(tokens.getFirst().value()) : Set.of();
    }

    private static String key(QualifiedName table, String name) {
        return table.name() + "\u0000" + name;
    }
}
