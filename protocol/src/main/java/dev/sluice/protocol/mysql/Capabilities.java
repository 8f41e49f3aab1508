package dev.sluice.protocol.mysql;

/**
 * Capability flags of the handshake. The lower 32 bits are the protocol's, the upper 32 are MariaDB's extended ones,
 * which are valid when {@link #LONG_PASSWORD} is not set.
 */
public final class Capabilities {

    /** CLIENT_LONG_PASSWORD of MySQL; MariaDB calls it CLIENT_MYSQL and leaves it out of its greeting. */
    public static final long LONG_PASSWORD = 1L;

    public static final long FOUND_ROWS = 1L << 1;
    public static final long CONNECT_WITH_DB = 1L << 3;
    public static final long COMPRESS = 1L << 5;
    public static final long LOCAL_FILES = 1L << 7;
    public static final long PROTOCOL_41 = 1L << 9;
    public static final long SSL = 1L << 11;
    public static final long SECURE_CONNECTION = 1L << 15;
    public static final long MULTI_STATEMENTS = 1L << 16;
    public static final long PLUGIN_AUTH = 1L << 19;
    public static final long CONNECT_ATTRS = 1L << 20;
    public static final long PLUGIN_AUTH_LENENC = 1L << 21;
    public static final long SESSION_TRACK = 1L << 23;
    public static final long DEPRECATE_EOF = 1L << 24;
    public static final long OPTIONAL_RESULTSET_METADATA = 1L << 25;
    public static final long ZSTD_COMPRESSION = 1L << 26;
    public static final long QUERY_ATTRIBUTES = 1L << 27;

    /** MariaDB: several commands in one packet, which no server offers any more. */
    public static final long MARIADB_COM_MULTI = 1L << 33;
    /** MariaDB: column definitions carry one more field. */
    public static final long MARIADB_EXTENDED_METADATA = 1L << 35;
    /** MariaDB: column definitions may be left out of a prepared statement's result. */
    public static final long MARIADB_CACHE_METADATA = 1L << 36;

    /** What a relay cannot let through: it must see the packets as they are. */
    public static final long NOT_RELAYED = COMPRESS | SSL | ZSTD_COMPRESSION | MARIADB_COM_MULTI;

    private Capabilities() {}

    public static boolean has(long capabilities, long flag) {
        return (capabilities & flag) != 0;
    }
}
