package dev.sluice.policies.plan.mysql;

import dev.sluice.policies.ddl.SourceText;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.Scanner;
import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.policies.sql.Token;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What MariaDB's {@code SET STATEMENT … FOR} sets for one statement. */
final class StatementSettings {

    private static final LexicalRules MARIADB = LexicalRules.defaults(ServerVersion.mariadb(11, 8, 0));

    /** They say how long a statement may take and what it may use, and nothing of what it makes. */
    private static final Set<String> LIMITS = Set.of(
            "max_statement_time",
            "lock_wait_timeout",
            "innodb_lock_wait_timeout",
            "alter_algorithm",
            "sort_buffer_size",
            "tmp_table_size",
            "max_heap_table_size",
            "tmp_memory_table_size",
            "net_read_timeout",
            "net_write_timeout");

    private StatementSettings() {}

    /** The first setting that bears on what the statement makes; phases of it would have to have it too. */
    static Optional<String> beyondLimits(SourceText statement) {
        List<Token> tokens = Scanner.tokens(statement.text(), MARIADB);
        if (tokens.size() < 2 || !tokens.get(0).isWord("SET") || !tokens.get(1).isWord("STATEMENT")) {
            return Optional.empty();
        }
        int depth = 0;
        for (int i = 2; i < tokens.size() && !(depth == 0 && tokens.get(i).isWord("FOR")); i++) {
            Token token = tokens.get(i);
            depth += token.isSymbol("(") ? 1 : token.isSymbol(")") ? -1 : 0;
            boolean named = i == 2 || (depth == 0 && tokens.get(i - 1).isSymbol(","));
            if (named && !LIMITS.contains(token.value().toLowerCase(Locale.ROOT))) {
                return Optional.of(token.value());
            }
        }
        return Optional.empty();
    }
}
