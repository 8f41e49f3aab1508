package dev.sluice.policies.sql;

import java.util.Optional;

/** Writes names and strings into SQL: the one place that knows how they are quoted. */
public final class SqlText {
    private SqlText() {}

    /** A name in quotes, so that it means itself whatever it holds. */
    public static String quoteIdentifier(Dialect dialect, String name) {
        refuseZero(name);
        String quote = dialect == Dialect.POSTGRES ? "\"" : "`";
        return quote + name.replace(quote, quote + quote) + quote;
    }

    /** A name with its schema where it has one, each in quotes. */
    public static String quoteQualified(Dialect dialect, Optional<String> schema, String name) {
        return schema.map(s -> quoteIdentifier(dialect, s) + ".").orElse("") + quoteIdentifier(dialect, name);
    }

    /** A string literal that reads the same whatever {@code standard_conforming_strings} is. */
    public static String quoteLiteral(LexicalRules rules, String text) {
        refuseZero(text);
        String doubled = text.replace("'", "''");
        if (text.indexOf('\\') < 0 || (rules.dialect().isMySqlFamily() && rules.noBackslashEscapes())) {
            return "'" + doubled + "'";
        }
        return (rules.dialect() == Dialect.POSTGRES ? "E'" : "'") + doubled.replace("\\", "\\\\") + "'";
    }

    /** The same for a session with default settings. */
    public static String quoteLiteral(Dialect dialect, String text) {
        return quoteLiteral(LexicalRules.defaults(new ServerVersion(dialect, 0, 0, 0)), text);
    }

    private static void refuseZero(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("SQL text cannot hold a zero character");
        }
    }
}
