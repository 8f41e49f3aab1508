package dev.sluice.proxy.config;

import java.util.Optional;

/**
 * Where to listen or to connect.
 *
 * @param host name or IP address, without brackets
 * @param port 0 to 65535; 0 lets the system choose
 */
public record Address(String host, int port) {

    /** Reads {@code host:port}, {@code [::1]:port} or {@code :port} (every interface). Empty when it is none of them. */
    public static Optional<Address> parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            return Optional.empty();
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            return Optional.empty();
        }
        String given = host.isEmpty() ? "0.0.0.0" : host;
        return port(text.substring(colon + 1)).map(port -> new Address(given, port));
    }

    static Optional<Integer> port(String text) {
        if (text.isEmpty() || text.length() > 5 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Optional.empty();
        }
        int port = Integer.parseInt(text);
        return port > 65_535 ? Optional.empty() : Optional.of(port);
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
