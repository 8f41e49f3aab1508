package dev.sluice.proxy.lint.report;

import dev.sluice.proxy.lint.Engine;
import dev.sluice.proxy.lint.LintReport;
import java.util.Locale;

/** The forms that a report may have. */
public enum ReportFormat {
    /** For people, with an excerpt of the source. */
    TEXT,
    /** The contract's own. */
    JSON,
    /** SARIF 2.1.0, for code scanning. */
    SARIF,
    /** For build servers: a test case a file. */
    JUNIT,
    /** Workflow commands that annotate a pull request's lines. */
    GITHUB,
    /** GitLab's code quality report. */
    GITLAB,
    /** For a comment on a pull request. */
    MARKDOWN;

    /**
     * The report as text that ends with a line break.
     *
     * @param rules describes rules
     * @param colour whether the text form may use colours
     */
    public String write(LintReport report, Engine rules, boolean colour) {
        return switch (this) {
            case TEXT -> new TextReport(colour).write(report);
            case JSON -> JsonReport.write(report);
            case SARIF -> SarifReport.write(report, rules);
            case JUNIT -> JunitReport.write(report);
            case GITHUB -> GithubReport.write(report);
            case GITLAB -> GitlabReport.write(report);
            case MARKDOWN -> MarkdownReport.write(report);
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
