package dev.sluice.proxy.lint.report;

import dev.sluice.proxy.lint.LintFinding;
import dev.sluice.proxy.lint.LintReport;

/** Workflow commands, which show as annotations on a pull request's lines. */
final class GithubReport {
    private GithubReport() {}

    static String write(LintReport report) {
        StringBuilder out = new StringBuilder();
        for (LintFinding finding : report.findings()) {
            LintFinding.Place place = finding.place();
            out.append("::%s file=%s,line=%d,endLine=%d"
                    .formatted(finding.severity().word(), property(finding.file()), place.line(), place.endLine()));
            // Columns are taken for a single line only.
            if (place.line() == place.endLine()) {
                out.append(",col=").append(place.column()).append(",endColumn=").append(place.endColumn());
            }
            String safeWay = finding.safeWay().isEmpty() ? "" : "\nSafe way: " + Wording.sentence(finding.safeWay());
            out.append(",title=")
                    .append(property(finding.rule()))
                    .append("::")
                    .append(data(Wording.sentence(finding.message()) + safeWay))
                    .append('\n');
        }
        return out.append(data(Wording.summary(report))).append('\n').toString();
    }

    private static String data(String text) {
        return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A");
    }

    private static String property(String text) {
        return data(text).replace(":", "%3A").replace(",", "%2C");
    }
}
