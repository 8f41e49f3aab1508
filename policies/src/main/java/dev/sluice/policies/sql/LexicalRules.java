package dev.sluice.policies.sql;

/**
 * What a session's settings make of quotes, backslashes and comments.
 *
 * @param version decides the dialect, and which executable comments are code
 * @param standardConformingStrings PostgreSQL's setting: off makes a backslash in a plain string an escape
 * @param ansiQuotes MySQL's {@code ANSI_QUOTES}: a double quote encloses an identifier
 * @param noBackslashEscapes MySQL's {@code NO_BACKSLASH_ESCAPES}
 */
public record LexicalRules(
        ServerVersion version, boolean standardConformingStrings, boolean ansiQuotes, boolean noBackslashEscapes) {

    /** The rules of a session that has changed no setting. */
    public static LexicalRules defaults(ServerVersion version) {
        return new LexicalRules(version, true, false, false);
    }

    public Dialect dialect() {
        return version.dialect();
    }
}
