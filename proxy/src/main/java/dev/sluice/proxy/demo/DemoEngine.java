package dev.sluice.proxy.demo;

import java.sql.Connection;
import java.sql.SQLException;

/** A database server that the demo brings up, and the SQL that is its own. */
interface DemoEngine extends AutoCloseable {

    /** What is running: {@code PostgreSQL 18.6}. */
    String product();

    /** The JDBC URL of the demo's database, user included, through a given port of this machine. */
    String url(int port);

    /** The server's own port. */
    int port();

    /** How to connect with the server's own client. */
    String shellCommand(int port);

    /** Makes a table of orders and fills it. */
    void fill(Connection connection, String table, int rows) throws SQLException;

    /** The statement of the demo. */
    String alter(String table);

    /** What the column promises, as a question whose first column is true when it holds. */
    String promise(String table);

    /** The promise in words. */
    String promiseInWords();

    /** Text that is equal for tables of equal structure. */
    String structure(Connection connection, String table) throws SQLException;

    /** Stops the server and removes its data. */
    @Override
    void close();
}
