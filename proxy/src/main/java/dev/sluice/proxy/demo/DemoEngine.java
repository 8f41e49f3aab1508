package dev.sluice.proxy.demo;

import dev.sluice.proxy.config.Address;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** A database server that the demo works on, and the SQL that is its own. */
interface DemoEngine extends AutoCloseable {

    /** What is running: {@code PostgreSQL 18.6}. */
    String product();

    /** The server's own address. */
    Address address();

    /** The server's JDBC URL for the gateway's own role, credentials included. */
    String upstream();

    /** Where a client connects to the demo's database through an address; without a password that the demo did not make. */
    String url(Address at);

    /**
     * Connects a client to the demo's database.
     *
     * @param at the server's own address, or the gateway's
     * @param application the name that the server shows
     */
    Connection connect(Address at, String application) throws SQLException;

    /** How to connect with the server's own client. */
    String shellCommand(Address at);

    /** A table's name as the gateway's commands show it. */
    String qualified(String table);

    /** Makes a table of orders and fills it. */
    void fill(Connection connection, String table, int rows) throws SQLException;

    /** The statement of the demo. */
    String alter(String table);

    /** What is sent to get the same without the gateway. */
    default ByHand byHand(String table) {
        return new ByHand("the same statement directly", List.of(alter(table)));
    }

    /** @param inWords what is done, as the end of a sentence */
    record ByHand(String inWords, List<String> statements) {}

    /** What the column promises, as a question whose first column is true when it holds. */
    String promise(String table);

    /** The promise in words. */
    String promiseInWords();

    /** Text that is equal for tables of equal structure. */
    String structure(Connection connection, String table) throws SQLException;

    /** Stops the server and removes its data; from a server that was there before, what the demo made. */
    @Override
    void close();
}
