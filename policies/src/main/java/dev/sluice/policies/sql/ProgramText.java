package dev.sluice.policies.sql;

import dev.sluice.policies.sql.Token.Kind;

/** Looks into the text of stored programs and DO blocks. */
public final class ProgramText {
    private ProgramText() {}

    /**
     * Whether a body in PL/pgSQL, SQL or MySQL's language holds a schema change, a call, or SQL that is put together at
     * run time, so that what it does cannot be told. Temporary tables do not count. For a body in another language this
     * says nothing.
     */
    public static boolean holdsSchemaChange(String body, LexicalRules rules) {
        Scanner scanner = Scanner.of(body, rules);
        boolean fresh = true;
        for (Token token = scanner.next(); token.kind() != Kind.END; token = scanner.next()) {
            boolean dynamic = token.isWord("EXECUTE");
            if (dynamic || (fresh && token.kind() == Kind.WORD && changes(token, scanner, rules))) {
                return true;
            }
            fresh = isFresh(token);
        }
        return false;
    }

    /** Whether a statement may begin behind this token. */
    static boolean isFresh(Token token) {
        if (token.kind() == Kind.SYMBOL) {
            return token.isSymbol(";") || token.isSymbol(":") || token.isSymbol(">>") || token.isSymbol(")");
        }
        return token.isWord("BEGIN")
                || token.isWord("THEN")
                || token.isWord("ELSE")
                || token.isWord("LOOP")
                || token.isWord("DO")
                || token.isWord("REPEAT")
                || token.isWord("ATOMIC")
                || token.isWord("ROW");
    }

    private static boolean changes(Token token, Scanner scanner, LexicalRules rules) {
        Keyword word = Keyword.of(Scanner.bytes(token.text(), rules.dialect()), 0, token.end() - token.start());
        return switch (word) {
            case CREATE, DROP -> {
                int position = scanner.position();
                Token next = Scanner.of(token.sql(), position, token.sql().length(), rules)
                        .next();
                yield !next.isWord("TEMPORARY") && !next.isWord("TEMP");
            }
            case ALTER, CALL -> true;
            case PREPARE -> rules.dialect().isMySqlFamily();
            default -> word.alwaysChangesSchema();
        };
    }
}
