package dev.sluice.proxy.session;

import java.util.List;
import java.util.Optional;

/**
 * The answer to an injected statement, in text form.
 *
 * @param columns names of the columns, empty for a statement without rows
 * @param rows values; an empty Optional is NULL
 * @param affectedRows rows that the statement changed, 0 where it says nothing of them
 * @param warnings how many the server counted, where it tells
 * @param info what the server said of a success, where it says something
 */
public record QueryResult(
        List<String> columns, List<List<Optional<String>>> rows, long affectedRows, int warnings, String info) {
    public QueryResult {
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
    }

    public QueryResult(List<String> columns, List<List<Optional<String>>> rows, long affectedRows) {
        this(columns, rows, affectedRows, 0, "");
    }
}
