package dev.sluice.proxy.api;

import dev.sluice.proxy.config.HttpConfig;
import dev.sluice.proxy.config.Secret;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Who may do what.
 *
 * <p>Health, metrics and the console's own files are for everybody who can connect. The rest shows statements and takes
 * commands: with a configured token it asks for that token, without one it serves callers on this machine only. A
 * browser on this machine is such a caller whatever page it shows, so pages of other origins are turned away: by the Host
 * that they were led to (DNS rebinding) and by their Origin.
 */
final class Guard implements Filter {

    private static final String BEARER = "Bearer ";

    private final Optional<Secret> token;
    private final Map<String, Secret> tokens;
    private final String ownHost;

    Guard(HttpConfig config) {
        this.token = config.token();
        this.tokens = config.tokens();
        this.ownHost = config.address().host().toLowerCase(Locale.ROOT);
    }

    @Override
    public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        response.header(HeaderNames.create("X-Content-Type-Options"), "nosniff");
        response.header(HeaderNames.CACHE_CONTROL, "no-store");
        String path = request.path().path();
        if (path.startsWith("/api/") || path.startsWith("/ofrep/")) {
            check(request);
            request.context().register(caller(request));
        }
        chain.proceed();
    }

    private void check(RoutingRequest request) {
        String host = header(request, "Host").orElse("");
        if (token.isPresent() || !tokens.isEmpty()) {
            if (named(request).isEmpty() && token.filter(t -> bears(request, t)).isEmpty()) {
                throw new Problem(401, "Unauthorized", "Expected the header Authorization: Bearer <http.token>.");
            }
            return;
        }
        if (!local(request.remotePeer().address())) {
            throw new Problem(
                    403,
                    "Forbidden",
                    "Without http.token in the configuration only callers on the gateway's"
                            + " own machine are served.");
        }
        if (!trusted(hostOf(host))) {
            throw new Problem(403, "Forbidden", "The Host header names neither this machine nor the configured host.");
        }
        boolean reads = request.prologue().method().equals(Method.GET)
                || request.prologue().method().equals(Method.HEAD);
        boolean foreign =
                header(request, "Origin").filter(o -> !sameOrigin(o, host)).isPresent()
                        || header(request, "Sec-Fetch-Site")
                                .filter(s -> s.equals("cross-site"))
                                .isPresent();
        if (foreign && !reads) {
            throw new Problem(403, "Forbidden", "Requests of other origins' pages are not served.");
        }
    }

    private Caller caller(RoutingRequest request) {
        Optional<String> name = named(request);
        return new Caller(
                name.orElse("http:" + request.remotePeer().host()),
                name.isPresent(),
                name.isPresent() || tokens.isEmpty());
    }

    /** The operator whose token the caller shows. */
    private Optional<String> named(RoutingRequest request) {
        return tokens.entrySet().stream()
                .filter(entry -> bears(request, entry.getValue()))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private static boolean bears(RoutingRequest request, Secret token) {
        String given = header(request, "Authorization").orElse("");
        return given.startsWith(BEARER)
                && MessageDigest.isEqual(
                        given.substring(BEARER.length()).getBytes(StandardCharsets.UTF_8),
                        token.reveal().getBytes(StandardCharsets.UTF_8));
    }

    private static boolean local(SocketAddress address) {
        return address instanceof InetSocketAddress inet
                && inet.getAddress() != null
                && inet.getAddress().isLoopbackAddress();
    }

    private boolean trusted(String host) {
        return host.equals("localhost") || host.equals("::1") || host.startsWith("127.") || host.equals(ownHost);
    }

    private static boolean sameOrigin(String origin, String host) {
        try {
            return host.equalsIgnoreCase(URI.create(origin).getRawAuthority());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** A Host header without its port and brackets. */
    private static String hostOf(String header) {
        String lower = header.toLowerCase(Locale.ROOT);
        if (lower.startsWith("[")) {
            int end = lower.indexOf(']');
            return end < 0 ? lower : lower.substring(1, end);
        }
        int colon = lower.lastIndexOf(':');
        return colon < 0 ? lower : lower.substring(0, colon);
    }

    private static Optional<String> header(RoutingRequest request, String name) {
        return request.headers().first(HeaderNames.create(name));
    }
}
