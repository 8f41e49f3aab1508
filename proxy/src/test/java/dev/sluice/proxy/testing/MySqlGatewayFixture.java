package dev.sluice.proxy.testing;

import dev.sluice.policies.policy.Policy;
import dev.sluice.proxy.audit.AuditLog;
import dev.sluice.proxy.audit.AuditTrail;
import dev.sluice.proxy.catalog.ControlPools;
import dev.sluice.proxy.catalog.ControlUpstream;
import dev.sluice.proxy.catalog.MySqlFactsReader;
import dev.sluice.proxy.catalog.Routines;
import dev.sluice.proxy.intercept.GatewayInterceptor;
import dev.sluice.proxy.intercept.InterceptorSettings;
import dev.sluice.proxy.intercept.MigrationAudit;
import dev.sluice.proxy.intercept.MySqlInterceptor;
import dev.sluice.proxy.intercept.command.GatewayView;
import dev.sluice.proxy.ledger.MySqlLedger;
import dev.sluice.proxy.migration.ApprovedMigrations;
import dev.sluice.proxy.migration.Engine;
import dev.sluice.proxy.migration.LedgerMigrations;
import dev.sluice.proxy.migration.RunnerSettings;
import dev.sluice.proxy.migration.mysql.MySqlEngine;
import dev.sluice.proxy.mysql.MySqlListener;
import dev.sluice.proxy.mysql.MySqlSettings;
import dev.sluice.proxy.mysql.ServerKiller;
import dev.sluice.proxy.mysql.StatementScreen;
import dev.sluice.proxy.mysql.TestDatabase;
import dev.sluice.proxy.session.Gates;
import dev.sluice.proxy.session.TrafficListener;
import dev.sluice.proxy.session.Transport;
import dev.sluice.proxy.throttle.Pacer;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** A whole gateway in this JVM, in front of a MySQL or MariaDB server. */
public final class MySqlGatewayFixture implements AutoCloseable {

    private final EventLoopGroup loops = Transport.best().newEventLoops(1);
    private final Gates gates = new Gates();
    private final ControlPools pools;
    private final Routines routines;
    private final LedgerMigrations runner;
    private final ApprovedMigrations migrations;
    private final AuditLog audit;
    private final MySqlListener listener;

    /** A gateway with the default policy and short waits. */
    public MySqlGatewayFixture(TestDatabase server) {
        this(server, GatewayFixture.settings());
    }

    public MySqlGatewayFixture(TestDatabase server, InterceptorSettings settings) {
        this(server, settings, settings(), 0, engine -> engine);
    }

    /** A gateway with a policy, in the judgement and in the relay. */
    public MySqlGatewayFixture(TestDatabase server, Policy policy, TrafficListener traffic) {
        this(server, GatewayFixture.settings(), settings(), 0, engine -> engine, policy, traffic);
    }

    /** @param port where it listens; 0: on any free one */
    public MySqlGatewayFixture(
            TestDatabase server,
            InterceptorSettings settings,
            RunnerSettings running,
            int port,
            UnaryOperator<Engine> engines) {
        this(server, settings, running, port, engines, Policy.DEFAULTS, TrafficListener.NONE);
    }

    private MySqlGatewayFixture(
            TestDatabase server,
            InterceptorSettings settings,
            RunnerSettings running,
            int port,
            UnaryOperator<Engine> engines,
            Policy policy,
            TrafficListener traffic) {
        pools = new ControlPools(List.of(new ControlUpstream("test", server.url(""), "lab", "lab", 8)));
        routines = new Routines(pools);
        Engine engine = engines.apply(new MySqlEngine(Pacer.UNTHROTTLED, gates));
        try {
            audit = new AuditLog(Files.createTempDirectory("gateway").resolve("audit.jsonl"), 0, Clock.systemUTC());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        runner = new LedgerMigrations(pools, running, any -> engine, new MigrationAudit(audit));
        migrations = new ApprovedMigrations(runner, pools, any -> engine, Duration.ofHours(1));
        MySqlLedger ledger = new MySqlLedger();
        GatewayInterceptor judging = new GatewayInterceptor(
                new GatewayInterceptor.Services(
                        new MySqlFactsReader(pools, ledger::inFlight),
                        routines,
                        migrations,
                        migrations,
                        audit,
                        Clock.systemUTC()),
                () -> policy,
                GatewayView.none(),
                settings);
        listener = new MySqlListener(
                new MySqlSettings(
                        new InetSocketAddress("127.0.0.1", port),
                        "test",
                        "test",
                        server.address().getHostString(),
                        server.address().getPort(),
                        MySqlSettings.Limits.DEFAULTS),
                Transport.best(),
                loops,
                StatementScreen.standard(),
                new MySqlInterceptor(judging, migrations, pools, gates, settings),
                traffic,
                ServerKiller.none(),
                gates.of("test"));
        listener.start();
        runner.start();
    }

    public static RunnerSettings settings() {
        return new RunnerSettings(
                "fixture " + ProcessHandle.current().pid() + " " + System.nanoTime(),
                Duration.ofSeconds(5),
                Duration.ofMillis(100),
                Duration.ofMillis(200),
                Duration.ofMillis(50),
                Duration.ofMillis(100),
                Duration.ofSeconds(10),
                4);
    }

    /** Where clients connect. */
    public int port() {
        return listener.address().getPort();
    }

    public ApprovedMigrations migrations() {
        return migrations;
    }

    public AuditTrail trail() {
        return new AuditTrail(audit.path());
    }

    public Connection connect(String database) throws SQLException {
        return connect(database, "lab", "lab");
    }

    public Connection connect(String database, String user, String password) throws SQLException {
        return connectBy("mysql", database, "allowMultiQueries=true", user, password);
    }

    /** @param driver {@code mysql} or {@code mariadb} */
    public Connection connectBy(String driver, String database, String options) throws SQLException {
        return connectBy(driver, database, options, "lab", "lab");
    }

    private Connection connectBy(String driver, String database, String options, String user, String password)
            throws SQLException {
        return DriverManager.getConnection(
                "jdbc:" + driver + "://127.0.0.1:" + port() + "/" + database + "?allowPublicKeyRetrieval=true&"
                        + options,
                user,
                password);
    }

    @Override
    public void close() {
        listener.close();
        runner.close();
        routines.close();
        pools.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        try {
            audit.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
