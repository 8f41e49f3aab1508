package dev.sluice.policies.rule;

import dev.sluice.policies.sql.Dialect;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The tokens of a piece of SQL, for looking at expressions and for cutting slices. Blanks and comments are left out; the
 * opening and the end of an executable comment are too, its content is not. Never fails: what is not closed reaches to
 * the end.
 */
public final class Tokens {

    /** What a token is. */
    public enum Kind {
        WORD,
        QUOTED,
        STRING,
        NUMBER,
        SYMBOL
    }

    /** @param text a word in lower case, a quoted identifier without its quotes, everything else as written */
    public record Token(Kind kind, int start, int end, String text) {
        public boolean is(String wanted) {
            return (kind == Kind.WORD || kind == Kind.SYMBOL) && text.equals(wanted);
        }

        /** Whether this may name a column or a function. */
        public boolean isName() {
            return kind == Kind.WORD || kind == Kind.QUOTED;
        }
    }

    private final String sql;
    private final boolean mysql;
    private final List<Token> found = new ArrayList<>();
    private int at;

    private Tokens(String sql, Dialect dialect) {
        this.sql = sql;
        this.mysql = dialect.isMySqlFamily();
    }

    public static List<Token> of(String sql, Dialect dialect) {
        Tokens tokens = new Tokens(sql, dialect);
        while (tokens.at < sql.length()) {
            tokens.next();
        }
        return List.copyOf(tokens.found);
    }

    private void next() {
        char c = sql.charAt(at);
        int start = at;
        if (Character.isWhitespace(c)) {
            at++;
        } else if (comment(c)) {
            return;
        } else if (c == '\'' || (c == '"' && mysql)) {
            quoted(c, mysql);
            add(Kind.STRING, start, sql.substring(start, at));
        } else if (c == '"' || c == '`') {
            quoted(c, false);
            add(Kind.QUOTED, start, unquote(start, c));
        } else if (c == '$' && !mysql && dollarQuoted()) {
            add(Kind.STRING, start, sql.substring(start, at));
        } else if (Character.isDigit(c)) {
            number();
            add(Kind.NUMBER, start, sql.substring(start, at));
        } else if (isWordStart(c)) {
            word(start);
        } else {
            at += c == ':' && sql.startsWith("::", at) ? 2 : 1;
            add(Kind.SYMBOL, start, sql.substring(start, at));
        }
    }

    private boolean comment(char c) {
        if (c == '-' && sql.startsWith("--", at) && (!mysql || lineCommentOfMySql())) {
            lineEnd();
            return true;
        }
        if (c == '#' && mysql) {
            lineEnd();
            return true;
        }
        if (mysql && (sql.startsWith("/*!", at) || sql.startsWith("/*M!", at))) {
            at = sql.indexOf('!', at) + 1;
            while (at < sql.length() && Character.isDigit(sql.charAt(at))) {
                at++;
            }
            return true;
        }
        if (mysql && sql.startsWith("*/", at)) {
            at += 2;
            return true;
        }
        if (c == '/' && sql.startsWith("/*", at)) {
            blockComment();
            return true;
        }
        return false;
    }

    private boolean lineCommentOfMySql() {
        return at + 2 >= sql.length() || Character.isWhitespace(sql.charAt(at + 2));
    }

    private void lineEnd() {
        int end = sql.indexOf('\n', at);
        at = end < 0 ? sql.length() : end + 1;
    }

    private void blockComment() {
        int depth = 0;
        do {
            if (sql.startsWith("/*", at) && (depth == 0 || !mysql)) {
                depth++;
                at += 2;
            } else if (sql.startsWith("*/", at)) {
                depth--;
                at += 2;
            } else {
                at++;
            }
        } while (depth > 0 && at < sql.length());
    }

    private void quoted(char quote, boolean backslash) {
        at++;
        while (at < sql.length()) {
            char c = sql.charAt(at++);
            if (c == '\\' && backslash) {
                at++;
            } else if (c == quote) {
                if (at < sql.length() && sql.charAt(at) == quote) {
                    at++;
                } else {
                    break;
                }
            }
        }
        at = Math.min(at, sql.length());
    }

    private String unquote(int start, char quote) {
        int end = at > start + 1 && sql.charAt(at - 1) == quote ? at - 1 : at;
        return sql.substring(start + 1, end).replace("" + quote + quote, "" + quote);
    }

    private boolean dollarQuoted() {
        int close = at + 1;
        while (close < sql.length() && isWordPart(sql.charAt(close)) && sql.charAt(close) != '$') {
            close++;
        }
        if (close >= sql.length() || sql.charAt(close) != '$' || Character.isDigit(sql.charAt(at + 1))) {
            return false;
        }
        String tag = sql.substring(at, close + 1);
        int end = sql.indexOf(tag, close + 1);
        at = end < 0 ? sql.length() : end + tag.length();
        return true;
    }

    private void number() {
        while (at < sql.length()) {
            char c = sql.charAt(at);
            boolean exponentSign = (c == '+' || c == '-') && "eE".indexOf(sql.charAt(at - 1)) >= 0;
            if (!Character.isLetterOrDigit(c) && c != '.' && c != '_' && !exponentSign) {
                return;
            }
            at++;
        }
    }

    private void word(int start) {
        while (at < sql.length() && isWordPart(sql.charAt(at))) {
            at++;
        }
        String text = sql.substring(start, at).toLowerCase(Locale.ROOT);
        char next = at < sql.length() ? sql.charAt(at) : ' ';
        if (next == '\'' && (text.equals("e") || text.equals("b") || text.equals("x") || text.equals("n"))) {
            quoted('\'', text.equals("e") || mysql);
            add(Kind.STRING, start, sql.substring(start, at));
        } else if (text.equals("u") && !mysql && (sql.startsWith("&'", at) || sql.startsWith("&\"", at))) {
            char quote = sql.charAt(at + 1);
            at++;
            int open = at;
            quoted(quote, false);
            add(quote == '"' ? Kind.QUOTED : Kind.STRING, start, unquote(open, quote));
        } else {
            add(Kind.WORD, start, text);
        }
    }

    private static boolean isWordStart(char c) {
        return Character.isLetter(c) || c == '_' || c > 127;
    }

    private static boolean isWordPart(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '$' || c > 127;
    }

    private void add(Kind kind, int start, String text) {
        found.add(new Token(kind, start, at, text));
    }
}
