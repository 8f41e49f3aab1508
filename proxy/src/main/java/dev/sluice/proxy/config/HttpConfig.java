package dev.sluice.proxy.config;

import java.util.Optional;

/**
 * The HTTP interface.
 *
 * @param token what callers must show to change anything, as {@code Authorization: Bearer}; without it only callers on
 *     this machine may
 */
public record HttpConfig(boolean enabled, Address address, Optional<Secret> token) {

    public static final HttpConfig DEFAULTS = new HttpConfig(true, new Address("127.0.0.1", 8432), Optional.empty());
}
