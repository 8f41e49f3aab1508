package dev.sluice.proxy.audit;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Records as JSON. The order of members is part of the format: number and time first, the previous hash last. */
final class AuditJson {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private AuditJson() {}

    /** The record without its own hash. */
    static String body(long number, Instant time, AuditEvent event, String previousHash) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("seq", number);
        members.put("time", time.toString());
        fill(members, event);
        members.put("prev", previousHash);
        return MAPPER.writeValueAsString(members);
    }

    static JsonNode parse(String line) {
        return MAPPER.readTree(line);
    }

    private static void fill(Map<String, Object> members, AuditEvent event) {
        switch (event) {
            case AuditEvent.Attempt attempt -> attempt(members, attempt);
            case AuditEvent.Outcome outcome -> outcome(members, outcome);
            case AuditEvent.MigrationEnd end -> migrationEnd(members, end);
            case AuditEvent.Operation operation -> operation(members, operation);
            case AuditEvent.Throttled throttled -> throttled(members, throttled);
            case AuditEvent.Note note -> {
                members.put("kind", "note");
                members.put("text", note.text());
            }
        }
    }

    private static void attempt(Map<String, Object> members, AuditEvent.Attempt attempt) {
        members.put("kind", "attempt");
        members.put("id", attempt.id());
        who(members, attempt.who());
        members.put("statement", SecretMask.mask(attempt.statement()));
        members.put("sent", attempt.sent().stream().map(SecretMask::mask).toList());
        members.put("verdict", attempt.verdict());
        members.put("rules", attempt.rules());
        members.put("action", attempt.action());
        members.put("why", attempt.why());
        putIfPresent(members, "ticket", attempt.ticket());
        putIfPresent(members, "migration", attempt.migration());
    }

    private static void outcome(Map<String, Object> members, AuditEvent.Outcome outcome) {
        members.put("kind", "outcome");
        members.put("id", outcome.id());
        who(members, outcome.who());
        members.put("result", outcome.result());
        members.put("sqlState", outcome.sqlState());
        members.put("message", outcome.message());
        members.put("tookMs", outcome.took().toMillis());
    }

    private static void migrationEnd(Map<String, Object> members, AuditEvent.MigrationEnd end) {
        members.put("kind", "migration");
        members.put("upstream", end.upstream());
        members.put("database", end.database());
        members.put("migration", end.migration());
        members.put("table", end.table());
        members.put("requestedBy", end.requestedBy());
        members.put("state", end.state());
        members.put("sqlState", end.sqlState());
        members.put("message", end.message());
        members.put("phases", end.phases().stream().map(AuditJson::phase).toList());
    }

    private static Map<String, Object> phase(AuditEvent.PhaseTimes phase) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("phase", phase.phase());
        members.put("from", phase.from().toString());
        members.put("until", phase.until().toString());
        members.put("rows", phase.rows());
        return members;
    }

    private static void throttled(Map<String, Object> members, AuditEvent.Throttled throttled) {
        members.put("kind", "throttle");
        members.put("upstream", throttled.upstream());
        members.put("change", throttled.change());
        members.put("signal", throttled.signal());
        members.put("reading", throttled.reading());
        members.put("migrations", throttled.migrations());
    }

    private static void operation(Map<String, Object> members, AuditEvent.Operation operation) {
        members.put("kind", "operation");
        who(members, operation.who());
        members.put("command", operation.command());
        putIfPresent(members, "migration", operation.migration());
        members.put("reason", operation.reason());
        members.put("result", operation.result());
        members.put("sqlState", operation.sqlState());
    }

    private static void who(Map<String, Object> members, AuditEvent.Who who) {
        members.put("session", who.session());
        members.put("upstream", who.upstream());
        members.put("database", who.database());
        members.put("user", who.user());
        members.put("role", who.role());
        members.put("client", who.client());
        members.put("application", who.application());
    }

    private static void putIfPresent(Map<String, Object> members, String name, Optional<?> value) {
        value.ifPresent(present -> members.put(name, present));
    }
}
