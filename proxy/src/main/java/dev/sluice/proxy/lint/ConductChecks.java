package dev.sluice.proxy.lint;

import dev.sluice.policies.ddl.SchemaChange;
import dev.sluice.policies.rule.Conduct;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.Scanner;
import dev.sluice.policies.sql.Token;
import java.util.Optional;

/** Rules about what stands beside a schema change in a file, as {@link Conduct} reads it, and about whole tables written. */
final class ConductChecks {
    static final String UNBOUNDED_DML = "unbounded-dml";

    private ConductChecks() {}

    /** The rule that catches a statement which is no schema change. */
    static Optional<String> ofData(String statement, FileState state, LexicalRules rules) {
        if (state.exclusiveLock().isPresent()) {
            return Conduct.ruleOf(statement, rules);
        }
        Scanner scanner = Scanner.of(statement, rules);
        Token verb = scanner.next();
        boolean unbounded = (verb.isWord("UPDATE") || verb.isWord("DELETE"))
                && !isBounded(scanner)
                && !isOfNewTable(statement, state, rules);
        return unbounded ? Optional.of(UNBOUNDED_DML) : Optional.empty();
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
        boolean builds = change instanceof SchemaChange.CreateIndex index
                && !index.concurrently()
                && !state.isCreated(index.table());
        return builds || Conduct.takesTime(change);
    }
}
