package dev.sluice.proxy.lint.report;

import dev.sluice.policies.policy.Action;
import dev.sluice.proxy.lint.LintFinding;
import dev.sluice.proxy.lint.LintReport;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** GitLab's code quality report. */
final class GitlabReport {
    private GitlabReport() {}

    static String write(LintReport report) {
        ArrayNode root = JsonMapper.shared().createArrayNode();
        Fingerprints fingerprints = new Fingerprints();
        for (LintFinding finding : report.findings()) {
            String safeWay = finding.safeWay().isEmpty() ? "" : " Safe way: " + Wording.sentence(finding.safeWay());
            ObjectNode issue = root.addObject()
                    .put("description", Wording.sentence(finding.message()) + safeWay)
                    .put("check_name", finding.rule())
                    .put("fingerprint", fingerprints.of(finding))
                    .put("severity", severity(finding.action()));
            issue.putObject("location")
                    .put("path", finding.file())
                    .putObject("lines")
                    .put("begin", finding.place().line())
                    .put("end", finding.place().endLine());
        }
        return JsonReport.pretty(root);
    }

    private static String severity(Action action) {
        return switch (action) {
            case ALLOW, WARN, GUARD -> "minor";
            case REWRITE -> "major";
            case APPROVE -> "critical";
            case BLOCK -> "blocker";
        };
    }
}
