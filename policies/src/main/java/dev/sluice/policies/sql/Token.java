package dev.sluice.policies.sql;

import java.util.Locale;

/**
 * One token of an SQL text.
 *
 * @param dialect whose rules it was read by
 * @param sql the whole text
 * @param start first character
 * @param end the character behind the last
 */
public record Token(Dialect dialect, Kind kind, String sql, int start, int end) {

    /** What a token is. */
    public enum Kind {
        /** The end of the text. */
        END,
        /** White space; a {@link Scanner} leaves it out. */
        BLANK,
        /** An unquoted identifier or a keyword. */
        WORD,
        /** {@code "a"}, {@code U&"a"}, {@code `a`}. */
        QUOTED_IDENTIFIER,
        /** {@code 'a'} with its prefix and, on PostgreSQL, its continuations; {@code "a"} on MySQL. */
        STRING,
        /** {@code $tag$ … $tag$}. */
        DOLLAR_STRING,
        NUMBER,
        /** An operator, a bracket, a comma, a semicolon. */
        SYMBOL,
        /** {@code $1}, {@code ?}. */
        PARAMETER,
        /** {@code @a}, {@code @@global.a}. */
        VARIABLE,
        COMMENT,
        /** What opens an executable comment that is code here: {@code /*!50003}. */
        CODE_OPEN,
        /** What closes an executable comment. */
        CODE_CLOSE
    }

    public String text() {
        return sql.substring(start, end);
    }

    /** Whether this is the given keyword, unquoted, in any case. */
    public boolean isWord(String word) {
        return kind == Kind.WORD && isText(word);
    }

    /** Whether this is the given operator or bracket. */
    public boolean isSymbol(String symbol) {
        return kind == Kind.SYMBOL && isText(symbol);
    }

    /** Whether this may name something: a word or a quoted identifier. */
    public boolean isIdentifier() {
        return kind == Kind.WORD || kind == Kind.QUOTED_IDENTIFIER;
    }

    /** Whether this is a string, however it is quoted. */
    public boolean isString() {
        return kind == Kind.STRING || kind == Kind.DOLLAR_STRING;
    }

    /** Whether it is written as {@code U&"…"} or {@code U&'…'}. */
    boolean isUnicode() {
        return (kind == Kind.STRING || kind == Kind.QUOTED_IDENTIFIER)
                && end - start > 2
                && sql.regionMatches(true, start, "u&", 0, 2);
    }

    private boolean isText(String text) {
        return end - start == text.length() && sql.regionMatches(true, start, text, 0, text.length());
    }

    /**
     * An identifier as the server folds, decodes and cuts it, the content of a string, the text of anything else. A
     * PostgreSQL string with escapes keeps them as they were written.
     */
    public String value() {
        return switch (kind) {
            case WORD -> dialect == Dialect.POSTGRES ? Identifiers.fold(text()) : text();
            case QUOTED_IDENTIFIER -> Identifiers.unquote(this);
            case STRING, DOLLAR_STRING -> Identifiers.content(text());
            case END, BLANK, NUMBER, SYMBOL, PARAMETER, VARIABLE, COMMENT, CODE_OPEN, CODE_CLOSE -> text();
        };
    }

    @Override
    public String toString() {
        return kind.name().toLowerCase(Locale.ROOT) + " " + text();
    }
}
