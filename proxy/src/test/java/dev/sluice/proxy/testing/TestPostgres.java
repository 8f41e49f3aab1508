package dev.sluice.proxy.testing;

import dev.sluice.proxy.catalog.ControlUpstream;
import java.sql.Connection;
import java.sql.SQLException;

/** The newest PostgreSQL of {@link TestServer}, for tests that need no other. */
public final class TestPostgres {

    private TestPostgres() {}

    public static int port() {
        return TestServer.newest().port();
    }

    /** The name of a database that was just made. */
    public static String newDatabase() {
        return TestServer.newest().newDatabase();
    }

    public static String url(String database) {
        return TestServer.newest().url(database);
    }

    /** A connection of the superuser. */
    public static Connection connect(String database) throws SQLException {
        return TestServer.newest().connect(database);
    }

    public static Connection connect(String database, String user) throws SQLException {
        return TestServer.newest().connect(database, user);
    }

    /** The server as an upstream named {@code test}, as the superuser. */
    public static ControlUpstream upstream() {
        return TestServer.newest().upstream();
    }

    /** Runs statements as the superuser. */
    public static void execute(String database, String... sql) throws SQLException {
        TestServer.newest().execute(database, sql);
    }
}
