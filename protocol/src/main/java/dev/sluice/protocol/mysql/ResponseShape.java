package dev.sluice.protocol.mysql;

/** What a server's answer to a command is made of. */
public enum ResponseShape {
    /** No packet at all. */
    NOTHING,
    /** One packet: OK, ERR or EOF. */
    ACKNOWLEDGEMENT,
    /** One packet of text, or ERR. */
    TEXT,
    /** One or more results, each OK, ERR, a request for a local file, or columns and rows. */
    RESULT,
    /** The head of a prepared statement, its parameters and columns. */
    PREPARED,
    /** Rows and their end. */
    ROWS,
    /** Column definitions and their end. */
    FIELDS,
    /** An exchange of authentication packets up to OK or ERR. */
    LOGIN,
    /** The connection is given over to replication or cloning, and is not understood any further. */
    STREAM
}
