package dev.sluice.protocol.mysql;

/** The first byte of a command packet, and what the server answers to it. */
public final class Command {
    public static final int QUIT = 0x01;
    public static final int INIT_DB = 0x02;
    public static final int QUERY = 0x03;
    public static final int FIELD_LIST = 0x04;
    public static final int STATISTICS = 0x09;
    public static final int PROCESS_INFO = 0x0A;
    public static final int PROCESS_KILL = 0x0C;
    public static final int CHANGE_USER = 0x11;
    public static final int BINLOG_DUMP = 0x12;
    public static final int TABLE_DUMP = 0x13;
    public static final int STMT_PREPARE = 0x16;
    public static final int STMT_EXECUTE = 0x17;
    public static final int STMT_SEND_LONG_DATA = 0x18;
    public static final int STMT_CLOSE = 0x19;
    public static final int STMT_RESET = 0x1A;
    /** Turns several statements a message on or off. */
    public static final int SET_OPTION = 0x1B;

    public static final int STMT_FETCH = 0x1C;
    public static final int BINLOG_DUMP_GTID = 0x1E;
    public static final int RESET_CONNECTION = 0x1F;
    public static final int CLONE = 0x20;
    public static final int SUBSCRIBE_GROUP_REPLICATION_STREAM = 0x21;
    /** MariaDB: one statement with many rows of parameters. */
    public static final int STMT_BULK_EXECUTE = 0xFA;

    private Command() {}

    /** What comes back for a command; an unknown one is answered with one packet, an error. */
    public static ResponseShape answer(int command) {
        return switch (command) {
            case QUIT, STMT_CLOSE, STMT_SEND_LONG_DATA -> ResponseShape.NOTHING;
            case QUERY, STMT_EXECUTE, STMT_BULK_EXECUTE, PROCESS_INFO -> ResponseShape.RESULT;
            case STMT_PREPARE -> ResponseShape.PREPARED;
            case STMT_FETCH -> ResponseShape.ROWS;
            case FIELD_LIST -> ResponseShape.FIELDS;
            case STATISTICS -> ResponseShape.TEXT;
            case CHANGE_USER -> ResponseShape.LOGIN;
            case BINLOG_DUMP, TABLE_DUMP, BINLOG_DUMP_GTID, CLONE, SUBSCRIBE_GROUP_REPLICATION_STREAM ->
                ResponseShape.STREAM;
            default -> ResponseShape.ACKNOWLEDGEMENT;
        };
    }
}
