package dev.sluice.proxy.app;

import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.FactsRequest;
import dev.sluice.proxy.catalog.ControlDatabase;
import dev.sluice.proxy.catalog.ControlPools;
import dev.sluice.proxy.catalog.ControlUpstream;
import dev.sluice.proxy.cli.CliException;
import dev.sluice.proxy.cli.ExitCode;
import dev.sluice.proxy.cli.ExplainCommand;
import dev.sluice.proxy.cli.InitCommand;
import dev.sluice.proxy.cli.MigrationsClient;
import dev.sluice.proxy.cli.MigrationsCommand;
import dev.sluice.proxy.config.CompletionConfig;
import dev.sluice.proxy.config.JdbcUrl;
import dev.sluice.proxy.config.UpstreamConfig;
import dev.sluice.proxy.ledger.MySqlLedgerScript;
import dev.sluice.proxy.ledger.PostgresLedgerScript;
import dev.sluice.proxy.migration.ApprovedMigrations;
import dev.sluice.proxy.migration.DatabaseRef;
import dev.sluice.proxy.migration.LedgerMigrations;
import dev.sluice.proxy.migration.MigrationEnd;
import dev.sluice.proxy.migration.RunnerSettings;
import dev.sluice.proxy.session.Gates;
import dev.sluice.proxy.throttle.Pacer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Databases that are named on a command line, reached without a gateway. */
final class CommandLineDatabases
        implements ExplainCommand.FactsSource, InitCommand.Ledgers, MigrationsCommand.LedgerOpener {

    private static final String NAME = "database";

    private final Engines engines = new Engines(Pacer.UNTHROTTLED, new Gates());

    @Override
    public Facts facts(String jdbcUrl, FactsRequest request) throws SQLException, CliException {
        ControlUpstream upstream = upstream(jdbcUrl);
        try (ControlPools pools = new ControlPools(List.of(upstream));
                Connection connection = database(pools, upstream).dedicatedOnDefaultPath("sluice explain")) {
            return engines.facts(pools).read(connection, request);
        }
    }

    @Override
    public void install(String jdbcUrl) throws SQLException, CliException {
        ControlUpstream upstream = upstream(jdbcUrl);
        try (ControlPools pools = new ControlPools(List.of(upstream));
                Connection connection = database(pools, upstream).dedicated("sluice init")) {
            engines.of(upstream).ledger().install(connection);
        }
    }

    @Override
    public String script(String jdbcUrl, String gatewayRole) throws CliException {
        return upstream(jdbcUrl).isPostgres()
                ? PostgresLedgerScript.printed(gatewayRole)
                : MySqlLedgerScript.printed(gatewayRole);
    }

    @Override
    public MigrationsClient open(String jdbcUrl) throws CliException {
        ControlUpstream upstream = upstream(jdbcUrl);
        ControlPools pools = new ControlPools(List.of(upstream));
        LedgerMigrations migrations =
                new LedgerMigrations(pools, RunnerSettings.defaults(), engines::of, MigrationEnd.Listener.NONE);
        String database = upstream.isPostgres() ? upstream.database() : "";
        ApprovedMigrations approved =
                new ApprovedMigrations(migrations, pools, engines::of, CompletionConfig.DEFAULTS.approvalValidity());
        return new LedgerClient(pools, migrations, approved, new DatabaseRef(NAME, database), upstream.user());
    }

    private static ControlDatabase database(ControlPools pools, ControlUpstream upstream) {
        return pools.database(NAME, upstream.database());
    }

    private static ControlUpstream upstream(String jdbcUrl) throws CliException {
        try {
            return Engines.upstream(UpstreamConfig.of(NAME, JdbcUrl.parse(jdbcUrl)));
        } catch (IllegalArgumentException e) {
            throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }
}
