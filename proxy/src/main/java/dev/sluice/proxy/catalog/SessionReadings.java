package dev.sluice.proxy.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The variables of a MySQL session by which expressions are read: what the executor evaluates in a client's name must mean
 * what it means to the client. Travels in the ledger as text.
 */
public record SessionReadings(String sqlMode, String timeZone, String collation) {

    private static final Pattern SQL_MODE = Pattern.compile("[A-Za-z0-9_,]*");
    private static final Pattern TIME_ZONE = Pattern.compile("[A-Za-z0-9_+:/-]+");
    private static final Pattern COLLATION = Pattern.compile("[A-Za-z0-9_]+");

    /** Reads what {@link #text} has written. */
    public static SessionReadings of(String text) {
        String[] parts = text.split(";", -1);
        return new SessionReadings(parts[0], parts.length > 1 ? parts[1] : "", parts.length > 2 ? parts[2] : "");
    }

    String text() {
        return sqlMode + ";" + timeZone + ";" + collation;
    }

    /** What gives another session the same variables; a value of an unexpected form is left out. */
    public List<String> statements() {
        List<String> statements = new ArrayList<>();
        if (SQL_MODE.matcher(sqlMode).matches()) {
            statements.add("SET SESSION sql_mode = '" + sqlMode + "'");
        }
        if (TIME_ZONE.matcher(timeZone).matches()) {
            statements.add("SET SESSION time_zone = '" + timeZone + "'");
        }
        if (COLLATION.matcher(collation).matches()) {
            statements.add("SET SESSION collation_connection = " + collation);
        }
        return statements;
    }
}
