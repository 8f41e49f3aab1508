package dev.sluice.proxy.api;

import dev.sluice.proxy.migration.DatabaseRef;
import dev.sluice.proxy.migration.Migration;
import dev.sluice.proxy.migration.MigrationException;
import dev.sluice.proxy.migration.Migrations.Command;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /api/v1/migrations}. A number belongs to its database: where several databases have it, {@code ?database=} (and
 * {@code ?upstream=}) must say which is meant.
 */
final class MigrationRoutes implements HttpService {

    private final Supplier<Optional<ControlPlane>> control;

    MigrationRoutes(Supplier<Optional<ControlPlane>> control) {
        this.control = control;
    }

    @Override
    public void routing(HttpRules rules) {
        rules.get("/", this::list).get("/{id}", this::show).post("/{id}/{command}", this::command);
    }

    private void list(ServerRequest request, ServerResponse response) {
        ArrayNode migrations = Json.array();
        ArrayNode unreachable = Json.array();
        for (DatabaseRef database : databases(request)) {
            try {
                plane().migrations().list(database).forEach(m -> migrations.add(MigrationJson.of(m)));
            } catch (MigrationException e) {
                unreachable.add(Json.object()
                        .put("upstream", database.upstream())
                        .put("database", database.database())
                        .put("reason", e.getMessage()));
            }
        }
        ObjectNode body = Json.object();
        body.set("migrations", migrations);
        body.set("unreachable", unreachable);
        Json.send(response, body);
    }

    private void show(ServerRequest request, ServerResponse response) {
        Json.send(response, MigrationJson.of(one(request)));
    }

    private void command(ServerRequest request, ServerResponse response) {
        Command command = command(request.path().pathParameters().get("command"), Json.body(request));
        Migration migration = one(request);
        Caller caller = Caller.of(request);
        if (command instanceof Command.Approve && !caller.mayApprove()) {
            throw new Problem(
                    403, "Forbidden", "An approval is somebody's: show one of the tokens that http.tokens names.");
        }
        String client = request.remotePeer().host() + ":" + request.remotePeer().port();
        try {
            Json.send(
                    response,
                    MigrationJson.of(
                            plane().command(migration.database(), migration.id(), command, caller.operator(), client)));
        } catch (MigrationException e) {
            throw Problem.of(e);
        }
    }

    private static Command command(String word, JsonNode body) {
        return switch (word) {
            case "pause" -> new Command.Pause();
            case "resume" -> new Command.Resume();
            case "cancel" -> new Command.Cancel();
            case "retry" -> new Command.Retry();
            case "approve" -> new Command.Approve(body.path("reason").asString(""));
            case "throttle" -> new Command.Throttle(rowsPerSecond(body));
            default ->
                throw Problem.notFound("There is no command " + word
                        + ": expected pause, resume, cancel, retry, approve or throttle.");
        };
    }

    private static long rowsPerSecond(JsonNode body) {
        JsonNode rows = body.path("rowsPerSecond");
        if (!rows.isIntegralNumber() || rows.asLong() < 0) {
            throw Problem.badRequest("Expected {\"rowsPerSecond\": a whole number, 0 for no limit}.");
        }
        return rows.asLong();
    }

    private Migration one(ServerRequest request) {
        long id = id(request.path().pathParameters().get("id"));
        List<Migration> found = new ArrayList<>();
        for (DatabaseRef database : databases(request)) {
            try {
                plane().migrations().find(database, id).ifPresent(found::add);
            } catch (MigrationException e) {
                if (databases(request).size() == 1) {
                    throw Problem.of(e);
                }
            }
        }
        if (found.isEmpty()) {
            throw Problem.notFound("There is no migration " + id + ".");
        }
        if (found.size() > 1) {
            throw new Problem(409, "Ambiguous", "Several databases have a migration " + id + ": add ?database=NAME.");
        }
        return found.get(0);
    }

    private List<DatabaseRef> databases(ServerRequest request) {
        Optional<String> upstream = request.query().first("upstream").asOptional();
        Optional<String> database = request.query().first("database").asOptional();
        return plane().databases().stream()
                .filter(d -> upstream.isEmpty() || upstream.get().equals(d.upstream()))
                .filter(d -> database.isEmpty() || database.get().equals(d.database()))
                .toList();
    }

    private ControlPlane plane() {
        return control.get().orElseThrow(Problem::starting);
    }

    private static long id(String text) {
        if (!text.matches("\\d{1,18}")) {
            throw Problem.notFound("Expected a migration's number, found " + text + ".");
        }
        return Long.parseLong(text);
    }
}
