package dev.sluice.proxy.cli;

import dev.sluice.proxy.audit.AuditTrail;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/** Audit records for people and for spreadsheets. */
final class AuditText {

    private static final List<String> CSV_MEMBERS = List.of(
            "seq",
            "time",
            "kind",
            "id",
            "session",
            "upstream",
            "database",
            "user",
            "role",
            "client",
            "application",
            "statement",
            "verdict",
            "rules",
            "result",
            "sqlState",
            "message",
            "migration",
            "state",
            "command",
            "text",
            "hash");

    static final String CSV_HEADER = String.join(",", CSV_MEMBERS);

    private AuditText() {}

    static String line(AuditTrail.Entry entry) {
        String who = entry.text("user").isEmpty() ? "" : entry.text("user") + "@" + entry.text("database") + "  ";
        return "%6s  %s  %-9s  %s%s"
                .formatted(entry.text("seq"), entry.text("time"), entry.text("kind"), who, what(entry));
    }

    static String csv(AuditTrail.Entry entry) {
        return CSV_MEMBERS.stream()
                .map(member -> {
                    var value = entry.record().path(member);
                    return quoted(value.isContainer() ? value.toString() : value.asString(""));
                })
                .collect(Collectors.joining(","));
    }

    static String words(AuditTrail.Verification result, Optional<String> missing) {
        if (result.broken().isPresent()) {
            AuditTrail.Broken broken = result.broken().get();
            return "BROKEN at record %d (%s, line %d): %s. %d records before it are intact."
                    .formatted(broken.number(), broken.file(), broken.line(), broken.reason(), result.records());
        }
        if (missing.isPresent()) {
            return "BROKEN: no record has the expected hash " + missing.get() + ": records were cut off.";
        }
        return "intact: %d records, last hash %s".formatted(result.records(), result.lastHash());
    }

    static String json(AuditTrail.Verification result, Optional<String> missing) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("intact", result.broken().isEmpty() && missing.isEmpty());
        members.put("records", result.records());
        members.put("lastHash", result.lastHash());
        result.broken().ifPresent(broken -> {
            members.put("brokenRecord", broken.number());
            members.put("file", broken.file().toString());
            members.put("line", broken.line());
            members.put("reason", broken.reason());
        });
        missing.ifPresent(hash -> members.put("missingHash", hash));
        return JsonMapper.builder().build().writeValueAsString(members);
    }

    private static String what(AuditTrail.Entry entry) {
        return switch (entry.text("kind")) {
            case "attempt" -> entry.text("verdict") + "  " + oneLine(entry.text("statement"));
            case "outcome" ->
                (entry.text("result") + "  " + entry.text("sqlState") + " " + entry.text("message")).strip();
            case "migration" ->
                "migration %s of %s: %s %s"
                        .formatted(
                                entry.text("migration"),
                                entry.text("table"),
                                entry.text("state"),
                                entry.text("message"));
            case "operation" -> entry.text("command") + "  " + entry.text("result");
            case "note" -> entry.text("text");
            default -> "";
        };
    }

    private static String oneLine(String text) {
        String line = text.replaceAll("\\s+", " ");
        return line.length() > 120 ? line.substring(0, 117) + "..." : line;
    }

    private static String quoted(String value) {
        return value.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')
                ? '"' + value.replace("\"", "\"\"") + '"'
                : value;
    }
}
