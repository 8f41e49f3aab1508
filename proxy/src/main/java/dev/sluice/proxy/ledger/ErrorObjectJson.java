package dev.sluice.proxy.ledger;

import dev.sluice.proxy.session.ErrorObject;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a failure is about as JSON, for the ledger: {@code {"schema": "public", "table": "orders"}}. */
final class ErrorObjectJson {

    private static final JsonMapper JSON = JsonMapper.shared();

    private ErrorObjectJson() {}

    static String write(ErrorObject object) {
        Map<String, String> names = new TreeMap<>();
        object.names().forEach((part, name) -> names.put(key(part), name));
        return JSON.writeValueAsString(names);
    }

    static ErrorObject read(String json) {
        JsonNode names = JSON.readTree(json);
        return ErrorObject.of(part -> names.path(key(part)).asString(""));
    }

    private static String key(ErrorObject.Part part) {
        return part.name().toLowerCase(Locale.ROOT);
    }
}
