package dev.sluice.policies.rule;

import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ProgramBody;
import dev.sluice.policies.sql.RoutineNature;
import dev.sluice.policies.sql.Scanner;
import dev.sluice.policies.sql.StringText;
import dev.sluice.policies.sql.Token;
import java.util.List;
import java.util.Set;

/** Small questions about the words of a statement. */
final class Words {

    private static final Set<String> CHANGES = Set.of(
            "alter",
            "create",
            "drop",
            "truncate",
            "rename",
            "execute",
            "do",
            "reindex",
            "cluster",
            "vacuum",
            "refresh",
            "comment",
            "grant",
            "revoke",
            "lock",
            "import",
            "security",
            "reassign",
            "copy",
            "prepare");

    /** What runs SQL that it is given, or code that the server has. */
    private static final Set<String> RUNS = Set.of(
            "call",
            "dblink_exec",
            "dblink",
            "dblink_send_query",
            "dblink_open",
            "pg_background_launch",
            "query_to_xml",
            "cursor_to_xml",
            "table_to_xml",
            "lo_import");

    private Words() {}

    /** {@code ENFORCED} without {@code NOT} before it. */
    static boolean enforces(String text) {
        List<Tokens.Token> tokens = Tokens.of(text, Dialect.POSTGRES);
        for (int i = 0; i < tokens.size(); i++) {
            if (tokens.get(i).is("enforced") && (i == 0 || !tokens.get(i - 1).is("not"))) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether a body of PL/pgSQL changes no schema by itself, but for what is only the session's, and runs no SQL that it
     * builds or gives to a function. The other routines that it calls are judged for themselves.
     */
    static boolean harmlessBlock(String body, LexicalRules rules) {
        return ProgramBody.read(body, rules).nature() == RoutineNature.HARMLESS
                && Scanner.tokens(body, rules).stream()
                        .filter(Token::isIdentifier)
                        .noneMatch(token -> RUNS.contains(token.value()));
    }

    /**
     * Whether a procedural body certainly changes no schema and runs no SQL that it builds. {@code INTO} of a query and
     * of an INSERT is no change; {@code SELECT INTO} within a body assigns to variables.
     */
    static boolean harmlessBody(String body, Dialect dialect) {
        List<Tokens.Token> tokens = Tokens.of(body, dialect);
        return tokens.stream()
                .filter(Tokens.Token::isName)
                .map(Tokens.Token::text)
                .noneMatch(t -> CHANGES.contains(t) || RUNS.contains(t));
    }

    /** What the string literals of a statement say. */
    static List<String> literals(String text, LexicalRules rules) {
        return Scanner.tokens(text, rules).stream()
                .filter(Token::isString)
                .map(t -> StringText.decode(t, rules))
                .toList();
    }
}
