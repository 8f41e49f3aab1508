package dev.sluice.proxy.equivalence;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * The rows of all tables as far as they must be the same in two databases: for each column how many values it has and
 * which, without which row has which. Of columns that are filled with random values only that they are filled.
 */
final class RowsSnapshot {

    private RowsSnapshot() {}

    /** @param random columns whose values are not compared */
    static TreeSet<String> of(Connection connection, List<String> random) throws SQLException {
        TreeSet<String> lines = new TreeSet<>();
        for (String[] column : columns(connection)) {
            String name = '"' + column[1].replace("\"", "\"\"") + '"';
            String values = random.contains(column[1])
                    ? "''"
                    : "md5(string_agg(" + name + "::text, ',' ORDER BY " + name + "::text))";
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(
                            "SELECT count(*), count(" + name + "), " + values + " FROM " + column[0])) {
                row.next();
                lines.add(column[0] + "." + column[1] + " " + row.getLong(1) + " " + row.getLong(2) + " "
                        + row.getString(3));
            }
        }
        return lines;
    }

    private static List<String[]> columns(Connection connection) throws SQLException {
        List<String[]> columns = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT format('%I.%I', n.nspname, c.relname), a.attname FROM pg_attribute a"
                                + " JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
                                + " WHERE c.relkind IN ('r', 'p', 'm') AND a.attnum > 0 AND NOT a.attisdropped"
                                + " AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'sluice')")) {
            while (rows.next()) {
                columns.add(new String[] {rows.getString(1), rows.getString(2)});
            }
        }
        return columns;
    }
}
