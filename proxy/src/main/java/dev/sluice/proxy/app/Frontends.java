package dev.sluice.proxy.app;

import dev.sluice.proxy.catalog.Routines;
import dev.sluice.proxy.cli.CliException;
import dev.sluice.proxy.cli.ExitCode;
import dev.sluice.proxy.config.Address;
import dev.sluice.proxy.config.Configuration;
import dev.sluice.proxy.config.ListenerConfig;
import dev.sluice.proxy.config.UpstreamConfig;
import dev.sluice.proxy.intercept.Interceptor;
import dev.sluice.proxy.mysql.MySqlListener;
import dev.sluice.proxy.mysql.MySqlSettings;
import dev.sluice.proxy.mysql.ServerKiller;
import dev.sluice.proxy.mysql.StatementScreen;
import dev.sluice.proxy.postgres.PostgresListener;
import dev.sluice.proxy.session.Gates;
import dev.sluice.proxy.session.Listener;
import dev.sluice.proxy.session.SessionSnapshot;
import dev.sluice.proxy.session.TrafficListener;
import dev.sluice.proxy.session.Transport;
import io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** The listeners of both protocols, on event loops that they share. Thread-safe. */
final class Frontends implements AutoCloseable {

    private final Configuration configuration;
    private final CompletableFuture<Routines> routines;
    private final ServerKiller killer;
    private final Transport transport = Transport.best();
    private final EventLoopGroup loops = transport.newEventLoops(Transport.defaultEventLoops());
    private final Gates gates = new Gates();
    private final List<Listener> listeners = new ArrayList<>();
    private final List<InetSocketAddress> addresses = new ArrayList<>();

    private Frontends(Configuration configuration, CompletableFuture<Routines> routines, ServerKiller killer) {
        this.routines = routines;
        this.killer = killer;
        this.configuration = configuration;
    }

    /**
     * Accepts on every listener when it returns.
     *
     * @param routines what is known of those that statements call, once it is
     * @param traffic who hears of an upstream's traffic
     * @param killer ends what vanished MySQL clients left running
     */
    static Frontends start(
            Configuration configuration,
            CompletableFuture<Routines> routines,
            Interceptor interceptor,
            Function<String, TrafficListener> traffic,
            ServerKiller killer)
            throws CliException {
        Frontends frontends = new Frontends(configuration, routines, killer);
        try {
            for (ListenerConfig listener : configuration.listeners()) {
                frontends.addresses.add(frontends.bind(listener, interceptor, traffic));
            }
            return frontends;
        } catch (CliException | RuntimeException e) {
            frontends.close();
            throw e;
        }
    }

    /** Where clients wait while a schema change takes its lock. */
    Gates gates() {
        return gates;
    }

    List<InetSocketAddress> addresses() {
        return List.copyOf(addresses);
    }

    /** Clients that are connected to an upstream. */
    int connections(String upstream) {
        int count = 0;
        for (Listener listener : listeners) {
            count += listener.upstream().equals(upstream) ? listener.connections() : 0;
        }
        return count;
    }

    List<SessionSnapshot> sessions() {
        List<SessionSnapshot> all = new ArrayList<>();
        listeners.forEach(listener -> all.addAll(listener.sessions()));
        return List.copyOf(all);
    }

    /** Accepts no more and lets sessions end; what is left after the time is closed. Blocks. */
    void drain(Duration patience) {
        List<Thread> threads = new ArrayList<>();
        listeners.forEach(listener -> threads.add(Thread.ofVirtual().start(() -> listener.drain(patience))));
        threads.forEach(Frontends::join);
    }

    @Override
    public void close() {
        listeners.forEach(Listener::close);
        loops.shutdownGracefully(0, 1000, TimeUnit.MILLISECONDS);
    }

    private InetSocketAddress bind(
            ListenerConfig listener, Interceptor interceptor, Function<String, TrafficListener> traffic)
            throws CliException {
        TrafficListener heard = traffic.apply(listener.upstream());
        try {
            Listener made = switch (listener.protocol()) {
                case POSTGRES -> postgres(listener, interceptor, heard);
                case MYSQL -> mysql(listener, interceptor, heard);
            };
            made.start();
            listeners.add(made);
            return made.address();
        } catch (IllegalStateException e) {
            throw new CliException(ExitCode.USAGE, "cannot listen on " + listener.address() + ": " + Causes.first(e));
        }
    }

    private Listener postgres(ListenerConfig listener, Interceptor interceptor, TrafficListener traffic) {
        UpstreamConfig upstream = configuration.upstreamOf(listener);
        return new PostgresListener(
                new dev.sluice.proxy.postgres.ListenerConfig(
                        socket(listener.address()),
                        upstream.name(),
                        upstream.environment(),
                        upstream.url().address().host(),
                        upstream.url().address().port(),
                        dev.sluice.proxy.postgres.ListenerConfig.Limits.DEFAULTS.withStatementBytes(
                                configuration.maxStatementBytes())),
                transport,
                loops,
                new ScreenedClassifier(upstream.name(), routines),
                interceptor,
                traffic);
    }

    private Listener mysql(ListenerConfig listener, Interceptor interceptor, TrafficListener traffic) {
        UpstreamConfig upstream = configuration.upstreamOf(listener);
        return new MySqlListener(
                new MySqlSettings(
                        socket(listener.address()),
                        upstream.name(),
                        upstream.environment(),
                        upstream.url().address().host(),
                        upstream.url().address().port(),
                        MySqlSettings.Limits.DEFAULTS
                                .withStatementBytes(configuration.maxStatementBytes())
                                .withLocalInfile(listener.localInfile())),
                transport,
                loops,
                StatementScreen.standard(),
                interceptor,
                traffic,
                killer,
                gates.of(upstream.name()));
    }

    private static InetSocketAddress socket(Address address) {
        return new InetSocketAddress(address.host(), address.port());
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
