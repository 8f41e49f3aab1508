package dev.sluice.proxy.intercept.command;

import dev.sluice.proxy.audit.AuditTrail;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Audit records as rows of a table. */
final class AuditTable {

    private static final List<String> COLUMNS = List.of(
            "seq",
            "time",
            "kind",
            "user",
            "statement",
            "verdict",
            "result",
            "sqlstate",
            "rules",
            "migration",
            "database",
            "role",
            "client",
            "application",
            "message",
            "id");
    private static final int BRIEF = 8;

    private AuditTable() {}

    static Table of(List<AuditTrail.Entry> entries) {
        return new Table(
                COLUMNS,
                BRIEF,
                entries.stream().map(entry -> row(entry.record())).toList());
    }

    private static List<Optional<String>> row(JsonNode record) {
        return COLUMNS.stream().map(column -> value(record, column)).toList();
    }

    private static Optional<String> value(JsonNode record, String column) {
        return switch (column) {
            case "statement" -> first(record, "statement", "command", "text");
            case "result" -> first(record, "result", "state");
            case "sqlstate" -> first(record, "sqlState");
            case "message" -> first(record, "message", "why", "reason");
            default -> first(record, column);
        };
    }

    private static Optional<String> first(JsonNode record, String... members) {
        return Stream.of(members)
                .map(record::path)
                .filter(node -> !node.isMissingNode())
                .map(node -> node.isContainer() ? node.toString() : node.asString(""))
                .filter(text -> !text.isEmpty() && !text.equals("[]"))
                .findFirst();
    }
}
