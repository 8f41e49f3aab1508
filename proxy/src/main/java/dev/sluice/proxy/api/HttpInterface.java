package dev.sluice.proxy.api;

import dev.sluice.proxy.config.HttpConfig;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.function.BooleanSupplier;

/** The HTTP interface. Thread-safe. */
public final class HttpInterface implements AutoCloseable {

    private final WebServer server;
    private final InetSocketAddress address;

    private HttpInterface(WebServer server, InetSocketAddress address) {
        this.server = server;
        this.address = address;
    }

    /**
     * Listens when it returns.
     *
     * @param ready whether every listener accepts
     * @throws IllegalStateException when the address cannot be bound
     */
    public static HttpInterface start(HttpConfig config, BooleanSupplier ready) {
        try {
            InetAddress host = InetAddress.getByName(config.address().host());
            WebServer server = WebServer.builder()
                    .address(host)
                    .port(config.address().port())
                    .shutdownHook(false)
                    .routing(routing -> routes(routing, ready))
                    .build()
                    .start();
            return new HttpInterface(server, new InetSocketAddress(host, server.port()));
        } catch (UnknownHostException | RuntimeException e) {
            String reason = String.valueOf(
                    e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
            throw new IllegalStateException("cannot listen on " + config.address() + " for HTTP: " + reason, e);
        }
    }

    private static void routes(HttpRouting.Builder routing, BooleanSupplier ready) {
        routing.get("/livez", (request, response) -> response.send("ok\n"))
                .get("/readyz", (request, response) -> readiness(ready, request, response));
    }

    private static void readiness(BooleanSupplier ready, ServerRequest request, ServerResponse response) {
        if (ready.getAsBoolean()) {
            response.send("ok\n");
        } else {
            response.status(Status.SERVICE_UNAVAILABLE_503).send("draining\n");
        }
    }

    private static String reason(Throwable e) {
        Throwable cause = e.getCause();
        return cause == null ? String.valueOf(e.getMessage()) : reason(cause);
    }

    public InetSocketAddress address() {
        return address;
    }

    @Override
    public void close() {
        server.stop();
    }
}
