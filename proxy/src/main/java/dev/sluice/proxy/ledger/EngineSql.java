package dev.sluice.proxy.ledger;

/** The words in which the engines' SQL differs; the rest of the ledger's statements is the same for both. */
enum EngineSql {
    POSTGRES(
            "pg_catalog.clock_timestamp()",
            "?::bigint * interval '1 microsecond'",
            "(extract(epoch FROM %s) * 1000000)::bigint",
            "sqlstate",
            "m.error_object",
            "ON CONFLICT DO NOTHING",
            "FOR SHARE"),
    MYSQL(
            "UTC_TIMESTAMP(6)",
            "INTERVAL ? MICROSECOND",
            "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', %s)",
            "sql_state",
            "NULL",
            "ON DUPLICATE KEY UPDATE migration = migration",
            "LOCK IN SHARE MODE");

    private final String now;
    private final String microseconds;
    private final String epochMicros;
    private final String sqlState;
    private final String errorObject;
    private final String unlessPresent;
    private final String shared;

    EngineSql(
            String now,
            String microseconds,
            String epochMicros,
            String sqlState,
            String errorObject,
            String unlessPresent,
            String shared) {
        this.unlessPresent = unlessPresent;
        this.shared = shared;
        this.now = now;
        this.microseconds = microseconds;
        this.epochMicros = epochMicros;
        this.sqlState = sqlState;
        this.errorObject = errorObject;
    }

    /** The database's time; in UTC where the column has no time zone. */
    String now() {
        return now;
    }

    /** As many microseconds from now as the next parameter says. */
    String fromNow() {
        return later(now);
    }

    /** As many microseconds after a time as the next parameter says. */
    String later(String time) {
        return time + " + " + microseconds;
    }

    /** A time as a number, which no driver and no session time zone can bend. */
    String epochMicros(String column) {
        return epochMicros.formatted(column);
    }

    /** How an INSERT into {@code sluice.phases} ends that leaves a row alone that is there. */
    String unlessPresent() {
        return unlessPresent;
    }

    /** How a SELECT ends whose rows nobody may change until the transaction has ended. */
    String shared() {
        return shared;
    }

    /** The column with the error's SQLSTATE, which is a reserved word on MySQL. */
    String sqlState() {
        return sqlState;
    }

    /** What an error is about, in a SELECT; MySQL's errors do not say. */
    String errorObject() {
        return errorObject;
    }
}
