package dev.sluice.proxy.testing;

import dev.sluice.policies.policy.Policy;
import dev.sluice.proxy.app.ScreenedClassifier;
import dev.sluice.proxy.audit.AuditLog;
import dev.sluice.proxy.audit.AuditTrail;
import dev.sluice.proxy.catalog.ControlPools;
import dev.sluice.proxy.catalog.PostgresFactsReader;
import dev.sluice.proxy.catalog.Routines;
import dev.sluice.proxy.intercept.GatewayInterceptor;
import dev.sluice.proxy.intercept.InterceptorSettings;
import dev.sluice.proxy.intercept.MigrationAudit;
import dev.sluice.proxy.intercept.command.GatewayView;
import dev.sluice.proxy.ledger.PostgresLedger;
import dev.sluice.proxy.migration.ApprovedMigrations;
import dev.sluice.proxy.migration.DatabaseRef;
import dev.sluice.proxy.migration.LedgerMigrations;
import dev.sluice.proxy.migration.RunnerSettings;
import dev.sluice.proxy.migration.postgres.PostgresEngine;
import dev.sluice.proxy.postgres.ListenerConfig;
import dev.sluice.proxy.postgres.PostgresListener;
import dev.sluice.proxy.session.TrafficListener;
import dev.sluice.proxy.session.Transport;
import dev.sluice.proxy.throttle.Pacer;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** A whole gateway in this JVM, in front of a database of its own on the test server. */
public final class GatewayFixture implements AutoCloseable {

    private static final EventLoopGroup LOOPS = Transport.best().newEventLoops(1);

    private final TestServer server;
    private final String database;
    private final ControlPools pools;
    private final Routines routines;
    private final LedgerMigrations runner;
    private final ApprovedMigrations migrations;
    private final AuditLog audit;
    private final GatewayInterceptor interceptor;
    private final PostgresListener listener;

    private GatewayFixture(
            TestServer server,
            String database,
            Policy policy,
            InterceptorSettings settings,
            TrafficListener traffic,
            Pacer pacer,
            Path auditFile) {
        this.server = server;
        this.database = database;
        this.pools = new ControlPools(List.of(server.upstream()));
        this.routines = new Routines(pools);
        PostgresEngine engine = new PostgresEngine(pacer);
        this.audit = new AuditLog(auditFile, 0, Clock.systemUTC());
        this.runner = new LedgerMigrations(pools, runnerSettings(database), any -> engine, new MigrationAudit(audit));
        PostgresLedger ledger = new PostgresLedger();
        this.migrations = new ApprovedMigrations(runner, pools, any -> engine, Duration.ofHours(1));
        this.interceptor = new GatewayInterceptor(
                new GatewayInterceptor.Services(
                        new PostgresFactsReader(pools, ledger::inFlight),
                        routines,
                        migrations,
                        migrations,
                        audit,
                        Clock.systemUTC()),
                () -> policy,
                GatewayView.none(),
                settings);
        this.listener = new PostgresListener(
                new ListenerConfig(
                        new InetSocketAddress("127.0.0.1", 0),
                        "test",
                        "test",
                        server.host(),
                        server.port(),
                        ListenerConfig.Limits.DEFAULTS),
                Transport.best(),
                LOOPS,
                new ScreenedClassifier("test", CompletableFuture.completedFuture(routines)),
                interceptor,
                traffic);
        listener.start();
    }

    /** A gateway with the default policy and short waits. */
    public static GatewayFixture start() {
        return start(Policy.DEFAULTS, settings());
    }

    public static GatewayFixture start(Policy policy, InterceptorSettings settings) {
        return start(TestServer.newest(), TestServer.newest().newDatabase(), policy, settings);
    }

    /** A gateway in front of a database that is there already. */
    public static GatewayFixture start(
            TestServer server, String database, Policy policy, InterceptorSettings settings) {
        return start(server, database, policy, settings, TrafficListener.NONE, Pacer.UNTHROTTLED);
    }

    /** The same with what hears of the traffic, and paces. */
    public static GatewayFixture start(
            TestServer server,
            String database,
            Policy policy,
            InterceptorSettings settings,
            TrafficListener traffic,
            Pacer pacer) {
        try {
            Path folder = Files.createTempDirectory("gateway");
            return new GatewayFixture(
                    server, database, policy, settings, traffic, pacer, folder.resolve("audit.jsonl"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The contract's defaults, with an operator {@code olga} and less patience. */
    public static InterceptorSettings settings() {
        InterceptorSettings d = InterceptorSettings.DEFAULTS;
        return new InterceptorSettings(
                Set.of("olga"),
                true,
                Duration.ofSeconds(60),
                Duration.ofMillis(500),
                Duration.ofSeconds(3),
                Duration.ZERO,
                new InterceptorSettings.Locking(d.lock().timeout(), Duration.ofMillis(100), Duration.ofSeconds(3)));
    }

    private static RunnerSettings runnerSettings(String name) {
        return new RunnerSettings(
                name,
                Duration.ofSeconds(5),
                Duration.ofMillis(100),
                Duration.ofMillis(200),
                Duration.ofMillis(50),
                Duration.ofMillis(100),
                Duration.ofSeconds(10),
                4);
    }

    public String database() {
        return database;
    }

    public int port() {
        return listener.address().getPort();
    }

    /** The port of the server itself. */
    public int serverPort() {
        return server.port();
    }

    public DatabaseRef ref() {
        return new DatabaseRef("test", database);
    }

    public ApprovedMigrations migrations() {
        return migrations;
    }

    public GatewayInterceptor interceptor() {
        return interceptor;
    }

    public AuditTrail trail() {
        return new AuditTrail(audit.path());
    }

    public Path auditFile() {
        return audit.path();
    }

    /** A connection through the gateway, as the superuser. */
    public Connection connect() throws SQLException {
        return connect("postgres", "");
    }

    /** @param options what stands behind the question mark of a JDBC URL */
    public Connection connect(String user, String options) throws SQLException {
        return DriverManager.getConnection(url() + "?" + options, user, server.password());
    }

    /** The JDBC URL of the database through the gateway. */
    public String url() {
        return "jdbc:postgresql://127.0.0.1:" + port() + "/" + database;
    }

    /** A connection past the gateway, as the superuser. */
    public Connection direct() throws SQLException {
        return server.connect(database);
    }

    @Override
    public void close() {
        listener.close();
        runner.close();
        routines.close();
        pools.close();
        try {
            audit.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
