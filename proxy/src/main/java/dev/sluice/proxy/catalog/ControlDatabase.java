package dev.sluice.proxy.catalog;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Properties;
import javax.sql.DataSource;

/**
 * One database as the gateway's own role sees it. Thread-safe.
 *
 * @param upstream the server
 * @param name the database; empty on MySQL, where one control database serves the whole server
 */
public record ControlDatabase(ControlUpstream upstream, String name, DataSource pool) {

    /** The name of a connection's application in the catalogs of MySQL and MariaDB. */
    public static final String PROGRAM = "program_name";

    /** What the server shows as the application of a pooled connection: it does a gateway's own short work. */
    public static final String POOLED = "sluice";

    private static final int CONNECT_TIMEOUT_SECONDS = 10;

    /** An operator that somebody has made in a schema of the default path must not stand in for one of the catalog's. */
    static final String OWN_PATH = "SET search_path = pg_catalog, pg_temp";

    /** What the gateway asks is short: compiling it, on a server that can, would take longer than it could save. */
    static final String OWN_SESSION = OWN_PATH + "; SET jit = off";

    /** For SQL of the operators', whose names are meant as the database's default path has them. */
    private static final String DEFAULT_PATH = "search_path TO DEFAULT";

    private static final String SESSION = """
            SET statement_timeout = 0;
            SET lock_timeout = 0;
            SET idle_in_transaction_session_timeout = 0;
            SET default_transaction_isolation = 'read committed';
            SET default_transaction_read_only = off;
            SET "DateStyle" = 'ISO, MDY';
            SET "IntervalStyle" = 'postgres';
            SET standard_conforming_strings = on;
            %s;
            SELECT pg_catalog.set_config('client_connection_check_interval', '1s', false)
             WHERE pg_catalog.current_setting('server_version_num')::pg_catalog.int4 >= 140000""".formatted(OWN_SESSION);

    /** The JDBC URL, without credentials of the configuration. */
    public String url() {
        return upstream.urlOf(name);
    }

    /** A pooled connection, in autocommit, for short work; closing gives it back. */
    public Connection connection() throws SQLException {
        return pool.getConnection();
    }

    /**
     * Threads that wait for a pooled connection while there can be no more of them. Whoever waits for one that is being opened
     * tells of no shortage: the first reading of the signals always does.
     */
    public int waiting() {
        if (!(pool instanceof HikariDataSource hikari)) {
            return 0;
        }
        HikariPoolMXBean bean = hikari.getHikariPoolMXBean();
        boolean full = bean != null && bean.getTotalConnections() >= hikari.getMaximumPoolSize();
        return full ? bean.getThreadsAwaitingConnection() : 0;
    }

    /**
     * A pooled connection for SQL of the operators', with the database's own default path, in a transaction that ends when
     * it is closed.
     */
    public Connection onDefaultPath() throws SQLException {
        Connection connection = connection();
        if (upstream.isPostgres()) {
            connection.setAutoCommit(false);
            execute(connection, "SET LOCAL " + DEFAULT_PATH);
        }
        return connection;
    }

    /**
     * A connection of its own, for long work, closed by whoever opened it. No statement timeout cuts it short; on
     * PostgreSQL 14 and later the server ends its work soon after the gateway has died.
     *
     * @param application what the server shows as its application
     */
    public Connection dedicated(String application) throws SQLException {
        return dedicated(name, application);
    }

    /** The same with the database's own default path, for names as people mean them. */
    public Connection dedicatedOnDefaultPath(String application) throws SQLException {
        Connection connection = dedicated(application);
        if (upstream.isPostgres()) {
            execute(connection, "SET " + DEFAULT_PATH);
        }
        return connection;
    }

    /** The same with options of the driver's. */
    public Connection dedicated(String application, Map<String, String> options) throws SQLException {
        return dedicated(name, application, options);
    }

    /** A connection of its own to another database of the same server. */
    public Connection dedicated(String database, String application) throws SQLException {
        return dedicated(database, application, Map.of());
    }

    private Connection dedicated(String database, String application, Map<String, String> options) throws SQLException {
        Properties properties = properties(upstream, application);
        properties.putAll(options);
        Connection connection = DriverManager.getConnection(upstream.urlOf(database), properties);
        if (upstream.isPostgres()) {
            execute(connection, SESSION);
        }
        return connection;
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    static Properties properties(ControlUpstream upstream, String application) {
        Properties properties = new Properties();
        if (!upstream.user().isEmpty()) {
            properties.setProperty("user", upstream.user());
        }
        if (!upstream.password().isEmpty()) {
            properties.setProperty("password", upstream.password());
        }
        if (upstream.isPostgres()) {
            properties.setProperty("ApplicationName", application);
            properties.setProperty("connectTimeout", Integer.toString(CONNECT_TIMEOUT_SECONDS));
            properties.setProperty("tcpKeepAlive", "true");
        } else {
            properties.setProperty("connectTimeout", Integer.toString(CONNECT_TIMEOUT_SECONDS * 1000));
            properties.setProperty("connectionAttributes", PROGRAM + ":" + application);
        }
        return properties;
    }

    @Override
    public String toString() {
        return upstream.name() + "/" + name;
    }
}
