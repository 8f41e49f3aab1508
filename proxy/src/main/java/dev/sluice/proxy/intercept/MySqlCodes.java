package dev.sluice.proxy.intercept;

import java.util.List;

/**
 * MySQL's and MariaDB's numbers for what a migration may fail on in the rows. The ledger keeps an error's state and text;
 * clients, and the tools built on them, go by the number.
 */
final class MySqlCodes {

    private static final int UNKNOWN = 1105;

    private record Known(String text, int code) {}

    /** What the servers' own messages begin with. */
    private static final List<Known> KNOWN = List.of(
            new Known("Duplicate entry ", 1062),
            new Known("Cannot add or update a child row", 1452),
            new Known("Check constraint ", 3819),
            new Known("CONSTRAINT ", 4025),
            new Known("Data truncated for column", 1265),
            new Known("Data truncation: Data truncated for column", 1265),
            new Known("Data truncation: Data too long for column", 1406),
            new Known("Data too long for column", 1406),
            new Known("Data truncation: Out of range value for column", 1264),
            new Known("Out of range value for column", 1264));

    private MySqlCodes() {}

    /** The number of an error by its message; 1105 where it is none of these. */
    static int of(String message) {
        return KNOWN.stream()
                .filter(known -> message.startsWith(known.text()))
                .mapToInt(Known::code)
                .findFirst()
                .orElse(UNKNOWN);
    }
}
