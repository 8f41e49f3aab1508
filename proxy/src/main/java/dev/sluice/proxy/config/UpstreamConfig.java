package dev.sluice.proxy.config;

import java.util.Optional;

/**
 * A database server, and the gateway's own role there.
 *
 * @param url the server; its database is where the gateway looks when nothing else says which
 * @param user the gateway's own role, empty: the driver's default
 * @param environment what policies call this server's environment, empty for none
 * @param poolSize most control connections to one database of it
 */
public record UpstreamConfig(
        String name, JdbcUrl url, Optional<String> user, Optional<Secret> password, String environment, int poolSize) {

    public static final int DEFAULT_POOL_SIZE = 8;

    /** An upstream of which nothing but the URL is known. */
    public static UpstreamConfig of(String name, JdbcUrl url) {
        return new UpstreamConfig(name, url, url.user(), url.password(), "", DEFAULT_POOL_SIZE);
    }
}
