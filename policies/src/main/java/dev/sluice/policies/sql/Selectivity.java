package dev.sluice.policies.sql;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Whether the condition of an UPDATE or DELETE says which rows are meant, as far as its text tells: by a value that a
 * column has, by a list, a pattern, a range with two ends or a query. {@code WHERE ref IS NULL}, {@code WHERE state <>
 * 'done'} and {@code WHERE made < '2020-01-01'} say nothing of the kind; they may be true of nearly all rows.
 */
final class Selectivity {

    private static final Set<String> PINNING = Set.of(
            "in",
            "between",
            "like",
            "ilike",
            "similar",
            "regexp",
            "rlike",
            "exists",
            "any",
            "some",
            "all",
            "match",
            "against",
            "overlaps",
            "sounds",
            "select",
            "table",
            "values",
            "of");

    private static final Set<String> BEHIND = Set.of("returning", "order", "limit");
    private static final Set<String> BELOW = Set.of("<", "<=");
    private static final Set<String> ABOVE = Set.of(">", ">=");
    private static final Set<String> EQUAL = Set.of("=", "<=>");

    /** Operators of which nobody but the server knows what they find: containment, patterns, overlap. */
    private static final String TELLING = "~@&?#";

    private Selectivity() {}

    /** @param statement the tokens of one UPDATE or DELETE, without comments */
    static boolean isUnselective(List<Token> statement) {
        boolean condition = false;
        boolean below = false;
        boolean above = false;
        int depth = 0;
        for (Token token : statement) {
            String text = token.text().toLowerCase(Locale.ROOT);
            depth += token.isSymbol("(") ? 1 : token.isSymbol(")") ? -1 : 0;
            if (!condition) {
                condition = depth == 0 && token.isWord("WHERE");
            } else if (depth == 0 && token.kind() == Token.Kind.WORD && BEHIND.contains(text)) {
                break;
            } else if (pins(token, text)) {
                return false;
            } else if (token.kind() == Token.Kind.SYMBOL) {
                below |= BELOW.contains(text);
                above |= ABOVE.contains(text);
            }
        }
        return condition && !(below && above);
    }

    private static boolean pins(Token token, String text) {
        return switch (token.kind()) {
            case WORD -> PINNING.contains(text);
            case SYMBOL -> EQUAL.contains(text) || text.chars().anyMatch(c -> TELLING.indexOf(c) >= 0);
            case QUOTED_IDENTIFIER,
                    STRING,
                    DOLLAR_STRING,
                    NUMBER,
                    PARAMETER,
                    VARIABLE,
                    BLANK,
                    COMMENT,
                    CODE_OPEN,
                    CODE_CLOSE,
                    END -> false;
        };
    }
}
