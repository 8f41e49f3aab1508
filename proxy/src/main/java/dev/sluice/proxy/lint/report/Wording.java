package dev.sluice.proxy.lint.report;

import dev.sluice.proxy.lint.LintReport;

/** Words that several forms share. */
final class Wording {
    private Wording() {}

    static String summary(LintReport report) {
        String seen = counted(report.files().size(), "file") + ", " + counted(report.statements(), "statement");
        return report.findings().isEmpty()
                ? seen + ": nothing found"
                : seen + ": " + counted(report.errors(), "error") + ", " + counted(report.warnings(), "warning");
    }

    static String counted(int count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    /** A message as a sentence: first letter large, a full stop at the end. */
    static String sentence(String text) {
        if (text.isEmpty()) {
            return text;
        }
        String begun = Character.toUpperCase(text.charAt(0)) + text.substring(1);
        return ".!?".indexOf(begun.charAt(begun.length() - 1)) >= 0 ? begun : begun + ".";
    }
}
