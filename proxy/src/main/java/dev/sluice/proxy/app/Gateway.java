package dev.sluice.proxy.app;

import dev.sluice.proxy.api.HttpInterface;
import dev.sluice.proxy.cli.CliException;
import dev.sluice.proxy.cli.ExitCode;
import dev.sluice.proxy.cli.GatewayLauncher;
import dev.sluice.proxy.cli.Version;
import dev.sluice.proxy.config.Configuration;
import dev.sluice.proxy.config.PolicyConfig;
import dev.sluice.proxy.metrics.GatewayMetrics;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A gateway at work: listeners first, then, beside them, the HTTP interface. */
final class Gateway implements GatewayLauncher.Running {

    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    private final AtomicBoolean ready = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final CompletableFuture<Optional<HttpInterface>> http;

    private Gateway(Configuration configuration) {
        ready.set(true);
        http = CompletableFuture.supplyAsync(() -> http(configuration), Gateway::onThread);
    }

    static Gateway start(Configuration configuration) throws CliException {
        Logging.level(configuration.logLevel());
        Gateway gateway = new Gateway(configuration);
        gateway.failWithHttp();
        return gateway;
    }

    private Optional<HttpInterface> http(Configuration configuration) {
        if (!configuration.http().enabled()) {
            return Optional.empty();
        }
        HttpInterface started = HttpInterface.start(configuration.http(), sources());
        LOG.info("HTTP on {}", started.address());
        return Optional.of(started);
    }

    private HttpInterface.Sources sources() {
        GatewayMetrics metrics = new GatewayMetrics(Version.number());
        return new HttpInterface.Sources(ready::get, Optional::empty, metrics::scrape);
    }

    private void failWithHttp() throws CliException {
        try {
            http.join();
        } catch (CompletionException e) {
            throw new CliException(ExitCode.USAGE, reason(e));
        }
    }

    private static String reason(Throwable e) {
        Throwable cause = e.getCause();
        return cause == null ? String.valueOf(e.getMessage()) : reason(cause);
    }

    @Override
    public List<InetSocketAddress> addresses() {
        return List.of();
    }

    @Override
    public Optional<InetSocketAddress> http() {
        return http.join().map(HttpInterface::address);
    }

    @Override
    public void reload(PolicyConfig policies) {
        LOG.info("Policy of {}", policies.source());
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            ready.set(false);
            http.join().ifPresent(HttpInterface::close);
        }
    }

    private static void onThread(Runnable task) {
        Thread.ofVirtual().name("start").start(task);
    }
}
