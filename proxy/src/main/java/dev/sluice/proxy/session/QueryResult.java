package dev.sluice.proxy.session;

import java.util.List;
import java.util.Optional;

/**
 * The answer to an injected statement, in text form.
 *
 * @param columns names of the columns, empty for a statement without rows
 * @param rows values; an empty Optional is NULL
 * @param affectedRows rows that the statement changed, 0 where it says nothing of them
 */
public record QueryResult(List<String> columns, List<List<Optional<String>>> rows, long affectedRows) {
    public QueryResult {
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
    }
}
