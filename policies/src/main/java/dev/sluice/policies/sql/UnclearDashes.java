package dev.sluice.policies.sql;

/**
 * Two dashes begin a comment where what follows is blank or a control character, and which characters these are differs
 * from character set to character set: DEL is one in most, a no-break space in some, others in a few.
 */
public final class UnclearDashes {

    static final char DELETE = 0x7f;

    private UnclearDashes() {}

    /** Whether two dashes stand in code before a character that makes them a comment in some character sets only. */
    public static boolean standIn(String sql, LexicalRules rules) {
        if (!sql.contains("--")) {
            return false;
        }
        Scanner scanner = Scanner.of(sql, rules);
        for (Token token = scanner.next(); token.kind() != Token.Kind.END; token = scanner.next()) {
            if (token.isSymbol("-") && standAt(sql, token.start())) {
                return true;
            }
        }
        return false;
    }

    /** Whether such dashes stand at an index. */
    static boolean standAt(String sql, int at) {
        return sql.startsWith("--", at) && at + 2 < sql.length() && sql.charAt(at + 2) >= DELETE;
    }
}
