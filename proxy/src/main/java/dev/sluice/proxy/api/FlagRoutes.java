package dev.sluice.proxy.api;

import dev.sluice.proxy.migration.DatabaseRef;
import dev.sluice.proxy.migration.Migration;
import dev.sluice.proxy.migration.MigrationException;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * OpenFeature remote evaluation: an application asks whether the schema it wants is there. {@code migration-42} is true
 * once that migration is complete; {@code table-public.orders} is true while no migration of that table is in flight.
 */
final class FlagRoutes implements HttpService {

    private static final String TABLE = "table-";

    private final Supplier<Optional<ControlPlane>> control;

    FlagRoutes(Supplier<Optional<ControlPlane>> control) {
        this.control = control;
    }

    @Override
    public void routing(HttpRules rules) {
        rules.post("/", this::all).post("/{key}", this::one);
    }

    private void all(ServerRequest request, ServerResponse response) {
        ArrayNode flags = Json.array();
        flags().forEach((key, value) -> flags.add(evaluation(key, value)));
        Json.send(response, Json.object().set("flags", flags));
    }

    private void one(ServerRequest request, ServerResponse response) {
        String key = request.path().pathParameters().get("key");
        Boolean value = flags().get(key);
        if (value == null && !key.startsWith(TABLE)) {
            ObjectNode missing = Json.object()
                    .put("key", key)
                    .put("errorCode", "FLAG_NOT_FOUND")
                    .put("errorDetails", "expected migration-<number> or table-<schema.table>");
            response.status(404);
            Json.send(response, missing);
            return;
        }
        Json.send(response, evaluation(key, value == null || value));
    }

    private static ObjectNode evaluation(String key, boolean value) {
        return Json.object()
                .put("key", key)
                .put("value", value)
                .put("reason", "TARGETING_MATCH")
                .put("variant", value ? "ready" : "not-ready");
    }

    /** A number that several databases have is ready when it is in all of them. */
    private Map<String, Boolean> flags() {
        ControlPlane plane = control.get().orElseThrow(Problem::starting);
        Map<String, Boolean> flags = new TreeMap<>();
        for (DatabaseRef database : plane.databases()) {
            try {
                for (Migration m : plane.migrations().list(database)) {
                    flags.merge("migration-" + m.id(), m.state() == Migration.State.COMPLETE, Boolean::logicalAnd);
                    flags.merge(TABLE + m.table(), m.state().ended(), Boolean::logicalAnd);
                }
            } catch (MigrationException e) {
                throw Problem.of(e);
            }
        }
        return flags;
    }
}
