package dev.sluice.proxy.cli;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.FactsRequest;
import dev.sluice.policies.facts.MigrationFacts;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.proxy.catalog.ControlPools;
import dev.sluice.proxy.catalog.FactsReader;
import dev.sluice.proxy.catalog.MySqlFactsReader;
import dev.sluice.proxy.catalog.PostgresFactsReader;
import dev.sluice.proxy.ledger.Ledger;
import dev.sluice.proxy.ledger.MySqlLedger;
import dev.sluice.proxy.ledger.PostgresLedger;
import dev.sluice.proxy.lint.AppliedMigrations;
import dev.sluice.proxy.lint.AppliedVersions;
import dev.sluice.proxy.lint.FactsSource;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;

/** The database that files are linted against, over one connection. */
final class LintDatabase implements FactsSource, AutoCloseable {
    /** PostgreSQL's, and MySQL's which stands for errors in the statement too. */
    private static final Set<String> INSUFFICIENT_PRIVILEGE = Set.of("42501", "42000");

    private static final FactsRequest NOTHING = new FactsRequest(Set.of(), Set.of(), Set.of(), Set.of());

    private final Connection connection;
    private final FactsReader reader;
    private final ServerVersion version;
    private final LexicalRules rules;
    private final AppliedMigrations applied;

    private LintDatabase(Connection connection, FactsReader reader) throws SQLException, CliException {
        this.connection = connection;
        this.reader = reader;
        Facts facts = reader.read(connection, NOTHING);
        this.version = facts.version();
        if (version.dialect().isMySqlFamily() && facts.currentSchema().isEmpty()) {
            throw new CliException(
                    ExitCode.USAGE, "--against names no database; give one in the URL: jdbc:mysql://host/database");
        }
        this.rules = rules(facts);
        this.applied = AppliedVersions.read(connection);
    }

    /**
     * @throws SQLException it cannot be reached or asked
     * @throws CliException the URL is not one of a database that can be linted against
     */
    static LintDatabase open(String url, Optional<String> user, Optional<String> password)
            throws SQLException, CliException {
        boolean postgres = url.startsWith("jdbc:postgresql:");
        if (!postgres && !url.startsWith("jdbc:mysql:") && !url.startsWith("jdbc:mariadb:")) {
            throw new CliException(
                    ExitCode.USAGE,
                    "--against takes a JDBC URL: jdbc:postgresql://host/database, jdbc:mysql://… or jdbc:mariadb://…");
        }
        Properties properties = new Properties();
        user.ifPresent(u -> properties.setProperty("user", u));
        password.ifPresent(p -> properties.setProperty("password", p));
        if (postgres) {
            properties.setProperty("ApplicationName", "sluice lint");
        }
        Connection connection = DriverManager.getConnection(url, properties);
        try {
            return new LintDatabase(connection, postgres ? postgres() : mySql());
        } catch (SQLException | CliException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private static FactsReader postgres() {
        return new PostgresFactsReader(
                new ControlPools(List.of()), connection -> inFlight(new PostgresLedger(), connection));
    }

    private static FactsReader mySql() {
        return new MySqlFactsReader(new ControlPools(List.of()), connection -> inFlight(new MySqlLedger(), connection));
    }

    /** What the ledger says; nothing where the role may not read it. */
    private static Map<QualifiedName, List<MigrationFacts>> inFlight(Ledger ledger, Connection connection)
            throws SQLException {
        try {
            return ledger.inFlight(connection);
        } catch (SQLException e) {
            if (INSUFFICIENT_PRIVILEGE.contains(String.valueOf(e.getSQLState()))) {
                return Map.of();
            }
            throw e;
        }
    }

    /** MySQL reads quotes and backslashes as its {@code sql_mode} says. */
    private static LexicalRules rules(Facts facts) {
        LexicalRules usual = LexicalRules.defaults(facts.version());
        String mode = facts.settings().getOrDefault("sql_mode", "").toUpperCase(Locale.ROOT);
        return facts.version().dialect().isMySqlFamily()
                ? new LexicalRules(
                        facts.version(),
                        usual.standardConformingStrings(),
                        mode.contains("ANSI_QUOTES"),
                        mode.contains("NO_BACKSLASH_ESCAPES"))
                : usual;
    }

    ServerVersion version() {
        return version;
    }

    /** How its server reads statements. */
    LexicalRules rules() {
        return rules;
    }

    /** What tools have run on it. */
    AppliedMigrations applied() {
        return applied;
    }

    @Override
    public Facts read(FactsRequest request) throws SQLException {
        return reader.read(connection, request);
    }

    @Override
    public boolean isReal() {
        return true;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
