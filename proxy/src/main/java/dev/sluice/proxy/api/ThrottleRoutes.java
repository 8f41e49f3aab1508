package dev.sluice.proxy.api;

import dev.sluice.proxy.api.ControlPlane.ThrottleRow;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /api/v1/throttle}, and {@code /api/v1/throttle/check}: 200 go, 429 wait. The check is for other tools that write
 * a lot; {@code ?upstream=} asks for one server, otherwise all must be at ease.
 */
final class ThrottleRoutes implements HttpService {

    private final Supplier<Optional<ControlPlane>> control;

    ThrottleRoutes(Supplier<Optional<ControlPlane>> control) {
        this.control = control;
    }

    @Override
    public void routing(HttpRules rules) {
        rules.get("/", this::list).get("/check", this::check).head("/check", this::check);
    }

    private void list(ServerRequest request, ServerResponse response) {
        ArrayNode upstreams = Json.array();
        rows(request).forEach(row -> upstreams.add(json(row)));
        Json.send(response, Json.object().set("upstreams", upstreams));
    }

    private void check(ServerRequest request, ServerResponse response) {
        Optional<ThrottleRow> waits =
                rows(request).stream().filter(row -> !row.go()).findFirst();
        if (waits.isPresent()) {
            response.header(HeaderNames.RETRY_AFTER, "1");
            throw new Problem(429, "Wait", waits.get().reason().orElse("the upstream is under pressure"));
        }
        Json.send(response, Json.object().put("go", true));
    }

    private List<ThrottleRow> rows(ServerRequest request) {
        ControlPlane plane = control.get().orElseThrow(Problem::starting);
        Optional<String> upstream = request.query().first("upstream").asOptional();
        List<ThrottleRow> rows = plane.throttle().stream()
                .filter(row -> upstream.isEmpty() || upstream.get().equals(row.upstream()))
                .toList();
        if (rows.isEmpty() && upstream.isPresent()) {
            throw Problem.notFound("There is no upstream " + upstream.get() + ".");
        }
        return rows;
    }

    private static ObjectNode json(ThrottleRow row) {
        ObjectNode node = Json.object()
                .put("upstream", row.upstream())
                .put("go", row.go())
                .put("pressure", row.pressure());
        row.reason().ifPresent(reason -> node.put("reason", reason));
        ObjectNode signals = node.putObject("signals");
        row.signals().forEach(signals::put);
        return node;
    }
}
