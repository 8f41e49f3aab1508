package dev.sluice.proxy.lint.report;

import dev.sluice.proxy.lint.LintFinding;
import dev.sluice.proxy.lint.LintReport;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The contract's own form; its keys are stable. */
final class JsonReport {
    private static final JsonMapper JSON = JsonMapper.shared();

    private JsonReport() {}

    static String write(LintReport report) {
        ObjectNode root = JSON.createObjectNode();
        ArrayNode findings = root.putArray("findings");
        for (LintFinding finding : report.findings()) {
            findings.addObject()
                    .put("file", finding.file())
                    .put("line", finding.place().line())
                    .put("column", finding.place().column())
                    .put("endLine", finding.place().endLine())
                    .put("statement", finding.statement())
                    .put("rule", finding.rule())
                    .put("action", finding.action().name().toLowerCase(Locale.ROOT))
                    .put("severity", finding.severity().word())
                    .put("message", finding.message())
                    .put("safeWay", finding.safeWay());
        }
        root.putObject("summary")
                .put("files", report.files().size())
                .put("statements", report.statements())
                .put("errors", report.errors())
                .put("warnings", report.warnings());
        return pretty(root);
    }

    static String pretty(tools.jackson.databind.JsonNode node) {
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(node) + "\n";
    }
}
