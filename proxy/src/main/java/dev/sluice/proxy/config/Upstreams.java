package dev.sluice.proxy.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads {@code upstreams}. */
final class Upstreams {

    private static final Set<String> KEYS = Set.of("url", "user", "password", "environment", "pool_size");

    private Upstreams() {}

    static Map<String, UpstreamConfig> read(Section root) {
        Map<String, UpstreamConfig> upstreams = new LinkedHashMap<>();
        root.namedSections("upstreams", KEYS)
                .forEach((name, section) -> one(name, section).ifPresent(u -> upstreams.put(name, u)));
        if (upstreams.isEmpty()) {
            root.problem("upstreams", "expected at least one upstream: {name: {url: jdbc:postgresql://host/database}}");
        }
        return upstreams;
    }

    private static Optional<UpstreamConfig> one(String name, Section s) {
        Optional<String> text = s.text("url");
        Optional<String> user = s.text("user");
        Optional<Secret> password = s.text("password").map(Secret::of);
        String environment = s.text("environment", "");
        int poolSize = s.integer("pool_size", UpstreamConfig.DEFAULT_POOL_SIZE, 2, 1000);
        s.end();
        if (text.isEmpty()) {
            s.problem("url", "expected the server's URL, such as jdbc:postgresql://host:5432/database");
            return Optional.empty();
        }
        try {
            JdbcUrl url = JdbcUrl.parse(text.get());
            return Optional.of(new UpstreamConfig(
                    name, url, user.or(url::user), password.or(url::password), environment, poolSize));
        } catch (IllegalArgumentException e) {
            s.problem("url", String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }
}
