package dev.sluice.proxy.lint;

import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.Scanner;
import dev.sluice.policies.sql.Token;
import java.util.Locale;
import java.util.Optional;

/** Rules about what stands beside a schema change in a file, which the gateway cannot see as a whole. */
final class ConductChecks {
    static final String UNBOUNDED_DML = "unbounded-dml";
    static final String DATA_CHANGE = "data-change-in-ddl-transaction";
    static final String AFTER_LOCK = "statement-after-exclusive-lock";

    private ConductChecks() {}

    /** The rule that catches a statement which is no schema change. */
    static Optional<String> ofData(String statement, FileState state, LexicalRules rules) {
        Scanner scanner = Scanner.of(statement, rules);
        String verb = scanner.next().text().toUpperCase(Locale.ROOT);
        boolean changes = verb.equals("UPDATE") || verb.equals("DELETE") || verb.equals("MERGE");
        if (!changes) {
            return Optional.empty();
        }
        if (state.exclusiveLock().isPresent()) {
            return Optional.of(DATA_CHANGE);
        }
        return !verb.equals("MERGE") && !isBounded(scanner) && !isOfNewTable(statement, state, rules)
                ? Optional.of(UNBOUNDED_DML)
                : Optional.empty();
    }

    private static boolean isBounded(Scanner scanner) {
        int depth = 0;
        for (Token token = scanner.next(); token.kind() != Token.Kind.END; token = scanner.next()) {
            if (token.isSymbol("(")) {
                depth++;
            } else if (token.isSymbol(")")) {
                depth--;
            } else if (depth == 0 && (token.isWord("WHERE") || token.isWord("LIMIT"))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOfNewTable(String statement, FileState state, LexicalRules rules) {
        Scanner scanner = Scanner.of(statement, rules);
        scanner.next();
        Token name = scanner.next();
        while (name.isWord("FROM") || name.isWord("ONLY") || name.isWord("IGNORE") || name.isWord("LOW_PRIORITY")) {
            name = scanner.next();
        }
        Token dot = scanner.next();
        String table = dot.isSymbol(".") ? scanner.next().value() : name.value();
        return state.created().stream().anyMatch(created -> created.name().equals(table));
    }

    /** Whether a schema change that takes its time, or another lock, waits for the end of the transaction with the lock. */
    static boolean isAfterLock(SchemaChange change, FileState state) {
        if (state.exclusiveLock().isEmpty()) {
            return false;
        }
        return switch (change) {
            case SchemaChange.CreateIndex index -> !index.concurrently() && !state.isCreated(index.table());
            case SchemaChange.RefreshMaterializedView ignored -> true;
            case SchemaChange.RewriteTables ignored -> true;
            case SchemaChange.AlterTable alter ->
                alter.actions().stream()
                        .anyMatch(dev.sluice.policies.ddl.AlterAction.ValidateConstraint.class::isInstance);
            default -> false;
        };
    }
}
