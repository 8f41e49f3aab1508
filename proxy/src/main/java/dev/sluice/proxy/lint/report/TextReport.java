package dev.sluice.proxy.lint.report;

import dev.sluice.proxy.lint.LintFinding;
import dev.sluice.proxy.lint.LintReport;
import dev.sluice.proxy.lint.Severity;

/** For people: what, where, the source with carets under it, the safe way. */
final class TextReport {
    private static final String RESET = "\u001b[0m";
    private static final String BOLD = "\u001b[1m";
    private static final String RED = "\u001b[1;31m";
    private static final String YELLOW = "\u001b[1;33m";
    private static final String BLUE = "\u001b[1;34m";
    private static final int EXCERPT_MAX = 200;

    private final boolean colour;

    TextReport(boolean colour) {
        this.colour = colour;
    }

    String write(LintReport report) {
        StringBuilder out = new StringBuilder();
        for (LintFinding finding : report.findings()) {
            one(finding, out);
            out.append('\n');
        }
        return out.append(Wording.summary(report)).append('\n').toString();
    }

    private void one(LintFinding finding, StringBuilder out) {
        String paint = finding.severity() == Severity.ERROR ? RED : YELLOW;
        LintFinding.Place place = finding.place();
        String number = Integer.toString(place.line());
        String margin = " ".repeat(number.length());
        out.append(painted(finding.severity().word() + "[" + finding.rule() + "]", paint))
                .append(painted(": " + finding.message(), BOLD))
                .append('\n')
                .append(margin)
                .append(painted("-->", BLUE))
                .append(" %s:%d:%d%n"
                        .formatted(finding.file(), place.line(), place.column())
                        .replace("\r", ""));
        String bar = margin + " " + painted("|", BLUE);
        if (!place.excerpt().isBlank()) {
            out.append(bar).append('\n');
            excerpt(place, number, paint, out);
        }
        if (!finding.safeWay().isEmpty()) {
            out.append(margin)
                    .append(' ')
                    .append(painted("=", BLUE))
                    .append(painted(" safe way: ", BOLD))
                    .append(finding.safeWay())
                    .append('\n');
        }
    }

    private void excerpt(LintFinding.Place place, String number, String paint, StringBuilder out) {
        String margin = " ".repeat(number.length());
        String source = place.excerpt();
        int from = Math.min(place.column() - 1, source.length());
        int to = place.endLine() == place.line()
                ? Math.min(place.endColumn() - 1, source.length())
                : source.stripTrailing().length();
        // A very long line is shown around what is meant.
        int cut = from > EXCERPT_MAX / 2 ? from - EXCERPT_MAX / 4 : 0;
        int end = Math.min(source.length(), cut + EXCERPT_MAX);
        String shown = source.substring(cut, end);
        String lead = source.substring(cut, from).replaceAll("[^\t]", " ");
        String carets = "^".repeat(Math.max(1, Math.min(to, end) - from));
        out.append(painted(number + " | ", BLUE))
                .append(shown)
                .append('\n')
                .append(margin)
                .append(painted(" | ", BLUE))
                .append(lead)
                .append(painted(carets, paint))
                .append('\n');
    }

    private String painted(String text, String paint) {
        return colour ? paint + text + RESET : text;
    }
}
