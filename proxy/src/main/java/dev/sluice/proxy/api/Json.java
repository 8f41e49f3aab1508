package dev.sluice.proxy.api;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Bodies in JSON. A request's is at most 64 KiB. */
final class Json {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final int MAX_BODY_BYTES = 64 << 10;

    private Json() {}

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    static ArrayNode array() {
        return MAPPER.createArrayNode();
    }

    static String text(JsonNode node) {
        return node.toString();
    }

    static void send(ServerResponse response, JsonNode node) {
        response.header(HeaderNames.CONTENT_TYPE, "application/json");
        response.send(node.toString().getBytes(StandardCharsets.UTF_8));
    }

    static void send(ServerResponse response, Problem problem) {
        ObjectNode body = object().put("type", "about:blank")
                .put("title", problem.title())
                .put("status", problem.status())
                .put("detail", problem.detail());
        response.status(problem.status()).header(HeaderNames.CONTENT_TYPE, "application/problem+json");
        response.send(body.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** The request's body, an empty object when there is none. */
    static JsonNode body(ServerRequest request) {
        if (!request.content().hasEntity()) {
            return object();
        }
        try (InputStream in = request.content().inputStream()) {
            byte[] bytes = in.readNBytes(MAX_BODY_BYTES + 1);
            if (bytes.length > MAX_BODY_BYTES) {
                throw new Problem(413, "Too large", "Expected at most " + MAX_BODY_BYTES + " bytes.");
            }
            return bytes.length == 0 ? object() : MAPPER.readTree(bytes);
        } catch (IOException | JacksonException e) {
            throw Problem.badRequest("The body is no JSON.");
        }
    }
}
