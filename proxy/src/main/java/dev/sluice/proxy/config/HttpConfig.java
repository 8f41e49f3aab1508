package dev.sluice.proxy.config;

import java.util.Map;
import java.util.Optional;

/**
 * The HTTP interface.
 *
 * @param token what callers must show to change anything, as {@code Authorization: Bearer}; without it only callers on
 *     this machine may
 * @param tokens likewise, by the name of the operator whom each stands for
 */
public record HttpConfig(boolean enabled, Address address, Optional<Secret> token, Map<String, Secret> tokens) {

    public HttpConfig {
        tokens = Map.copyOf(tokens);
    }

    public HttpConfig(boolean enabled, Address address, Optional<Secret> token) {
        this(enabled, address, token, Map.of());
    }

    public static final HttpConfig DEFAULTS = new HttpConfig(true, new Address("127.0.0.1", 8432), Optional.empty());
}
