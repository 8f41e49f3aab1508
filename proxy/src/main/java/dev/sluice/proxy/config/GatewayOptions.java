package dev.sluice.proxy.config;

import dev.sluice.proxy.config.ConfigNode.Entry;
import dev.sluice.proxy.config.ConfigNode.Mapping;
import dev.sluice.proxy.config.ConfigNode.Scalar;
import dev.sluice.proxy.config.ConfigNode.Sequence;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A gateway for one server, described on a command line.
 *
 * @param upstream the server's JDBC URL, which may carry user and password
 * @param listen where clients connect; by default {@code 127.0.0.1} and 6432 or 6306
 */
public record GatewayOptions(
        String upstream,
        Optional<String> listen,
        Optional<String> user,
        Optional<String> password,
        Optional<String> http,
        Optional<String> audit,
        Optional<String> policies,
        List<String> operators) {

    private static final String NAME = "default";

    public GatewayOptions {
        operators = List.copyOf(operators);
    }

    /** The least that is needed. */
    public static GatewayOptions of(String upstream) {
        return new GatewayOptions(
                upstream,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of());
    }

    ConfigNode asNode() {
        Map<String, Entry> server = new LinkedHashMap<>();
        put(server, "url", Optional.of(upstream));
        put(server, "user", user);
        put(server, "password", password);
        Map<String, Entry> listener = new LinkedHashMap<>();
        put(listener, "address", Optional.of(listen.orElseGet(this::defaultListen)));
        put(listener, "upstream", Optional.of(NAME));
        Map<String, Entry> root = new LinkedHashMap<>();
        root.put("upstreams", entry(mapping(Map.of(NAME, entry(mapping(server))))));
        root.put("listeners", entry(new Sequence(List.of(mapping(listener)), 0)));
        put(root, "policies", policies);
        http.ifPresent(h -> root.put("http", entry(mapping(httpEntries(h)))));
        audit.ifPresent(a -> root.put("audit", entry(mapping(Map.of("file", entry(scalar(a)))))));
        if (!operators.isEmpty()) {
            List<ConfigNode> roles =
                    operators.stream().map(GatewayOptions::scalar).toList();
            root.put("operators", entry(new Sequence(roles, 0)));
        }
        return mapping(root);
    }

    private String defaultListen() {
        return upstream.contains("postgres") ? "127.0.0.1:6432" : "127.0.0.1:6306";
    }

    private static Map<String, Entry> httpEntries(String http) {
        boolean off = http.equals("off");
        return Map.of(off ? "enabled" : "address", entry(scalar(off ? "false" : http)));
    }

    private static void put(Map<String, Entry> entries, String key, Optional<String> value) {
        value.ifPresent(v -> entries.put(key, entry(scalar(v))));
    }

    /** Dollars are meant as they stand: a shell has had its turn already. */
    private static ConfigNode scalar(String text) {
        return new Scalar(Reading.literal(text), 0);
    }

    private static ConfigNode mapping(Map<String, Entry> entries) {
        return new Mapping(entries, 0);
    }

    private static Entry entry(ConfigNode node) {
        return new Entry(node, 0);
    }
}
