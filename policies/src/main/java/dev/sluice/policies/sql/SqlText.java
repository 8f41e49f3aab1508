package dev.sluice.policies.sql;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
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

    /** A string literal for a session with these rules; whatever {@code standard_conforming_strings} is. */
    public static String quoteLiteral(LexicalRules rules, String text) {
        refuseZero(text);
        String doubled = text.replace("'", "''");
        if (text.indexOf('\\') < 0 || (rules.dialect().isMySqlFamily() && rules.noBackslashEscapes())) {
            return "'" + doubled + "'";
        }
        return (rules.dialect() == Dialect.POSTGRES ? "E'" : "'") + doubled.replace("\\", "\\\\") + "'";
    }

    /**
     * A string literal that reads the same whatever the session's settings are. On MySQL those are the escapes and the
     * character set that the statement is taken to be in, so what is not plain is written in hexadecimal digits.
     */
    public static String quoteLiteral(Dialect dialect, String text) {
        if (dialect == Dialect.POSTGRES) {
            return quoteLiteral(LexicalRules.defaults(new ServerVersion(dialect, 0, 0, 0)), text);
        }
        refuseZero(text);
        boolean plain = text.chars().allMatch(c -> c >= ' ' && c < 0x7F && c != '\\');
        return plain
                ? "'" + text.replace("'", "''") + "'"
                : "_utf8mb4 X'" + HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8)) + "'";
    }

    private static void refuseZero(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("SQL text cannot hold a zero character");
        }
    }
}
