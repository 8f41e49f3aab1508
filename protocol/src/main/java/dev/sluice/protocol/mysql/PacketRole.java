package dev.sluice.protocol.mysql;

/** What one packet of a server's answer is. */
public enum PacketRole {
    OK,
    ERR,
    /** MariaDB's progress report, which looks like an ERR and ends nothing. */
    PROGRESS,
    /** The server asks for the content of a file of the client's. */
    LOCAL_INFILE,
    PREPARE_OK,
    COLUMN_COUNT,
    /** Definition of a column or a parameter. */
    DEFINITION,
    DEFINITIONS_END,
    ROW,
    ROWS_END,
    TEXT,
    /** Part of an authentication exchange. */
    AUTHENTICATION,
    /** The rest of a packet that was longer than one can be. */
    CONTINUATION
}
