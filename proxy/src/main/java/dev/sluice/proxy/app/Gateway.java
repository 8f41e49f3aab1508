package dev.sluice.proxy.app;

import dev.sluice.policies.policy.Policy;
import dev.sluice.proxy.api.ControlPlane;
import dev.sluice.proxy.api.HttpInterface;
import dev.sluice.proxy.bulk.ApplicationBackfills;
import dev.sluice.proxy.catalog.Routines;
import dev.sluice.proxy.cli.CliException;
import dev.sluice.proxy.cli.ExitCode;
import dev.sluice.proxy.cli.GatewayLauncher;
import dev.sluice.proxy.cli.Version;
import dev.sluice.proxy.config.ConfigException;
import dev.sluice.proxy.config.Configuration;
import dev.sluice.proxy.config.PolicyConfig;
import dev.sluice.proxy.config.UpstreamConfig;
import dev.sluice.proxy.intercept.Interceptor;
import dev.sluice.proxy.metrics.GatewayMetrics;
import dev.sluice.proxy.migration.Migration;
import dev.sluice.proxy.throttle.ThrottleSettings;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gateway at work. Clients are let in first; what judges, runs, shows and measures is loaded beside them, since it takes
 * several times as long.
 */
final class Gateway implements GatewayLauncher.Running {

    private final Configuration configuration;
    private final Throttling throttling;
    private final Frontends frontends;
    private final AtomicBoolean ready = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final CompletableFuture<GatewayMetrics> metrics;
    private final CompletableFuture<Control> control;
    private final CompletableFuture<Optional<HttpInterface>> http;

    private Gateway(Configuration configuration) throws CliException {
        this.configuration = configuration;
        Policy policy = policy(configuration.policies());
        this.throttling = new Throttling(configuration, policy);
        CompletableFuture<Interceptor> interceptor = new CompletableFuture<>();
        CompletableFuture<Routines> routines = new CompletableFuture<>();
        this.frontends = Frontends.start(
                configuration,
                routines,
                new LateInterceptor(interceptor),
                throttling::listener,
                new MySqlKiller(throttling.pools()));
        ready.set(true);
        Logging.level(configuration.logLevel());
        this.metrics = later("metrics", this::measure);
        this.http = later("http", this::listenForHttp);
        this.control = later("control", () -> Control.start(configuration, policy, frontends, throttling));
        control.whenComplete((c, e) -> {
            if (e == null) {
                routines.complete(c.routines());
            } else {
                routines.completeExceptionally(e);
            }
        });
        control.thenCombine(metrics, (c, m) -> new MeasuredInterceptor(c.interceptor(), m, c::seen))
                .whenComplete((made, e) -> {
                    if (e == null) {
                        interceptor.complete(made);
                    } else {
                        log().error("The control plane did not start; schema changes are refused", e);
                        interceptor.completeExceptionally(e);
                    }
                });
    }

    /** Returns once every listener accepts and the HTTP interface could be bound. */
    static Gateway start(Configuration configuration) throws CliException {
        Gateway gateway = new Gateway(configuration);
        for (int i = 0; i < gateway.addresses().size(); i++) {
            log().info(
                            "Accepting on {} for {}",
                            gateway.addresses().get(i),
                            configuration.listeners().get(i).upstream());
        }
        try {
            gateway.http()
                    .ifPresent(
                            address -> log().info("HTTP on http://{}:{}", address.getHostString(), address.getPort()));
            return gateway;
        } catch (CompletionException e) {
            gateway.close();
            throw new CliException(ExitCode.USAGE, Causes.first(e));
        }
    }

    @Override
    public List<InetSocketAddress> addresses() {
        return frontends.addresses();
    }

    @Override
    public Optional<InetSocketAddress> http() {
        return http.join().map(HttpInterface::address);
    }

    @Override
    public void settle() {
        try {
            CompletableFuture.allOf(control, metrics).join();
        } catch (CompletionException e) {
            // It was told when it happened; traffic is relayed all the same.
            return;
        }
        System.gc();
    }

    @Override
    public boolean reload(GatewayLauncher.PolicyReading reading) {
        CurrentPolicy current;
        try {
            current = control.join().policy();
        } catch (CompletionException e) {
            log().error("No policy can be read: the control plane did not start");
            return false;
        }
        try {
            PolicyConfig policies = reading.read();
            Policy now = Policies.compile(policies);
            current.replace(now, policies.source());
            throttling.reload(now);
            log().info("The policy of {} holds from now on", policies.source());
            return true;
        } catch (ConfigException | CliException e) {
            String reason = String.valueOf(e.getMessage());
            log().error("The policy stays as it was: {}", reason);
            current.refuse(reason);
            return false;
        }
    }

    @Override
    public void reload(ThrottleSettings throttle) {
        throttling.set(throttle);
        log().info("The limits of throttle hold from now on");
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        ready.set(false);
        log().info("Draining");
        frontends.drain(configuration.drainTimeout());
        frontends.close();
        closeQuietly(http, server -> server.ifPresent(HttpInterface::close));
        closeQuietly(control, Control::close);
        throttling.close();
        log().info("Stopped");
    }

    private static Policy policy(PolicyConfig config) throws CliException {
        try {
            return Policies.compile(config);
        } catch (ConfigException e) {
            throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }

    private GatewayMetrics measure() {
        GatewayMetrics made = new GatewayMetrics(Version.number());
        for (UpstreamConfig upstream : configuration.upstreams().values()) {
            made.gauge(
                    "sluice.connections",
                    "Client connections that are open",
                    Map.of("upstream", upstream.name()),
                    () -> frontends.connections(upstream.name()));
            measureApplications(made, upstream.name());
        }
        throttling.report().measure(made);
        MigrationCounts counts = new MigrationCounts(this::loaded);
        for (UpstreamConfig upstream : configuration.upstreams().values()) {
            for (Migration.State state : Migration.State.values()) {
                made.gauge(
                        "sluice.migrations",
                        "Migrations in the ledgers",
                        Map.of("upstream", upstream.name(), "state", state.word()),
                        () -> counts.of(upstream.name(), state));
            }
        }
        return made;
    }

    private void measureApplications(GatewayMetrics made, String upstream) {
        ApplicationBackfills applications = throttling.applications();
        Map<String, String> labels = Map.of("upstream", upstream);
        made.gauge(
                "sluice.application.backfill.delayed.sessions",
                "Sessions whose next statement is held up for the sake of others",
                labels,
                () -> applications.waiting(upstream));
        made.total(
                "sluice.application.backfill.rows",
                "Rows that applications wrote by statements that are paced",
                labels,
                () -> applications.rows(upstream));
        made.total(
                "sluice.application.backfill.delay.seconds",
                "For how long such statements were held up",
                labels,
                () -> applications.delayed(upstream).toMillis() / 1e3);
    }

    private Optional<ControlPlane> loaded() {
        return control.isDone() && !control.isCompletedExceptionally() ? Optional.of(control.join()) : Optional.empty();
    }

    private Optional<HttpInterface> listenForHttp() {
        if (!configuration.http().enabled()) {
            return Optional.empty();
        }
        HttpInterface.Sources sources = new HttpInterface.Sources(
                ready::get, this::loaded, () -> metrics.join().scrape());
        return Optional.of(HttpInterface.start(configuration.http(), sources));
    }

    private static <T> CompletableFuture<T> later(String name, Supplier<T> work) {
        return CompletableFuture.supplyAsync(
                work, task -> Thread.ofPlatform().daemon().name("start " + name).start(task));
    }

    private static <T> void closeQuietly(CompletableFuture<T> started, Consumer<T> close) {
        try {
            close.accept(started.join());
        } catch (CompletionException e) {
            // It never started, and that was told then.
            return;
        }
    }

    /** Made when it is first needed: the first logger costs more than a listener. */
    private static Logger log() {
        return LoggerFactory.getLogger(Gateway.class);
    }
}
