package dev.sluice.proxy.mysql;

import dev.sluice.policies.sql.Classifier;
import dev.sluice.policies.sql.Interest;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ServerVersion;
import java.util.List;

/**
 * Screens a text whose session may have any {@code sql_mode}: under every reading that the modes allow, and the greatest
 * interest counts. Most texts are one statement, or hold neither a double quote nor a backslash, and there all readings
 * are one. What the mode really is gets asked only when a statement is held, so it can never be out of date.
 */
final class Readings {

    private final StatementScreen screen;
    private final LexicalRules plain;
    private final List<LexicalRules> quoted;
    private final List<LexicalRules> escaped;
    private final List<LexicalRules> both;
    /** Whether the session may be in a character set in which the second byte of a character looks like something else. */
    private boolean ambiguous;
    /** Whether the text looked at last may choose one. */
    private boolean chosen;
    /** Whether a prepared statement may choose one, at any time. */
    private boolean kept;

    Readings(StatementScreen screen, ServerVersion version) {
        this.screen = screen;
        plain = rules(version, false, false);
        quoted = List.of(rules(version, true, false));
        escaped = List.of(rules(version, false, true));
        both = List.of(rules(version, true, false), rules(version, false, true), rules(version, true, true));
    }

    static LexicalRules rules(ServerVersion version, boolean ansiQuotes, boolean noBackslashEscapes) {
        return new LexicalRules(version, true, ansiQuotes, noBackslashEscapes);
    }

    LexicalRules plain() {
        return plain;
    }

    /** A login or a change of user names a collation. */
    void collation(int id) {
        ambiguous = AmbiguousCharsets.isCollation(id);
    }

    /** The text looked at last is not run now, but whenever it is executed. */
    void prepared() {
        kept |= chosen;
    }

    /** The session has been asked what character set it has. */
    void settled(boolean isAmbiguous) {
        ambiguous = isAmbiguous || kept;
    }

    Interest look(byte[] text, int length) {
        boolean quote = false;
        boolean backslash = false;
        boolean several = false;
        chosen = false;
        for (int i = 0; i < length; i++) {
            byte b = text[i];
            quote |= b == '"';
            backslash |= b == '\\';
            several |= b == ';';
            chosen |= AmbiguousCharsets.isNamed(text, i);
        }
        ambiguous |= chosen;
        Interest greatest = screen.look(text, length, plain, ambiguous);
        // A single statement begins the same way in every reading.
        if (!several || !(quote || backslash)) {
            return greatest;
        }
        for (LexicalRules rules : others(quote, backslash)) {
            Interest interest = screen.look(text, length, rules, ambiguous);
            greatest = interest.compareTo(greatest) > 0 ? interest : greatest;
        }
        return greatest;
    }

    private List<LexicalRules> others(boolean quote, boolean backslash) {
        if (quote && backslash) {
            return both;
        }
        return quote ? quoted : escaped;
    }

    /** Screens a text whose rules and characters are known. */
    Interest lookAtText(String sql, LexicalRules rules) {
        byte[] text = Classifier.letters(sql, rules);
        return screen.look(text, text.length, rules, false);
    }

    /** For a text that is not gathered, read by what the session says of itself. */
    TextScan scan(SessionModes modes) {
        LexicalRules rules = modes.rules();
        return new TextScan(
                !rules.noBackslashEscapes(),
                rules.ansiQuotes(),
                (text, length) -> screen.look(text, length, rules, modes.isAmbiguous()));
    }

    boolean isForGateway(String sql) {
        return screen.isForGateway(sql, plain);
    }
}
