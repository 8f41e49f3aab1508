package dev.sluice.policies.sql;

import static dev.sluice.policies.sql.Chars.is;

import dev.sluice.policies.sql.Token.Kind;

/** MySQL's and MariaDB's tokens, after their {@code sql_lex.cc}. The same precondition as {@link PostgresLexer}'s. */
final class MySqlLexer {
    private static final String TWO = "!=<=>=<>||&&<<>>:=->";

    private MySqlLexer() {}

    /**
     * The token at {@code at}; see {@link Lexeme}.
     *
     * @param inCode whether an executable comment is open
     */
    static long next(byte[] text, int at, int to, LexicalRules rules, boolean inCode) {
        if (at >= to) {
            return Lexeme.of(Kind.END, to);
        }
        if (isBlank(text, at)) {
            int i = at + 1;
            while (i < to && isBlank(text, i)) {
                i++;
            }
            return Lexeme.of(Kind.BLANK, i);
        }
        return switch (Chars.of(text[at])) {
            case Chars.LETTER, Chars.DOLLAR -> word(text, at, to, rules);
            case Chars.DIGIT -> number(text, at, to);
            case Chars.QUOTE -> quoted(text, at, to, rules);
            case Chars.OPERATOR -> operator(text, at, to, rules, inCode);
            default -> punctuation(text, at, to);
        };
    }

    /** A no-break space is blank in latin1, where it stands behind ASCII; in UTF-8 it cannot stand there. */
    private static boolean isBlank(byte[] text, int at) {
        return Chars.isBlank(text[at])
                || (text[at] == (byte) 0xa0 && (at == 0 || text[at - 1] >= 0 || text[at - 1] == (byte) 0xa0));
    }

    private static int wordEnd(byte[] text, int at, int to) {
        int i = at;
        while (i < to && Chars.isWordPart(text[i]) && !isBlank(text, i)) {
            i++;
        }
        return i;
    }

    private static long word(byte[] text, int at, int to, LexicalRules rules) {
        if (is(text, at + 1, to, '\'') && "xXbBnN".indexOf(text[at]) >= 0) {
            return string(text, at + 1, to, rules);
        }
        int end = wordEnd(text, at + 1, to);
        if (text[at] == '$') {
            return dollar(text, at, end, to, rules);
        }
        return mayHoldBlank(text, at, end) ? Lexeme.doubtful(Kind.WORD, end) : Lexeme.of(Kind.WORD, end);
    }

    /** In cp852, cp866 and keybcs2 the last byte of all is a no-break space; in UTF-8 it never stands. */
    private static boolean mayHoldBlank(byte[] text, int at, int end) {
        for (int i = at; i < end; i++) {
            if (text[i] == (byte) 0xff) {
                return true;
            }
        }
        return false;
    }

    /** {@code $tag$} quotes a stored program's text from MySQL 9 on; before and on MariaDB it is a name. */
    private static long dollar(byte[] text, int at, int end, int to, LexicalRules rules) {
        int tag = at + 1;
        while (tag < end && text[tag] != '$') {
            tag++;
        }
        if (tag == end) {
            return Lexeme.of(Kind.WORD, end);
        }
        return rules.dialect() == Dialect.MYSQL && rules.version().atLeast(9)
                ? Lexeme.doubtful(Kind.DOLLAR_STRING, PostgresLexer.tagged(text, at, tag + 1, to))
                : Lexeme.doubtful(Kind.WORD, end);
    }

    private static long quoted(byte[] text, int at, int to, LexicalRules rules) {
        return text[at] == '`' || (text[at] == '"' && rules.ansiQuotes())
                ? Lexeme.of(Kind.QUOTED_IDENTIFIER, PostgresLexer.delimited(text, at, to))
                : string(text, at, to, rules);
    }

    private static long string(byte[] text, int open, int to, LexicalRules rules) {
        if (rules.noBackslashEscapes()) {
            return Lexeme.of(Kind.STRING, PostgresLexer.delimited(text, open, to));
        }
        byte quote = text[open];
        int i = open + 1;
        while (i < to) {
            if (text[i] == '\\') {
                i += 2;
            } else if (text[i] != quote) {
                i++;
            } else if (i + 1 < to && text[i + 1] == quote) {
                i += 2;
            } else {
                return Lexeme.of(Kind.STRING, i + 1);
            }
        }
        return Lexeme.of(Kind.STRING, to);
    }

    /** A name may begin with digits: what holds a letter and is no number is a word. */
    private static long number(byte[] text, int at, int to) {
        int end = wordEnd(text, at, to);
        int digits = Chars.digitEnd(text, at, end);
        if (digits == end) {
            return Lexeme.of(Kind.NUMBER, is(text, end, to, '.') ? fraction(text, end + 1, to) : end);
        }
        boolean based = text[at] == '0' && digits == at + 1 && (text[digits] == 'x' || text[digits] == 'b');
        boolean exponent = text[digits] == 'e' || text[digits] == 'E';
        if (exponent && digits + 1 == end && (is(text, end, to, '+') || is(text, end, to, '-'))) {
            return Lexeme.of(Kind.NUMBER, Chars.digitEnd(text, end + 1, to));
        }
        boolean plain = exponent && Chars.digitEnd(text, digits + 1, end) == end;
        return Lexeme.of(based || plain ? Kind.NUMBER : Kind.WORD, end);
    }

    private static int fraction(byte[] text, int at, int to) {
        int i = Chars.digitEnd(text, at, to);
        if (i < to && (text[i] == 'e' || text[i] == 'E')) {
            int digits = is(text, i + 1, to, '+') || is(text, i + 1, to, '-') ? i + 2 : i + 1;
            if (digits < to && Chars.isDigit(text[digits])) {
                return Chars.digitEnd(text, digits, to);
            }
        }
        return i;
    }

    private static long operator(byte[] text, int at, int to, LexicalRules rules, boolean inCode) {
        switch (text[at]) {
            case '#' -> {
                return Lexeme.of(Kind.COMMENT, lineEnd(text, at, to));
            }
            case '-' -> {
                if (is(text, at + 1, to, '-')) {
                    if (at + 2 >= to || text[at + 2] >= 0 && text[at + 2] <= ' ') {
                        return Lexeme.of(Kind.COMMENT, lineEnd(text, at, to));
                    } else if (text[at + 2] < 0 || text[at + 2] == UnclearDashes.DELETE) {
                        return Lexeme.doubtful(Kind.SYMBOL, at + 1);
                    }
                }
            }
            case '/' -> {
                if (is(text, at + 1, to, '*')) {
                    return ExecutableComments.comment(text, at, to, rules);
                }
            }
            case '*' -> {
                if (inCode && is(text, at + 1, to, '/')) {
                    return Lexeme.of(Kind.CODE_CLOSE, at + 2);
                }
            }
            case '@' -> {
                return variable(text, at, to, rules);
            }
            case '?' -> {
                return Lexeme.of(Kind.PARAMETER, at + 1);
            }
            default -> {}
        }
        return punctuation(text, at, to);
    }

    private static int lineEnd(byte[] text, int at, int to) {
        int i = at;
        while (i < to && text[i] != '\n') {
            i++;
        }
        return i;
    }

    private static long variable(byte[] text, int at, int to, LexicalRules rules) {
        int i = at + 1;
        if (i < to && Chars.of(text[i]) == Chars.QUOTE) {
            return Lexeme.of(Kind.VARIABLE, Lexeme.end(quoted(text, i, to, rules)));
        }
        if (is(text, i, to, '@')) {
            i++;
        }
        while (i < to && (Chars.isWordPart(text[i]) || text[i] == '.') && !isBlank(text, i)) {
            i++;
        }
        return Lexeme.of(Kind.VARIABLE, i);
    }

    private static long punctuation(byte[] text, int at, int to) {
        if (text[at] == '.' && at + 1 < to && Chars.isDigit(text[at + 1]) && !behindName(text, at)) {
            return Lexeme.of(Kind.NUMBER, fraction(text, at + 1, to));
        }
        if (at + 1 < to) {
            if (at + 2 < to && Chars.startsWith(text, at, to, "<=>") || Chars.startsWith(text, at, to, "->>")) {
                return Lexeme.of(Kind.SYMBOL, at + 3);
            }
            for (int i = 0; i < TWO.length(); i += 2) {
                if (text[at] == TWO.charAt(i) && text[at + 1] == TWO.charAt(i + 1)) {
                    return Lexeme.of(Kind.SYMBOL, at + 2);
                }
            }
        }
        return Lexeme.of(Kind.SYMBOL, at + 1);
    }

    private static boolean behindName(byte[] text, int at) {
        return at > 0 && (Chars.isWordPart(text[at - 1]) || text[at - 1] == '`' || text[at - 1] == '"');
    }
}
