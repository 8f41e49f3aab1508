package dev.sluice.proxy.backfill;

import dev.sluice.policies.plan.Step;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.SqlText;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Fills columns key by key on MySQL and MariaDB. A batch locks its rows without waiting for anybody; where one is locked
 * already, the others of the range are filled and the range is gone over again later. In the end whatever is pending
 * anywhere is looked for: an update of its key takes a row out of the range that was still to come. Key values are kept as
 * literals.
 * For one connection at a time, in a transaction at READ COMMITTED; not thread-safe.
 */
public final class MySqlBackfill {

    private static final int NOWAIT_MYSQL = 3572;
    private static final int LOCK_WAIT_TIMEOUT = 1205;
    /** Nothing makes pending rows any more by then; the bound is for what nobody has thought of. */
    private static final long MOST_SWEEPS = 1_000;

    private final Step.Backfill step;
    private final String table;
    private final String keys;
    private String assignments = "";

    public MySqlBackfill(Step.Backfill step) {
        this.step = step;
        this.table = step.table().schema().map(s -> quoted(s) + ".").orElse("")
                + quoted(step.table().name());
        this.keys = step.keyColumns().stream().map(MySqlBackfill::quoted).collect(Collectors.joining(", "));
    }

    /**
     * @param rows filled by the batch
     * @param finished whether nothing is left
     * @param blocked whether everything that is left is locked by others
     */
    public record Batch(BackfillCursor cursor, long rows, boolean finished, boolean blocked) {}

    /** Does the next batch, in the open transaction. */
    public Batch next(Connection connection, BackfillCursor cursor) throws SQLException {
        return switch (cursor.stage()) {
            case BEGIN -> begin(connection, cursor);
            case WALK -> walk(connection, cursor);
            case REVISIT -> revisit(connection, cursor);
            case SWEEP -> sweep(connection, cursor);
        };
    }

    private Batch begin(Connection connection, BackfillCursor cursor) throws SQLException {
        Optional<List<String>> upper = lastKey(connection);
        return upper.isEmpty()
                ? new Batch(cursor, 0, true, false)
                : new Batch(cursor.bounds(upper.get(), 0, estimate(connection)), 0, false, false);
    }

    Optional<List<String>> lastKey(Connection connection) throws SQLException {
        return key(connection, "SELECT " + keys + " FROM " + table + " ORDER BY " + ordered(" DESC") + " LIMIT 1");
    }

    /** How many rows the table has, more or less. */
    long estimate(Connection connection) throws SQLException {
        return number(
                connection,
                "SELECT COALESCE(MAX(TABLE_ROWS), 0) FROM information_schema.TABLES WHERE TABLE_SCHEMA = '"
                        + literal(step.table().schema().orElse("")) + "' AND TABLE_NAME = '"
                        + literal(step.table().name()) + "'");
    }

    /** The key of the last row of the next batch; empty where fewer rows are left. */
    Optional<List<String>> endOfBatch(Connection connection, BackfillCursor cursor) throws SQLException {
        String after = cursor.last().isEmpty() ? "" : after(cursor.last()) + " AND ";
        return key(
                connection,
                "SELECT " + keys + " FROM " + table + " WHERE " + after + upTo(cursor.upper()) + " ORDER BY "
                        + ordered("") + " LIMIT 1 OFFSET " + (cursor.batchRows() - 1));
    }

    /** The rows of a range. */
    String within(BackfillCursor.Range range) {
        return (range.after().isEmpty() ? "" : after(range.after()) + " AND ") + upTo(range.to());
    }

    private Batch walk(Connection connection, BackfillCursor cursor) throws SQLException {
        Optional<List<String>> end = endOfBatch(connection, cursor);
        BackfillCursor.Range range = new BackfillCursor.Range(cursor.last(), end.orElse(cursor.upper()));
        Filled filled = fill(connection, range);
        BackfillCursor moved = cursor.walked(range.to(), filled.rows());
        if (!filled.whole()) {
            moved = moved.skipping(range);
        }
        if (end.isPresent() && !end.get().equals(cursor.upper())) {
            return new Batch(moved, filled.rows(), false, false);
        }
        return new Batch(moved.to(BackfillCursor.Stage.REVISIT), filled.rows(), false, false);
    }

    private Batch revisit(Connection connection, BackfillCursor cursor) throws SQLException {
        if (cursor.skipped().isEmpty()) {
            return new Batch(cursor.to(BackfillCursor.Stage.SWEEP), 0, false, false);
        }
        BackfillCursor.Range range = cursor.skipped().getFirst();
        Filled filled = fill(connection, range);
        BackfillCursor moved = cursor.revisited().filled(filled.rows());
        if (!filled.whole()) {
            moved = moved.skipping(range);
        }
        return new Batch(moved, filled.rows(), false, !filled.whole() && filled.rows() == 0);
    }

    /** A plain read sees every row as it is at one moment, wherever it has moved to; so finding none means that none is. */
    private Batch sweep(Connection connection, BackfillCursor cursor) throws SQLException {
        List<List<String>> left = keys(
                connection,
                "SELECT " + keys + " FROM " + table + " WHERE (" + step.pending() + ") LIMIT " + cursor.batchRows());
        if (left.isEmpty() || cursor.block() >= MOST_SWEEPS) {
            return new Batch(cursor, 0, true, false);
        }
        long rows = fillUnlocked(connection, " WHERE " + among(left) + " AND (" + step.pending() + ")")
                .rows();
        BackfillCursor moved = rows == 0 ? cursor : cursor.walked(cursor.block() + 1, rows);
        return new Batch(moved, rows, false, rows == 0);
    }

    /** @param whole whether no row of the range was left because it was locked */
    private record Filled(long rows, boolean whole) {}

    private Filled fill(Connection connection, BackfillCursor.Range range) throws SQLException {
        String where = " WHERE " + within(range) + " AND (" + step.pending() + ")";
        try {
            if (number(connection, "SELECT COUNT(*) FROM " + table + where + " FOR UPDATE NOWAIT") == 0) {
                return new Filled(0, true);
            }
        } catch (SQLException e) {
            if (e.getErrorCode() == NOWAIT_MYSQL || e.getErrorCode() == LOCK_WAIT_TIMEOUT) {
                return fillUnlocked(connection, where);
            }
            throw e;
        }
        return new Filled(update(connection, where), true);
    }

    private Filled fillUnlocked(Connection connection, String where) throws SQLException {
        List<List<String>> free =
                keys(connection, "SELECT " + keys + " FROM " + table + where + " FOR UPDATE SKIP LOCKED");
        if (free.isEmpty()) {
            return new Filled(0, false);
        }
        return new Filled(update(connection, " WHERE " + among(free) + " AND (" + step.pending() + ")"), false);
    }

    private String among(List<List<String>> some) {
        return some.stream()
                .map(key -> "(" + String.join(", ", key) + ")")
                .collect(Collectors.joining(", ", "(" + keys + ") IN (", ")"));
    }

    private long update(Connection connection, String where) throws SQLException {
        if (assignments.isEmpty()) {
            assignments = assignments(connection);
        }
        try (Statement statement = connection.createStatement()) {
            return statement.executeLargeUpdate("UPDATE " + table + " SET " + assignments + where);
        }
    }

    /** Columns that note the time of a change keep it: nobody has changed the row. */
    private String assignments(Connection connection) throws SQLException {
        List<String> all = new ArrayList<>();
        for (Step.Assignment assignment : step.assignments()) {
            all.add(quoted(assignment.column()) + " = " + assignment.expression());
        }
        String sql = "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = '"
                + literal(step.table().schema().orElse("")) + "' AND TABLE_NAME = '"
                + literal(step.table().name()) + "' AND EXTRA LIKE '%on update%'";
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                String column = row.getString(1);
                if (step.assignments().stream().noneMatch(a -> a.column().equalsIgnoreCase(column))) {
                    all.add(quoted(column) + " = " + quoted(column));
                }
            }
        }
        return String.join(", ", all);
    }

    /** Behind a key; spelled out, since a row comparison does not use the index. */
    private String after(List<String> key) {
        List<String> ors = new ArrayList<>();
        for (int i = 0; i < key.size(); i++) {
            ors.add(equalUpTo(key, i) + column(i) + " > " + key.get(i));
        }
        return "(" + String.join(" OR ", ors) + ")" + firstBound(" >= ", key);
    }

    private String upTo(List<String> key) {
        List<String> ors = new ArrayList<>();
        for (int i = 0; i < key.size(); i++) {
            boolean last = i == key.size() - 1;
            ors.add(equalUpTo(key, i) + column(i) + (last ? " <= " : " < ") + key.get(i));
        }
        return "(" + String.join(" OR ", ors) + ")" + firstBound(" <= ", key);
    }

    /** What the first column alone says bounds the range in the index. */
    private String firstBound(String operator, List<String> key) {
        return key.size() == 1 ? "" : " AND " + column(0) + operator + key.getFirst();
    }

    private String equalUpTo(List<String> key, int end) {
        StringBuilder equal = new StringBuilder();
        for (int i = 0; i < end; i++) {
            equal.append(column(i)).append(" = ").append(key.get(i)).append(" AND ");
        }
        return equal.toString();
    }

    private String column(int i) {
        return quoted(step.keyColumns().get(i));
    }

    private String ordered(String direction) {
        return step.keyColumns().stream()
                .map(column -> quoted(column) + direction)
                .collect(Collectors.joining(", "));
    }

    private static Optional<List<String>> key(Connection connection, String sql) throws SQLException {
        return keys(connection, sql).stream().findFirst();
    }

    private static List<List<String>> keys(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            ResultSetMetaData types = row.getMetaData();
            List<List<String>> keys = new ArrayList<>();
            while (row.next()) {
                List<String> key = new ArrayList<>();
                for (int i = 1; i <= types.getColumnCount(); i++) {
                    key.add(sqlLiteral(row, i, types.getColumnType(i)));
                }
                keys.add(key);
            }
            return keys;
        }
    }

    private static String sqlLiteral(ResultSet row, int column, int type) throws SQLException {
        return switch (type) {
            case Types.TINYINT, Types.SMALLINT, Types.INTEGER, Types.BIGINT, Types.DECIMAL, Types.NUMERIC ->
                row.getBigDecimal(column).toPlainString();
            case Types.FLOAT, Types.REAL, Types.DOUBLE -> row.getString(column) + "e0";
            case Types.BIT, Types.BOOLEAN, Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB ->
                "X'" + HexFormat.of().formatHex(row.getBytes(column)) + "'";
            default ->
                "_utf8mb4 X'" + HexFormat.of().formatHex(row.getString(column).getBytes(StandardCharsets.UTF_8)) + "'";
        };
    }

    static long number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    private static String literal(String text) {
        return text.replace("\\", "\\\\").replace("'", "''");
    }

    private static String quoted(String name) {
        return SqlText.quoteIdentifier(Dialect.MYSQL, name);
    }
}
