package dev.sluice.proxy.lint.report;

import dev.sluice.proxy.lint.Engine;
import dev.sluice.proxy.lint.LintFinding;
import dev.sluice.proxy.lint.LintReport;
import dev.sluice.proxy.lint.Severity;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** SARIF 2.1.0, as code scanning reads it. */
final class SarifReport {
    private static final String SCHEMA =
            "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

    private SarifReport() {}

    static String write(LintReport report, Engine rules) {
        List<String> ids = report.findings().stream()
                .map(LintFinding::rule)
                .distinct()
                .sorted()
                .toList();
        ObjectNode root = JsonMapper.shared().createObjectNode();
        root.put("$schema", SCHEMA).put("version", "2.1.0");
        ObjectNode run = root.putArray("runs").addObject();
        ObjectNode driver = run.putObject("tool").putObject("driver").put("name", "sluice lint");
        ArrayNode described = driver.putArray("rules");
        ids.forEach(id -> rule(described.addObject(), id, rules));
        run.put("columnKind", "utf16CodeUnits");
        ArrayNode results = run.putArray("results");
        Fingerprints fingerprints = new Fingerprints();
        for (LintFinding finding : report.findings()) {
            result(results.addObject(), finding, ids.indexOf(finding.rule()), fingerprints);
        }
        return JsonReport.pretty(root);
    }

    private static void rule(ObjectNode rule, String id, Engine rules) {
        Engine.About about = rules.about(id).orElse(new Engine.About(id, id, ""));
        rule.put("id", id);
        rule.putObject("shortDescription").put("text", Wording.sentence(about.catches()));
        rule.putObject("fullDescription").put("text", Wording.sentence(about.harm()));
        if (!about.safeWay().isEmpty()) {
            rule.putObject("help").put("text", Wording.sentence(about.safeWay()));
        }
    }

    private static void result(ObjectNode result, LintFinding finding, int ruleIndex, Fingerprints fingerprints) {
        String safeWay = finding.safeWay().isEmpty() ? "" : " Safe way: " + Wording.sentence(finding.safeWay());
        result.put("ruleId", finding.rule())
                .put("ruleIndex", ruleIndex)
                .put("level", finding.severity() == Severity.ERROR ? "error" : "warning");
        result.putObject("message").put("text", Wording.sentence(finding.message()) + safeWay);
        ObjectNode physical = result.putArray("locations").addObject().putObject("physicalLocation");
        artifact(physical.putObject("artifactLocation"), finding.file());
        LintFinding.Place place = finding.place();
        physical.putObject("region")
                .put("startLine", place.line())
                .put("startColumn", place.column())
                .put("endLine", place.endLine())
                .put("endColumn", place.endColumn());
        result.putObject("partialFingerprints").put("sluiceFinding/v1", fingerprints.of(finding));
    }

    private static void artifact(ObjectNode artifact, String file) {
        try {
            if (file.startsWith("/")) {
                artifact.put("uri", new URI("file", "", file, null).toASCIIString());
            } else {
                artifact.put("uri", new URI(null, null, file, null).toASCIIString())
                        .put("uriBaseId", "%SRCROOT%");
            }
        } catch (URISyntaxException e) {
            artifact.put("uri", "unnamed");
        }
    }
}
