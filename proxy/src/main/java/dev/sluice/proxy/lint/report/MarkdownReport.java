package dev.sluice.proxy.lint.report;

import dev.sluice.proxy.lint.LintFinding;
import dev.sluice.proxy.lint.LintReport;
import dev.sluice.proxy.lint.Severity;
import java.util.Locale;

/** A comment for a pull request. */
final class MarkdownReport {
    private static final int STATEMENT_MAX = 120;
    /** Comments may have 65,536 characters. */
    private static final int LENGTH_MAX = 60_000;

    private MarkdownReport() {}

    static String write(LintReport report) {
        StringBuilder out = new StringBuilder("### Schema changes\n\n");
        out.append(Wording.summary(report)).append('\n');
        if (report.findings().isEmpty()) {
            return out.toString();
        }
        out.append("\n| | Where | Rule | Why | Safe way |\n| --- | --- | --- | --- | --- |\n");
        int left = report.findings().size();
        for (LintFinding finding : report.findings()) {
            String row = row(finding);
            if (out.length() + row.length() > LENGTH_MAX) {
                out.append("\nand ")
                        .append(Wording.counted(left, "more finding"))
                        .append('\n');
                break;
            }
            out.append(row);
            left--;
        }
        return out.toString();
    }

    private static String row(LintFinding finding) {
        String statement = finding.statement().replaceAll("\\s+", " ").strip();
        String shown = statement.length() > STATEMENT_MAX ? statement.substring(0, STATEMENT_MAX) + "…" : statement;
        String code = shown.isEmpty() ? "" : "<br>" + code(shown);
        return "| %s | %s%s | `%s` (%s) | %s | %s |%n"
                .formatted(
                        finding.severity() == Severity.ERROR ? "❌" : "⚠️",
                        code(finding.file() + ":" + finding.place().line()),
                        code,
                        finding.rule(),
                        finding.action().name().toLowerCase(Locale.ROOT),
                        cell(Wording.sentence(finding.message())),
                        cell(Wording.sentence(finding.safeWay())))
                .replace("\r", "");
    }

    /** In HTML, because a backtick or a bar in Markdown's own code would end it or the cell. */
    private static String code(String text) {
        return "<code>" + cell(text) + "</code>";
    }

    private static String cell(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("|", "&#124;")
                .replace("`", "&#96;")
                .replace("@", "&#64;")
                .replace("\r", "")
                .replace("\n", "<br>");
    }
}
