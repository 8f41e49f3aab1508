package dev.sluice.policies.ddl;

/**
 * A slice of the text that the client sent. SQL that the gateway sends is built from such slices and quoted
 * identifiers, never by printing a parse tree.
 *
 * @param sql the whole text of the message
 * @param start first character of the slice, counted from 0
 * @param end the character behind the slice
 */
public record SourceText(String sql, int start, int end) {

    public SourceText {
        if (start < 0 || end < start || end > sql.length()) {
            throw new IllegalArgumentException("no slice [" + start + ", " + end + ") in " + sql.length());
        }
    }

    public static SourceText whole(String sql) {
        return new SourceText(sql, 0, sql.length());
    }

    public String text() {
        return sql.substring(start, end);
    }

    @Override
    public String toString() {
        return text();
    }
}
