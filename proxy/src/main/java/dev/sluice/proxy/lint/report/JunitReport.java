package dev.sluice.proxy.lint.report;

import dev.sluice.proxy.lint.LintFinding;
import dev.sluice.proxy.lint.LintReport;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** A test case a file, with a failure where it has findings. */
final class JunitReport {
    private JunitReport() {}

    static String write(LintReport report) {
        Map<String, List<LintFinding>> byFile = new LinkedHashMap<>();
        report.files().forEach(file -> byFile.put(file, List.of()));
        byFile.putAll(report.findings().stream()
                .collect(Collectors.groupingBy(LintFinding::file, LinkedHashMap::new, Collectors.toList())));
        long failures = byFile.values().stream().filter(f -> !f.isEmpty()).count();
        StringWriter out = new StringWriter();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(out);
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeCharacters("\n");
            xml.writeStartElement("testsuites");
            xml.writeStartElement("testsuite");
            xml.writeAttribute("name", "sluice lint");
            xml.writeAttribute("tests", Integer.toString(byFile.size()));
            xml.writeAttribute("failures", Long.toString(failures));
            xml.writeAttribute("errors", "0");
            for (Map.Entry<String, List<LintFinding>> entry : byFile.entrySet()) {
                file(xml, entry.getKey(), entry.getValue());
            }
            xml.writeCharacters("\n");
            xml.writeEndElement();
            xml.writeEndElement();
            xml.writeEndDocument();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("a string takes everything", e);
        }
        return out + "\n";
    }

    private static void file(XMLStreamWriter xml, String file, List<LintFinding> findings) throws XMLStreamException {
        xml.writeCharacters("\n  ");
        xml.writeStartElement("testcase");
        xml.writeAttribute("classname", "sluice.lint");
        xml.writeAttribute("name", clean(file));
        xml.writeAttribute("file", clean(file));
        if (!findings.isEmpty()) {
            xml.writeStartElement("failure");
            xml.writeAttribute("type", findings.getFirst().rule());
            xml.writeAttribute(
                    "message", clean(Wording.sentence(findings.getFirst().message())));
            StringBuilder text = new StringBuilder();
            for (LintFinding f : findings) {
                text.append("%s:%d:%d: %s [%s] %s %s\n"
                        .formatted(
                                f.file(),
                                f.place().line(),
                                f.place().column(),
                                f.severity().word(),
                                f.rule(),
                                Wording.sentence(f.message()),
                                Wording.sentence(f.safeWay())));
            }
            xml.writeCharacters(clean(text.toString()));
            xml.writeEndElement();
        }
        xml.writeEndElement();
    }

    /** Without the control characters that XML cannot hold. */
    private static String clean(String text) {
        return text.replaceAll("[^\\t\\n\\r\\x20-\\uD7FF\\uE000-\\uFFFD\\x{10000}-\\x{10FFFF}]", "\ufffd");
    }
}
