package dev.sluice.proxy.cli;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks a gateway. */
final class HttpMigrationsClient implements MigrationsClient {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final URI base;
    private final Optional<String> token;
    private final String query;

    /** @param database limits everything to one database's migrations */
    HttpMigrationsClient(URI base, Optional<String> token, Optional<String> database) {
        this.base = base;
        this.token = token;
        this.query = database.map(d -> "?database=" + URLEncoder.encode(d, StandardCharsets.UTF_8))
                .orElse("");
    }

    @Override
    public List<JsonNode> list() throws CliException, InterruptedException {
        List<JsonNode> migrations = new ArrayList<>();
        send(request("").GET()).path("migrations").forEach(migrations::add);
        return migrations;
    }

    @Override
    public JsonNode show(long id) throws CliException, InterruptedException {
        return send(request("/" + id).GET());
    }

    @Override
    public JsonNode command(long id, Order order) throws CliException, InterruptedException {
        String body = MAPPER.createObjectNode()
                .put("reason", order.reason())
                .put("rowsPerSecond", order.rowsPerSecond())
                .toString();
        return send(request("/" + id + "/" + order.word())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve("/api/v1/migrations" + path + query))
                .timeout(TIMEOUT);
        token.ifPresent(t -> request.header("Authorization", "Bearer " + t));
        return request;
    }

    private JsonNode send(HttpRequest.Builder request) throws CliException, InterruptedException {
        try {
            HttpResponse<String> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            JsonNode body = MAPPER.readTree(answer.body());
            if (answer.statusCode() == 200) {
                return body;
            }
            int exit = answer.statusCode() >= 500 ? ExitCode.UNREACHABLE : ExitCode.NEGATIVE;
            throw new CliException(exit, body.path("detail").asString("the gateway answered " + answer.statusCode()));
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.UNREACHABLE,
                    "no gateway answers at " + base + ": give --gateway URL or --database JDBC_URL");
        } catch (JacksonException e) {
            throw new CliException(ExitCode.UNREACHABLE, base + " is no gateway");
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
