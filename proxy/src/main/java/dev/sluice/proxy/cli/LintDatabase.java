package dev.sluice.proxy.cli;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.FactsRequest;
import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.proxy.catalog.ControlPools;
import dev.sluice.proxy.catalog.FactsReader;
import dev.sluice.proxy.catalog.PostgresFactsReader;
import dev.sluice.proxy.ledger.PostgresLedger;
import dev.sluice.proxy.lint.AppliedVersions;
import dev.sluice.proxy.lint.FactsSource;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;

/** The database that files are linted against, over one connection. */
final class LintDatabase implements FactsSource, AutoCloseable {
    private static final String INSUFFICIENT_PRIVILEGE = "42501";
    private static final FactsRequest NOTHING = new FactsRequest(Set.of(), Set.of(), Set.of(), Set.of());

    private final Connection connection;
    private final FactsReader reader;
    private final ServerVersion version;
    private final Set<String> applied;

    private LintDatabase(Connection connection, FactsReader reader) throws SQLException {
        this.connection = connection;
        this.reader = reader;
        this.version = reader.read(connection, NOTHING).version();
        this.applied = AppliedVersions.read(connection);
    }

    /** @throws SQLException it cannot be reached, or is of a kind that is not supported here */
    static LintDatabase open(String url, Optional<String> user, Optional<String> password) throws SQLException {
        if (!url.startsWith("jdbc:postgresql:")) {
            throw new SQLException(
                    "--against takes the JDBC URL of a PostgreSQL database: jdbc:postgresql://host/database");
        }
        Properties properties = new Properties();
        user.ifPresent(u -> properties.setProperty("user", u));
        password.ifPresent(p -> properties.setProperty("password", p));
        properties.setProperty("ApplicationName", "sluice lint");
        Connection connection = DriverManager.getConnection(url, properties);
        try {
            return new LintDatabase(
                    connection, new PostgresFactsReader(new ControlPools(List.of()), LintDatabase::inFlight));
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** What the ledger says; nothing where the role may not read it. */
    private static Map<QualifiedName, List<Long>> inFlight(Connection connection) throws SQLException {
        try {
            return new PostgresLedger().inFlight(connection);
        } catch (SQLException e) {
            if (INSUFFICIENT_PRIVILEGE.equals(e.getSQLState())) {
                return Map.of();
            }
            throw e;
        }
    }

    ServerVersion version() {
        return version;
    }

    /** Versions of migrations that it has. */
    Set<String> applied() {
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
