package dev.sluice.proxy.lint;

import dev.sluice.policies.policy.Action;
import java.util.Comparator;

/**
 * Something that is wrong, or dangerous, at a place of a file.
 *
 * @param file as the user named it, with forward slashes
 * @param place where in the file
 * @param statement the statement on one line, cut where it is long
 * @param rule the rule's id
 * @param action what the gateway would do by policy
 * @param message one sentence: what would happen
 * @param safeWay one sentence: what the gateway does, or what to write instead; may be empty
 */
public record LintFinding(
        String file,
        Place place,
        String statement,
        String rule,
        Action action,
        Severity severity,
        String message,
        String safeWay) {

    static final Comparator<LintFinding> ORDER = Comparator.comparingInt(
                    (LintFinding f) -> f.place().line())
            .thenComparingInt(f -> f.place().column())
            .thenComparing(LintFinding::rule);

    /**
     * From the first to the last character of what is meant; all count from 1.
     *
     * @param endColumn the column behind the last character
     * @param excerpt the text of the first line
     */
    public record Place(int line, int column, int endLine, int endColumn, String excerpt) {
        static final Place FILE = new Place(1, 1, 1, 1, "");
    }
}
