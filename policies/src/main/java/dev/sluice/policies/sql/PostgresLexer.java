package dev.sluice.policies.sql;

import static dev.sluice.policies.sql.Chars.is;

import dev.sluice.policies.sql.Token.Kind;

/**
 * PostgreSQL's tokens, after its {@code scan.l}. Works on bytes in any encoding in which a byte below 0x80 is always that
 * ASCII character. An unterminated string or comment reaches to the end.
 */
final class PostgresLexer {
    private PostgresLexer() {}

    /** The token at {@code at}; see {@link Lexeme}. */
    static long next(byte[] text, int at, int to, boolean conformingStrings) {
        if (at >= to) {
            return Lexeme.of(Kind.END, to);
        }
        return switch (Chars.of(text[at])) {
            case Chars.BLANK -> Lexeme.of(Kind.BLANK, Chars.blankEnd(text, at + 1, to));
            case Chars.LETTER -> word(text, at, to, conformingStrings);
            case Chars.DIGIT -> Lexeme.of(Kind.NUMBER, number(text, at, to));
            case Chars.DOLLAR -> dollar(text, at, to);
            case Chars.OPERATOR -> operator(text, at, to);
            case Chars.QUOTE -> quoted(text, at, to, conformingStrings);
            default -> punctuation(text, at, to);
        };
    }

    private static long word(byte[] text, int at, int to, boolean conformingStrings) {
        if (at + 1 < to && text[at + 1] == '\'') {
            switch (text[at]) {
                case 'e', 'E' -> {
                    return Lexeme.of(Kind.STRING, Lexeme.end(string(text, at + 1, to, true, true)));
                }
                case 'b', 'B', 'x', 'X' -> {
                    return Lexeme.of(Kind.STRING, Lexeme.end(string(text, at + 1, to, false, false)));
                }
                case 'n', 'N' -> {
                    return string(text, at + 1, to, !conformingStrings, true);
                }
                default -> {}
            }
        }
        if ((text[at] == 'u' || text[at] == 'U') && is(text, at + 1, to, '&') && at + 2 < to) {
            if (text[at + 2] == '\'') {
                return Lexeme.of(Kind.STRING, Lexeme.end(string(text, at + 2, to, false, true)));
            }
            if (text[at + 2] == '"') {
                return Lexeme.of(Kind.QUOTED_IDENTIFIER, delimited(text, at + 2, to));
            }
        }
        return Lexeme.of(Kind.WORD, Chars.wordEnd(text, at + 1, to));
    }

    private static long quoted(byte[] text, int at, int to, boolean conformingStrings) {
        return switch (text[at]) {
            case '\'' -> string(text, at, to, !conformingStrings, true);
            case '"' -> Lexeme.of(Kind.QUOTED_IDENTIFIER, delimited(text, at, to));
            default -> Lexeme.of(Kind.SYMBOL, at + 1);
        };
    }

    /** Behind the closing quote, where a doubled one stands for itself. */
    static int delimited(byte[] text, int open, int to) {
        byte quote = text[open];
        for (int i = open + 1; i < to; i++) {
            if (text[i] == quote) {
                if (i + 1 < to && text[i + 1] == quote) {
                    i++;
                } else {
                    return i + 1;
                }
            }
        }
        return to;
    }

    /** Doubtful where a backslash stands before a quote: {@code standard_conforming_strings} decides what that means. */
    private static long string(byte[] text, int open, int to, boolean escapes, boolean doubling) {
        boolean doubtful = false;
        int i = open + 1;
        while (i < to) {
            byte b = text[i];
            if (b == '\\') {
                doubtful |= is(text, i + 1, to, '\'');
                i += escapes ? 2 : 1;
            } else if (b != '\'') {
                i++;
            } else if (doubling && is(text, i + 1, to, '\'')) {
                i += 2;
            } else {
                int more = continuation(text, i + 1, to);
                if (more < 0) {
                    return doubtful ? Lexeme.doubtful(Kind.STRING, i + 1) : Lexeme.of(Kind.STRING, i + 1);
                }
                i = more + 1;
            }
        }
        return doubtful ? Lexeme.doubtful(Kind.STRING, to) : Lexeme.of(Kind.STRING, to);
    }

    /** Where the string goes on behind a line break (and {@code --} comments), or -1. */
    private static int continuation(byte[] text, int from, int to) {
        boolean broken = false;
        int i = from;
        while (i < to) {
            byte b = text[i];
            if (b == '\n' || b == '\r') {
                broken = true;
                i++;
            } else if (Chars.isBlank(b)) {
                i++;
            } else if (b == '-' && is(text, i + 1, to, '-')) {
                i = lineEnd(text, i, to);
            } else {
                return b == '\'' && broken ? i : -1;
            }
        }
        return -1;
    }

    private static int lineEnd(byte[] text, int at, int to) {
        int i = at;
        while (i < to && text[i] != '\n' && text[i] != '\r') {
            i++;
        }
        return i;
    }

    private static long dollar(byte[] text, int at, int to) {
        int i = at + 1;
        if (i < to && Chars.isDigit(text[i])) {
            return Lexeme.of(Kind.PARAMETER, Chars.digitEnd(text, i, to));
        }
        while (i < to && text[i] != '$' && Chars.isWordPart(text[i])) {
            i++;
        }
        if (!is(text, i, to, '$')) {
            return Lexeme.of(Kind.SYMBOL, at + 1);
        }
        return Lexeme.of(Kind.DOLLAR_STRING, tagged(text, at, i + 1, to));
    }

    /** Behind the closing tag, which is the same as the opening one. */
    static int tagged(byte[] text, int at, int behindTag, int to) {
        int length = behindTag - at;
        for (int i = behindTag; i + length <= to; i++) {
            if (text[i] == '$' && java.util.Arrays.equals(text, at, behindTag, text, i, i + length)) {
                return i + length;
            }
        }
        return to;
    }

    /** Letters right behind a number are a token of their own, as before version 15; later servers refuse them. */
    private static int number(byte[] text, int at, int to) {
        if (text[at] == '0' && at + 2 < to && "xXoObB".indexOf(text[at + 1]) >= 0 && isHexDigit(text[at + 2])) {
            int i = at + 2;
            while (i < to && (isHexDigit(text[i]) || text[i] == '_')) {
                i++;
            }
            return i;
        }
        int i = digits(text, at, to);
        if (is(text, i, to, '.') && !is(text, i + 1, to, '.')) {
            i = digits(text, i + 1, to);
        }
        if (i < to && (text[i] == 'e' || text[i] == 'E')) {
            int exponent = is(text, i + 1, to, '+') || is(text, i + 1, to, '-') ? i + 2 : i + 1;
            if (exponent < to && Chars.isDigit(text[exponent])) {
                return digits(text, exponent, to);
            }
        }
        return i;
    }

    private static int digits(byte[] text, int at, int to) {
        int i = at;
        while (i < to && (Chars.isDigit(text[i]) || (text[i] == '_' && i + 1 < to && Chars.isDigit(text[i + 1])))) {
            i++;
        }
        return i;
    }

    private static boolean isHexDigit(byte b) {
        int c = Chars.lower(b);
        return Chars.isDigit(b) || (c >= 'a' && c <= 'f');
    }

    private static long operator(byte[] text, int at, int to) {
        if (isComment(text, at, to)) {
            return Lexeme.of(Kind.COMMENT, text[at] == '-' ? lineEnd(text, at, to) : blockEnd(text, at, to));
        }
        int i = at + 1;
        boolean special = "~!@#%^&|?".indexOf(text[at]) >= 0;
        while (i < to && Chars.of(text[i]) == Chars.OPERATOR && !isComment(text, i, to)) {
            special |= "~!@#%^&|?".indexOf(text[i]) >= 0;
            i++;
        }
        while (!special && i > at + 1 && (text[i - 1] == '+' || text[i - 1] == '-')) {
            i--;
        }
        return Lexeme.of(Kind.SYMBOL, i);
    }

    private static boolean isComment(byte[] text, int at, int to) {
        return (text[at] == '-' && is(text, at + 1, to, '-')) || (text[at] == '/' && is(text, at + 1, to, '*'));
    }

    private static int blockEnd(byte[] text, int at, int to) {
        int depth = 0;
        int i = at;
        while (i + 1 < to) {
            if (text[i] == '/' && text[i + 1] == '*') {
                depth++;
                i += 2;
            } else if (text[i] == '*' && text[i + 1] == '/') {
                depth--;
                i += 2;
                if (depth == 0) {
                    return i;
                }
            } else {
                i++;
            }
        }
        return to;
    }

    private static long punctuation(byte[] text, int at, int to) {
        byte b = text[at];
        if (b == '.' && at + 1 < to && Chars.isDigit(text[at + 1])) {
            return Lexeme.of(Kind.NUMBER, number(text, at, to));
        }
        boolean pair = (b == ':' && (is(text, at + 1, to, ':') || is(text, at + 1, to, '=')))
                || (b == '.' && is(text, at + 1, to, '.'));
        return Lexeme.of(Kind.SYMBOL, at + (pair ? 2 : 1));
    }
}
