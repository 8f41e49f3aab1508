package dev.sluice.proxy.intercept.command;

import java.util.List;
import java.util.Optional;

/**
 * What a command answers with.
 *
 * @param columns all of them, the most telling first
 * @param brief how many of them are shown without FULL
 */
public record Table(List<String> columns, int brief, List<List<Optional<String>>> rows) {

    public Table {
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
    }

    /** A table of which every column is always shown. */
    public static Table of(List<String> columns, List<List<Optional<String>>> rows) {
        return new Table(columns, columns.size(), rows);
    }

    /** A row of values none of which is NULL. */
    public static List<Optional<String>> row(String... values) {
        return List.of(values).stream().map(Optional::of).toList();
    }

    Reply.Rows shown(boolean full, String tag) {
        int shown = full ? columns.size() : brief;
        return new Reply.Rows(
                columns.subList(0, shown),
                rows.stream().map(row -> List.copyOf(row.subList(0, shown))).toList(),
                tag);
    }
}
