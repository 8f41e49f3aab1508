package dev.sluice.proxy.demo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks the gateway's HTTP interface how its latest migration goes. */
final class Observer {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final URI migrations;

    Observer(InetSocketAddress http) {
        this.migrations = URI.create("http://127.0.0.1:" + http.getPort() + "/api/v1/migrations");
    }

    /** A migration as the gateway tells it. */
    record Seen(long id, String state, String phase, long done, long total, long perSecond, String reason) {

        /** The part that is done: filling rows takes nearly all of the time, the phases behind it the rest. */
        double share() {
            return switch (phase) {
                case "expand" -> 0;
                case "backfill" -> total == 0 ? 0 : 0.94 * Math.min(1, (double) done / total);
                case "validate" -> 0.95;
                case "enforce" -> 0.97;
                default -> state.equals("complete") ? 1 : 0.98;
            };
        }
    }

    /** The latest migration; empty when there is none, or when it cannot be told just now. */
    Optional<Seen> latest() throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(migrations)
                .timeout(Duration.ofSeconds(2))
                .build();
        try {
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            Optional<Seen> latest = Optional.empty();
            for (JsonNode node : MAPPER.readTree(answer.body()).path("migrations")) {
                Seen seen = seen(node);
                latest = latest.filter(l -> l.id() > seen.id()).or(() -> Optional.of(seen));
            }
            return latest;
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Seen seen(JsonNode node) {
        return new Seen(
                node.path("id").asLong(),
                node.path("state").asString(""),
                node.path("phase").asString(""),
                node.path("rowsDone").asLong(0),
                node.path("rowsTotal").asLong(0),
                node.path("rowsPerSecond").asLong(0),
                node.path("reason").asString(""));
    }
}
