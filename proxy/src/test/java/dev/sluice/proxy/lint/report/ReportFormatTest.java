package dev.sluice.proxy.lint.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.sluice.policies.policy.Action;
import dev.sluice.proxy.lint.GatewayEngine;
import dev.sluice.proxy.lint.LintFinding;
import dev.sluice.proxy.lint.LintReport;
import dev.sluice.proxy.lint.Severity;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReportFormatTest {
    private static final LintReport NOTHING = new LintReport(List.of(), List.of("db/V1__a.sql"), 3);
    private static final LintReport REPORT = new LintReport(
            List.of(
                    new LintFinding(
                            "db/V2 x,y.sql",
                            new LintFinding.Place(12, 15, 12, 28, "ALTER TABLE t DROP COLUMN a;"),
                            "ALTER TABLE t DROP COLUMN a",
                            "drop-column",
                            Action.APPROVE,
                            Severity.ERROR,
                            "code that still names the column breaks | \"a\"",
                            "take it out of the code first"),
                    new LintFinding(
                            "/abs/V3__b.sql",
                            new LintFinding.Place(1, 1, 2, 3, "CREATE INDEX i"),
                            "CREATE INDEX i\n\u0001ON <t> (a)",
                            "create-index-blocking",
                            Action.REWRITE,
                            Severity.WARNING,
                            "writers wait",
                            "")),
            List.of("db/V1__a.sql", "db/V2 x,y.sql", "/abs/V3__b.sql"),
            7);

    private static String write(ReportFormat format, LintReport report) {
        return format.write(report, new GatewayEngine(), false);
    }

    private static JsonNode json(ReportFormat format, LintReport report) {
        return JsonMapper.shared().readTree(write(format, report));
    }

    @Test
    void textShowsTheSourceWithCaretsAndTheSafeWay() {
        assertThat(write(ReportFormat.TEXT, REPORT)).isEqualTo("""
                error[drop-column]: code that still names the column breaks | "a"
                  --> db/V2 x,y.sql:12:15
                   |
                12 | ALTER TABLE t DROP COLUMN a;
                   |               ^^^^^^^^^^^^^
                   = safe way: take it out of the code first

                warning[create-index-blocking]: writers wait
                 --> /abs/V3__b.sql:1:1
                  |
                1 | CREATE INDEX i
                  | ^^^^^^^^^^^^^^

                3 files, 7 statements: 1 error, 1 warning
                """);
        assertThat(write(ReportFormat.TEXT, NOTHING)).isEqualTo("1 file, 3 statements: nothing found\n");
        assertThat(ReportFormat.TEXT.write(REPORT, new GatewayEngine(), true))
                .contains("\u001b[1;31merror[drop-column]");
    }

    @Test
    void jsonHasTheKeysOfTheContract() {
        JsonNode json = json(ReportFormat.JSON, REPORT);
        JsonNode first = json.path("findings").path(0);
        assertThat(first.propertyNames())
                .containsExactlyInAnyOrder(
                        "file",
                        "line",
                        "column",
                        "endLine",
                        "statement",
                        "rule",
                        "action",
                        "severity",
                        "message",
                        "safeWay");
        assertThat(first.path("action").asString()).isEqualTo("approve");
        assertThat(json.path("summary").toString())
                .isEqualTo("{\"files\":3,\"statements\":7,\"errors\":1,\"warnings\":1}");
    }

    @Test
    void sarifIsValidByItsSchema() throws Exception {
        try (InputStream in = ReportFormatTest.class.getResourceAsStream("/schema/sarif-schema-2.1.0.json")) {
            assertThat(in).isNotNull();
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7)
                    .getSchema(text, InputFormat.JSON);
            for (LintReport report : List.of(REPORT, NOTHING)) {
                assertThat(schema.validate(write(ReportFormat.SARIF, report), InputFormat.JSON))
                        .isEmpty();
            }
        }
        JsonNode run = json(ReportFormat.SARIF, REPORT).path("runs").path(0);
        JsonNode result = run.path("results").path(0);
        assertThat(run.path("tool")
                        .path("driver")
                        .path("rules")
                        .path(result.path("ruleIndex").asInt())
                        .path("id"))
                .isEqualTo(result.path("ruleId"));
        JsonNode place = result.path("locations").path(0).path("physicalLocation");
        assertThat(place.path("artifactLocation").path("uri").asString()).isEqualTo("db/V2%20x,y.sql");
        assertThat(place.path("region").path("endColumn").asInt()).isEqualTo(28);
    }

    @Test
    void junitHasATestCaseForEachFile() throws Exception {
        Document xml = DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(write(ReportFormat.JUNIT, REPORT))));
        assertThat(xml.getElementsByTagName("testcase").getLength()).isEqualTo(3);
        assertThat(xml.getElementsByTagName("failure").getLength()).isEqualTo(2);
        assertThat(xml.getElementsByTagName("testsuite")
                        .item(0)
                        .getAttributes()
                        .getNamedItem("failures")
                        .getNodeValue())
                .isEqualTo("2");
    }

    @Test
    void githubAnnotationsAreEscaped() {
        assertThat(write(ReportFormat.GITHUB, REPORT)).isEqualTo("""
                ::error file=db/V2 x%2Cy.sql,line=12,endLine=12,col=15,endColumn=28,title=drop-column::\
                Code that still names the column breaks | "a".%0ASafe way: Take it out of the code first.
                ::warning file=/abs/V3__b.sql,line=1,endLine=2,title=create-index-blocking::Writers wait.
                3 files, 7 statements: 1 error, 1 warning
                """);
    }

    @Test
    void gitlabIssuesHaveStableFingerprints() {
        JsonNode issues = json(ReportFormat.GITLAB, REPORT);
        assertThat(issues).hasSize(2);
        assertThat(issues.path(0).path("severity").asString()).isEqualTo("critical");
        assertThat(issues.path(0).path("location").path("lines").path("begin").asInt())
                .isEqualTo(12);
        assertThat(issues.path(0).path("fingerprint"))
                .isEqualTo(json(ReportFormat.GITLAB, REPORT).path(0).path("fingerprint"))
                .isNotEqualTo(issues.path(1).path("fingerprint"));
        assertThat(json(ReportFormat.GITLAB, NOTHING)).isEmpty();
    }

    @Test
    void markdownIsATableWhoseCellsHold() {
        String markdown = write(ReportFormat.MARKDOWN, REPORT);
        List<String> rows =
                markdown.lines().filter(line -> line.startsWith("|")).toList();
        assertThat(rows)
                .hasSize(4)
                .allSatisfy(row -> assertThat(row.chars().filter(c -> c == '|')).hasSize(6));
        assertThat(markdown).contains("&lt;t&gt;").contains("1 error");
    }
}
