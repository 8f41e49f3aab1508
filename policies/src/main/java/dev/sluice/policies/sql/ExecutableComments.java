package dev.sluice.policies.sql;

import static dev.sluice.policies.sql.Chars.is;

import dev.sluice.policies.sql.Token.Kind;

/** MySQL's {@code /*! … *}{@code /} and MariaDB's {@code /*M! … *}{@code /}: code, when the server's version says so. */
final class ExecutableComments {
    private ExecutableComments() {}

    /** The comment, or only its opening where what follows is code. Comments do not nest, but for one level in skipped code. */
    static long comment(byte[] text, int at, int to, LexicalRules rules) {
        boolean maria = rules.dialect() == Dialect.MARIADB && is(text, at + 2, to, 'M') && is(text, at + 3, to, '!');
        if (!maria && !is(text, at + 2, to, '!')) {
            return Lexeme.of(Kind.COMMENT, close(text, at + 2, to));
        }
        int version = maria ? at + 4 : at + 3;
        int digits = Math.min(6, Chars.digitEnd(text, version, to) - version);
        if (digits < 5) {
            return Lexeme.of(Kind.CODE_OPEN, version);
        }
        boolean code = isCode(number(text, version, digits), maria, rules.version());
        // Older MySQL reads five digits whatever follows.
        boolean doubtful = digits == 6 && rules.dialect() == Dialect.MYSQL;
        int end = code ? version + digits : skip(text, version, to);
        Kind kind = code ? Kind.CODE_OPEN : Kind.COMMENT;
        return doubtful ? Lexeme.doubtful(kind, end) : Lexeme.of(kind, end);
    }

    private static boolean isCode(int number, boolean maria, ServerVersion version) {
        if (number > version.commentNumber()) {
            return false;
        }
        // MariaDB leaves out what is meant for MySQL 5.7 to 9.
        return version.dialect() == Dialect.MYSQL || maria || number < 50_700 || number > 99_999;
    }

    private static int number(byte[] text, int at, int digits) {
        int number = 0;
        for (int i = at; i < at + digits; i++) {
            number = number * 10 + (text[i] - '0');
        }
        return number;
    }

    private static int close(byte[] text, int at, int to) {
        for (int i = at; i + 1 < to; i++) {
            if (text[i] == '*' && text[i + 1] == '/') {
                return i + 2;
            }
        }
        return to;
    }

    private static int skip(byte[] text, int at, int to) {
        int i = at;
        while (i + 1 < to) {
            if (text[i] == '*' && text[i + 1] == '/') {
                return i + 2;
            }
            i = text[i] == '/' && text[i + 1] == '*' ? close(text, i + 2, to) : i + 1;
        }
        return to;
    }
}
