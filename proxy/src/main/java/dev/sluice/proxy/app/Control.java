package dev.sluice.proxy.app;

import dev.sluice.policies.ddl.parser.DdlParser;
import dev.sluice.policies.policy.Policy;
import dev.sluice.proxy.api.ControlPlane;
import dev.sluice.proxy.audit.AuditEvent;
import dev.sluice.proxy.audit.AuditException;
import dev.sluice.proxy.audit.AuditLog;
import dev.sluice.proxy.catalog.ControlPools;
import dev.sluice.proxy.catalog.Routines;
import dev.sluice.proxy.config.CompletionConfig;
import dev.sluice.proxy.config.Configuration;
import dev.sluice.proxy.config.JdbcUrl;
import dev.sluice.proxy.config.LockConfig;
import dev.sluice.proxy.config.UpstreamConfig;
import dev.sluice.proxy.intercept.GatewayInterceptor;
import dev.sluice.proxy.intercept.Interceptor;
import dev.sluice.proxy.intercept.InterceptorSettings;
import dev.sluice.proxy.intercept.MigrationAudit;
import dev.sluice.proxy.intercept.MySqlInterceptor;
import dev.sluice.proxy.intercept.command.AuditedCommands;
import dev.sluice.proxy.migration.ApprovedMigrations;
import dev.sluice.proxy.migration.DatabaseRef;
import dev.sluice.proxy.migration.LedgerMigrations;
import dev.sluice.proxy.migration.Migration;
import dev.sluice.proxy.migration.MigrationException;
import dev.sluice.proxy.migration.Migrations;
import dev.sluice.proxy.session.SessionInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The control plane: what judges statements and runs migrations, put together. Thread-safe. */
final class Control implements ControlPlane, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Control.class);
    private static final long AUDIT_ROTATE_BYTES = 256L << 20;

    private final Configuration configuration;
    private final CurrentPolicy policy;
    private final Throttling throttling;
    private final Databases databases;
    private final ControlPools pools;
    private final Routines routines;
    private final LedgerMigrations ledger;
    private final ApprovedMigrations migrations;
    private final AuditLog audit;
    private final AuditedCommands commands;
    private final Interceptor interceptor;

    private Control(Configuration configuration, Policy policy, Frontends frontends, Throttling throttling) {
        this.throttling = throttling;
        this.configuration = configuration;
        this.pools = Engines.pools(configuration);
        this.databases = new Databases(configuration, pools);
        this.routines = new Routines(pools);
        Engines engines = new Engines(throttling.pacer(), frontends.gates());
        this.audit = new AuditLog(configuration.audit().file(), AUDIT_ROTATE_BYTES, Clock.systemUTC());
        this.ledger =
                new LedgerMigrations(pools, Engines.settings(configuration), engines::of, new MigrationAudit(audit));
        this.migrations = new ApprovedMigrations(
                ledger, pools, engines::of, configuration.completion().approvalValidity());
        throttling.connect(
                pools, new ThrottleSensors(pools, configuration.gateway(), ledger::busy), new ThrottleAudit(audit));
        this.commands = new AuditedCommands(migrations, audit);
        this.policy = new CurrentPolicy(policy, configuration.policies().source(), audit, Clock.systemUTC());
        Interceptor judging = new GatewayInterceptor(
                new GatewayInterceptor.Services(
                        engines.facts(pools), routines, migrations, migrations, audit, Clock.systemUTC()),
                this.policy::policy,
                new View(
                        configuration,
                        frontends::sessions,
                        throttling.applications()::sessions,
                        this.policy::rows,
                        this.policy::state,
                        this::throttle),
                settings(configuration));
        this.interceptor = new MySqlInterceptor(judging, migrations, pools, frontends.gates(), settings(configuration));
    }

    /** A client that is judged names a database that is worth knowing. */
    void seen(SessionInfo session) {
        UpstreamConfig upstream = configuration.upstreams().get(session.upstream());
        if (upstream != null && upstream.url().product() == JdbcUrl.Product.POSTGRESQL) {
            databases.seen(new DatabaseRef(session.upstream(), session.database()));
        }
    }

    /** Opens the audit trail and begins to look for migrations that a killed gateway has left. */
    static Control start(Configuration configuration, Policy policy, Frontends frontends, Throttling throttling) {
        Control control = new Control(configuration, policy, frontends, throttling);
        try {
            control.audit.open();
        } catch (AuditException e) {
            LOG.error("Schema changes are refused until the audit trail can be written: {}", e.getMessage());
        }
        control.ledger.start();
        // The first statement must not pay for the parser's classes.
        new DdlParser().warmUp();
        return control;
    }

    private static InterceptorSettings settings(Configuration configuration) {
        LockConfig lock = configuration.lock();
        CompletionConfig completion = configuration.completion();
        return new InterceptorSettings(
                Set.copyOf(configuration.operators()),
                completion.waits(),
                completion.timeout(),
                InterceptorSettings.DEFAULTS.progressEvery(),
                InterceptorSettings.DEFAULTS.blockedPatience(),
                completion.approvalTimeout(),
                new InterceptorSettings.Locking(lock.timeout(), lock.retry(), lock.patience()));
    }

    /** What is known of the routines that statements call. */
    Routines routines() {
        return routines;
    }

    Interceptor interceptor() {
        return interceptor;
    }

    CurrentPolicy policy() {
        return policy;
    }

    @Override
    public Migrations migrations() {
        return migrations;
    }

    @Override
    public Migration command(DatabaseRef database, long id, Migrations.Command command, String operator, String client)
            throws MigrationException {
        AuditEvent.Who who =
                new AuditEvent.Who(0, database.upstream(), database.database(), operator, operator, client, "HTTP");
        String word = command.getClass().getSimpleName().toLowerCase(Locale.ROOT);
        return commands.run(who, "POST /api/v1/migrations/" + id + "/" + word, database, id, command);
    }

    @Override
    public List<DatabaseRef> databases() {
        return databases.with(ledger.databases());
    }

    @Override
    public Path auditFile() {
        return configuration.audit().file();
    }

    @Override
    public List<RuleRow> policies() {
        return policy.rows();
    }

    @Override
    public PolicyState policyState() {
        return policy.state();
    }

    @Override
    public List<ThrottleRow> throttle() {
        return throttling.report().rows();
    }

    @Override
    public void close() {
        ledger.close();
        routines.close();
        pools.close();
        try {
            audit.close();
        } catch (IOException e) {
            LOG.warn("The audit trail was not closed properly: {}", e.getMessage());
        }
    }
}
