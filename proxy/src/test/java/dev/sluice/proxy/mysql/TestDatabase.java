package dev.sluice.proxy.mysql;

import dev.sluice.proxy.testing.Sql;
import java.net.InetSocketAddress;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A real server that tests run against: the MariaDB that {@code SLUICE_TEST_MARIADB_URL} names, or else the embedded one,
 * or the MySQL that {@code SLUICE_TEST_MYSQL_URL} names ({@code jdbc:mysql://127.0.0.1:3306/}, with the user lab,
 * password lab).
 */
public record TestDatabase(InetSocketAddress address, boolean mariaDb) {

    private static final AtomicInteger DATABASES = new AtomicInteger();

    /** The embedded one, unless a MariaDB server is named. */
    public static TestDatabase embeddedMariaDb() {
        return named("SLUICE_TEST_MARIADB_URL", true)
                .orElseGet(() -> new TestDatabase(EmbeddedMariaDb.address(), true));
    }

    public static Optional<TestDatabase> mysql() {
        return named("SLUICE_TEST_MYSQL_URL", false);
    }

    private static Optional<TestDatabase> named(String variable, boolean mariaDb) {
        return Optional.ofNullable(System.getenv(variable))
                .map(url -> URI.create(url.substring("jdbc:".length())))
                .map(uri -> new TestDatabase(new InetSocketAddress(uri.getHost(), uri.getPort()), mariaDb));
    }

    /** Makes an empty database and tells its name. */
    public String newDatabase() throws SQLException {
        String name = "t" + ProcessHandle.current().pid() + "_" + DATABASES.incrementAndGet();
        try (Connection connection = connect("mysql");
                Statement statement = connection.createStatement()) {
            statement.execute("DROP DATABASE IF EXISTS " + name);
            statement.execute("CREATE DATABASE " + name);
        }
        return name;
    }

    /** The server's URL for the driver that suits it. */
    public String url(String database) {
        return mariaDb
                ? "jdbc:mariadb://" + place() + "/" + database
                : "jdbc:mysql://" + place() + "/" + database + "?allowPublicKeyRetrieval=true";
    }

    private String place() {
        return address.getHostString() + ":" + address.getPort();
    }

    /** Runs statements in a database of the server. */
    public void execute(String database, String... statements) throws SQLException {
        try (Connection connection = connect(database)) {
            Sql.execute(connection, statements);
        }
    }

    /** The first value of an answer. */
    public long number(String database, String sql) throws SQLException {
        try (Connection connection = connect(database)) {
            return Sql.number(connection, sql);
        }
    }

    /** A connection to the server itself. */
    public Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:mariadb://" + place() + "/" + database + "?allowMultiQueries=true"
                        + "&allowPublicKeyRetrieval=true",
                EmbeddedMariaDb.USER,
                EmbeddedMariaDb.PASSWORD);
    }
}
