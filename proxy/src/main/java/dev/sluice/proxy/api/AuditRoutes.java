package dev.sluice.proxy.api;

import dev.sluice.proxy.audit.AuditTrail;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** {@code /api/v1/audit}: the latest records, the newest first; {@code ?limit=} up to 1000, 100 by default. */
final class AuditRoutes {

    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1000;

    private final Supplier<Optional<ControlPlane>> control;

    AuditRoutes(Supplier<Optional<ControlPlane>> control) {
        this.control = control;
    }

    void list(ServerRequest request, ServerResponse response) throws IOException {
        ControlPlane plane = control.get().orElseThrow(Problem::starting);
        int limit = limit(request.query().first("limit").asOptional());
        Deque<JsonNode> latest = new ArrayDeque<>();
        new AuditTrail(plane.auditFile()).forEach(entry -> {
            latest.addFirst(entry.record());
            if (latest.size() > limit) {
                latest.removeLast();
            }
        });
        ArrayNode records = Json.array();
        latest.forEach(records::add);
        Json.send(response, Json.object().set("records", records));
    }

    private static int limit(Optional<String> text) {
        if (text.isEmpty()) {
            return DEFAULT_LIMIT;
        }
        int limit = text.get().matches("\\d{1,6}") ? Integer.parseInt(text.get()) : 0;
        if (limit < 1 || limit > MAX_LIMIT) {
            throw Problem.badRequest("Expected limit from 1 to " + MAX_LIMIT + ".");
        }
        return limit;
    }
}
