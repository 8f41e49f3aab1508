package dev.sluice.policies.rule;

import dev.sluice.policies.rule.Tokens.Kind;
import dev.sluice.policies.rule.Tokens.Token;
import dev.sluice.policies.sql.Dialect;
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
            "call",
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
            "dblink_exec",
            "dblink",
            "query_to_xml",
            "cursor_to_xml",
            "table_to_xml",
            "lo_import",
            "copy",
            "prepare",
            "into");

    private Words() {}

    /** {@code ENFORCED} without {@code NOT} before it. */
    static boolean enforces(String text) {
        List<Token> tokens = Tokens.of(text, Dialect.POSTGRES);
        for (int i = 0; i < tokens.size(); i++) {
            if (tokens.get(i).is("enforced") && (i == 0 || !tokens.get(i - 1).is("not"))) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether a procedural body certainly changes no schema and runs no SQL that it builds. {@code INTO} of a query and
     * of an INSERT is no change; {@code SELECT INTO} within a body assigns to variables.
     */
    static boolean harmlessBody(String body, Dialect dialect) {
        List<Token> tokens = Tokens.of(body, dialect);
        return tokens.stream().filter(Token::isName).noneMatch(t -> !t.is("into") && CHANGES.contains(t.text()));
    }

    /** The string literals of a statement, without their quotes; doubled quotes are made single. */
    static List<String> literals(String text, Dialect dialect) {
        return Tokens.of(text, dialect).stream()
                .filter(t -> t.kind() == Kind.STRING)
                .map(t -> unquote(t.text()))
                .toList();
    }

    private static String unquote(String literal) {
        if (literal.startsWith("$")) {
            int open = literal.indexOf('$', 1) + 1;
            return literal.substring(open, Math.max(open, literal.length() - open));
        }
        int open = Math.max(literal.indexOf('\''), 0);
        return literal.length() < open + 2
                ? literal
                : literal.substring(open + 1, literal.length() - 1).replace("''", "'");
    }
}
