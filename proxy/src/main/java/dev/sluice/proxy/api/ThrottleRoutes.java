package dev.sluice.proxy.api;

import dev.sluice.proxy.api.ControlPlane.DelayedRow;
import dev.sluice.proxy.api.ControlPlane.SignalRow;
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
                .put("pressure", row.pressure())
                .put("share", row.share())
                .put("atWork", row.atWork())
                .put("elsewhere", row.elsewhere());
        row.reason().ifPresent(reason -> node.put("reason", reason));
        row.deciding().ifPresent(signal -> node.set("deciding", json(signal)));
        ArrayNode signals = node.putArray("signals");
        row.signals().forEach(signal -> signals.add(json(signal)));
        ArrayNode delayed = node.putArray("delayed");
        row.delayed().forEach(session -> delayed.add(json(session)));
        return node;
    }

    private static ObjectNode json(DelayedRow session) {
        return Json.object()
                .put("session", session.session())
                .put("rule", session.rule())
                .put("waitingMillis", session.waiting().toMillis())
                .put("reason", session.reason());
    }

    /** Infinity is no JSON: a limit or a value without end is left out. */
    private static ObjectNode json(SignalRow signal) {
        ObjectNode node = Json.object().put("signal", signal.signal());
        if (!signal.of().isEmpty()) {
            node.put("of", signal.of());
        }
        signal.value().ifPresent(value -> put(node, "value", value));
        node.put("unit", signal.unit());
        put(node, "slowAbove", signal.slowAbove());
        put(node, "stopAt", signal.stopAt());
        return node.put("pressure", signal.pressure()).put("text", signal.text());
    }

    private static void put(ObjectNode node, String name, double value) {
        if (Double.isFinite(value)) {
            node.put(name, value);
        }
    }
}
