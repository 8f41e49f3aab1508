package dev.sluice.proxy.lint;

import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.Scanner;
import dev.sluice.policies.sql.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The comments {@code -- sluice:ignore rule-id reason} of a file. Each silences one rule in one statement: the one that it
 * stands in, behind on the same line, or else before.
 */
final class Ignores {
    private static final Pattern COMMENT = Pattern.compile(
            "(?:--|#)\\s*sluice:\\s*ignore\\b\\s*([A-Za-z0-9-]*)(?:\\s+(.*))?", Pattern.CASE_INSENSITIVE);

    private final List<Ignore> all;

    private Ignores(List<Ignore> all) {
        this.all = all;
    }

    /** One comment; {@code used} once it has silenced something. */
    static final class Ignore {
        private final int start;
        private final int end;
        private final String rule;
        private boolean used;

        Ignore(int start, int end, String rule) {
            this.start = start;
            this.end = end;
            this.rule = rule;
        }

        int start() {
            return start;
        }

        int end() {
            return end;
        }

        String rule() {
            return rule;
        }
    }

    static Ignores of(String sql, LexicalRules rules) {
        List<Ignore> found = new ArrayList<>();
        if (sql.contains("sluice")) {
            Scanner scanner = Scanner.of(sql, rules);
            for (Token token = scanner.nextWithComments();
                    token.kind() != Token.Kind.END;
                    token = scanner.nextWithComments()) {
                if (token.kind() == Token.Kind.COMMENT) {
                    Matcher comment = COMMENT.matcher(token.text().strip());
                    if (comment.matches()) {
                        found.add(new Ignore(token.start(), token.end(), comment.group(1)));
                    }
                }
            }
        }
        return new Ignores(found);
    }

    /**
     * Whether a finding of the rule is silenced.
     *
     * @param from where the statement before ended, its line included
     * @param to the end of the statement's last line
     */
    boolean silences(String rule, int from, int to) {
        for (Ignore ignore : all) {
            if (ignore.start >= from && ignore.start < to && ignore.rule.equals(rule)) {
                ignore.used = true;
                return true;
            }
        }
        return false;
    }

    List<Ignore> unused() {
        return all.stream().filter(ignore -> !ignore.used).toList();
    }
}
