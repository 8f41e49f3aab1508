package dev.sluice.proxy.mysql;

import dev.sluice.policies.sql.Interest;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ServerVersion;
import java.util.List;

/**
 * Screens a text whose session may have any {@code sql_mode}: under every reading that the modes allow, and the greatest
 * interest counts. Most texts hold neither a double quote nor a backslash, and there all readings are one. What the mode
 * really is gets asked only when a statement is held, so it can never be out of date.
 */
final class Readings {

    private final StatementScreen screen;
    private final LexicalRules plain;
    private final List<LexicalRules> quoted;
    private final List<LexicalRules> escaped;
    private final List<LexicalRules> both;

    Readings(StatementScreen screen, ServerVersion version) {
        this.screen = screen;
        plain = rules(version, false, false);
        quoted = List.of(plain, rules(version, true, false));
        escaped = List.of(plain, rules(version, false, true));
        both = List.of(plain, rules(version, true, false), rules(version, false, true), rules(version, true, true));
    }

    static LexicalRules rules(ServerVersion version, boolean ansiQuotes, boolean noBackslashEscapes) {
        return new LexicalRules(version, true, ansiQuotes, noBackslashEscapes);
    }

    LexicalRules plain() {
        return plain;
    }

    Interest look(byte[] text, int length) {
        boolean quote = false;
        boolean backslash = false;
        for (int i = 0; i < length; i++) {
            quote |= text[i] == '"';
            backslash |= text[i] == '\\';
        }
        if (!quote && !backslash) {
            return screen.look(text, length, plain);
        }
        Interest greatest = Interest.NONE;
        for (LexicalRules rules : quote && backslash ? both : quote ? quoted : escaped) {
            Interest interest = screen.look(text, length, rules);
            greatest = interest.compareTo(greatest) > 0 ? interest : greatest;
        }
        return greatest;
    }

    /** Screens a text under rules that are known. */
    Interest look(byte[] text, int length, LexicalRules rules) {
        return screen.look(text, length, rules);
    }

    boolean isForGateway(String sql) {
        return screen.isForGateway(sql, plain);
    }
}
