package dev.sluice.proxy.api;

import dev.sluice.proxy.api.ControlPlane.RuleRow;
import dev.sluice.proxy.config.HttpConfig;
import io.helidon.http.HeaderNames;
import io.helidon.http.RequestException;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ArrayNode;

/** The HTTP interface. Thread-safe. */
public final class HttpInterface implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HttpInterface.class);
    private static final int MAX_CONNECTIONS = 512;

    private final Sources sources;
    private final AtomicBoolean open = new AtomicBoolean(true);
    private final WebServer server;
    private final InetSocketAddress address;

    /**
     * What is shown.
     *
     * @param ready whether every listener accepts
     * @param control empty while it is being loaded
     * @param metrics everything measured, in Prometheus' text format
     */
    public record Sources(BooleanSupplier ready, Supplier<Optional<ControlPlane>> control, Supplier<String> metrics) {}

    private HttpInterface(HttpConfig config, Sources sources) throws UnknownHostException {
        this.sources = sources;
        InetAddress host = InetAddress.getByName(config.address().host());
        server = WebServer.builder()
                .address(host)
                .port(config.address().port())
                .maxConcurrentRequests(MAX_CONNECTIONS)
                .maxTcpConnections(MAX_CONNECTIONS)
                .idleConnectionTimeout(Duration.ofMinutes(2))
                .shutdownGracePeriod(Duration.ofMillis(200))
                .shutdownHook(false)
                .routing(routing -> routes(routing, new Guard(config)))
                .build()
                .start();
        address = new InetSocketAddress(host, server.port());
    }

    /**
     * Listens when it returns.
     *
     * @throws IllegalStateException when the address cannot be bound
     */
    public static HttpInterface start(HttpConfig config, Sources sources) {
        try {
            return new HttpInterface(config, sources);
        } catch (UnknownHostException | RuntimeException e) {
            throw new IllegalStateException("cannot listen on " + config.address() + " for HTTP: " + reason(e), e);
        }
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public void close() {
        open.set(false);
        server.stop();
    }

    private void routes(HttpRouting.Builder routing, Guard guard) {
        EventRoutes events = new EventRoutes(sources.control(), open::get);
        AuditRoutes audit = new AuditRoutes(sources.control());
        routing.addFilter(guard)
                .error(Problem.class, (request, response, problem) -> Json.send(response, problem))
                .error(
                        RequestException.class,
                        (request, response, e) -> Json.send(
                                response,
                                new Problem(e.status().code(), "Bad request", String.valueOf(e.getMessage()))))
                .error(Exception.class, (request, response, e) -> failed(response, e))
                .get("/livez", (request, response) -> response.send("ok\n"))
                .get("/readyz", this::readiness)
                .get("/metrics", this::metrics)
                .register("/api/v1/migrations", new MigrationRoutes(sources.control()))
                .register("/api/v1/throttle", new ThrottleRoutes(sources.control()))
                .register("/ofrep/v1/evaluate/flags", new FlagRoutes(sources.control()))
                .get("/api/v1/audit", audit::list)
                .get("/api/v1/policies", this::policies)
                .get("/api/v1/events", events::stream)
                .register("/", new ConsoleRoutes())
                .any((request, response) -> {
                    throw Problem.notFound(
                            "There is nothing at " + request.prologue().method().text() + " "
                                    + request.path().path() + ".");
                });
    }

    private void readiness(ServerRequest request, ServerResponse response) {
        if (sources.ready().getAsBoolean()) {
            response.send("ok\n");
        } else {
            response.status(503).send("not ready\n");
        }
    }

    private void metrics(ServerRequest request, ServerResponse response) {
        response.header(HeaderNames.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
        response.send(sources.metrics().get());
    }

    private void policies(ServerRequest request, ServerResponse response) {
        ArrayNode rules = Json.array();
        ControlPlane control = sources.control().get().orElseThrow(Problem::starting);
        for (RuleRow row : control.policies()) {
            rules.add(Json.object()
                    .put("rule", row.rule())
                    .put("action", row.action())
                    .put("decidedBy", row.decidedBy())
                    .put("scope", row.scope()));
        }
        ControlPlane.PolicyState state = control.policyState();
        Json.send(
                response,
                Json.object()
                        .put("source", state.source())
                        .put("since", state.since().toString())
                        .put("refused", state.refused().orElse(null))
                        .set("rules", rules));
    }

    private static void failed(ServerResponse response, Exception e) {
        LOG.error("A request failed", e);
        Json.send(response, new Problem(500, "Internal error", "The gateway's log says more."));
    }

    private static String reason(Throwable e) {
        Throwable cause = e.getCause();
        return cause == null ? String.valueOf(e.getMessage()) : reason(cause);
    }
}
