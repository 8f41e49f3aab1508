package dev.sluice.proxy.backfill;

import dev.sluice.policies.plan.Step;
import dev.sluice.proxy.catalog.ControlDatabase;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Fills columns key by key on MySQL and MariaDB. On a server that nobody else uses a batch is one update of a range of the
 * key. Otherwise it locks its rows first, without waiting for anybody, or the server could end a transaction of others that
 * waits for one of them; where one is locked already, the others of the range are filled and the range is gone over again
 * later. In the end whatever is pending anywhere is looked for: an update of its key takes a row out of the range that was
 * still to come. Key values are kept as literals.
 * For one range of the key at a time, in a transaction at READ COMMITTED; not thread-safe.
 */
public final class MySqlBackfill {

    private static final int NOWAIT_MYSQL = 3572;
    private static final int LOCK_WAIT_TIMEOUT = 1205;
    /** Missing privileges: PROCESS, a table's. */
    private static final Set<Integer> NOT_TOLD = Set.of(1227, 1142);

    /** A gateway's own short transactions, which tell that it lives, are nobody else's; where the server knows them. */
    private static final String OTHERS =
            "SELECT COUNT(*) FROM information_schema.INNODB_TRX WHERE trx_rows_locked + trx_rows_modified > 0"
                    + " AND NOT EXISTS (SELECT 1 FROM performance_schema.session_account_connect_attrs"
                    + " WHERE PROCESSLIST_ID = trx_mysql_thread_id AND ATTR_NAME = '" + ControlDatabase.PROGRAM
                    + "' AND ATTR_VALUE = '" + ControlDatabase.POOLED + "')"
                    + " AND trx_mysql_thread_id NOT IN (CONNECTION_ID()";
    /** Nothing makes pending rows any more by then; the bound is for what nobody has thought of. */
    private static final long MOST_SWEEPS = 1_000;

    private final Step.Backfill step;
    private final String table;
    private final MySqlKey key;
    private final KeyStride stride = new KeyStride();
    private String assignments = "";

    public MySqlBackfill(Step.Backfill step) {
        this.step = step;
        this.table = step.table().schema().map(s -> MySqlText.quoted(s) + ".").orElse("")
                + MySqlText.quoted(step.table().name());
        this.key = new MySqlKey(step.keyColumns());
    }

    /**
     * @param rows filled by the batch
     * @param finished whether nothing is left
     * @param blocked whether everything that is left is locked by others
     * @param unlooked whether it did without looking for rows that others have locked, since nobody else wrote
     */
    public record Batch(BackfillCursor cursor, long rows, boolean finished, boolean blocked, boolean unlooked) {
        Batch(BackfillCursor cursor, long rows, boolean finished, boolean blocked) {
            this(cursor, rows, finished, blocked, false);
        }
    }

    /**
     * A walk in two parts.
     *
     * @param near what is left of it
     * @param far a walk of its own
     */
    public record Halves(BackfillCursor near, BackfillCursor far) {}

    /**
     * Does the next batch, in the open transaction.
     *
     * @param alone whether nobody else uses the server, as far as is known without asking it
     * @param ours what the server calls the connections that fill other ranges of the same backfill
     */
    public Batch next(Connection connection, BackfillCursor cursor, boolean alone, Supplier<Set<Long>> ours)
            throws SQLException {
        return switch (cursor.stage()) {
            case BEGIN -> begin(connection, cursor);
            case WALK ->
                alone && KeyStride.suits(cursor) && nobodyElseWrites(connection, ours)
                        ? stride(connection, cursor)
                        : lockingFirst(connection, cursor);
            case REVISIT -> revisit(connection, cursor);
            case SWEEP -> sweep(connection, cursor);
        };
    }

    /** Halves what is left of a walk between batches; empty where it is short, or its key is not a whole number. */
    public Optional<Halves> halves(BackfillCursor cursor) {
        boolean divisible = cursor.stage() == BackfillCursor.Stage.WALK
                && KeyStride.suits(cursor)
                && !cursor.last().isEmpty();
        return divisible
                ? stride.middle(cursor)
                        .map(List::of)
                        .map(middle -> new Halves(cursor.before(middle), cursor.behind(middle)))
                : Optional.empty();
    }

    private Batch begin(Connection connection, BackfillCursor cursor) throws SQLException {
        Optional<List<String>> upper = lastKey(connection);
        // A step that only sees to it that nothing was left behind costs one look.
        return upper.isEmpty() || pending(connection, 1).isEmpty()
                ? new Batch(cursor, 0, true, false)
                : new Batch(
                        cursor.bounds(upper.get(), 0, Math.max(cursor.total(), estimate(connection))), 0, false, false);
    }

    /** The table, as SQL names it. */
    public String table() {
        return table;
    }

    /**
     * Questions that all together ask whether no row is pending, each of a range of its own of the key.
     *
     * @param most of them; there is only one where the key is not one whole number, or the table is small
     */
    public List<String> looks(Connection connection, int most) throws SQLException {
        List<String> first = firstKey(connection).orElse(List.of());
        List<String> last = lastKey(connection).orElse(List.of());
        List<String> ranges = KeyStride.cuts(first, last, most).stream()
                .map(range -> range.to().isEmpty() ? key.behind(range.after()) : key.within(range))
                .toList();
        return (ranges.isEmpty() ? List.of("1 = 1") : ranges)
                .stream()
                        .map(range -> "SELECT NOT EXISTS (SELECT 1 FROM " + table + " WHERE " + range + " AND ("
                                + step.pending() + "))")
                        .toList();
    }

    private Optional<List<String>> firstKey(Connection connection) throws SQLException {
        return MySqlText.key(
                connection, "SELECT " + key.columns() + " FROM " + table + " ORDER BY " + key.ordered("") + " LIMIT 1");
    }

    Optional<List<String>> lastKey(Connection connection) throws SQLException {
        return MySqlText.key(
                connection,
                "SELECT " + key.columns() + " FROM " + table + " ORDER BY " + key.ordered(" DESC") + " LIMIT 1");
    }

    /** How many rows the table has, more or less. */
    long estimate(Connection connection) throws SQLException {
        return MySqlText.number(
                connection,
                "SELECT COALESCE(MAX(TABLE_ROWS), 0) FROM information_schema.TABLES WHERE TABLE_SCHEMA = '"
                        + MySqlText.literal(step.table().schema().orElse("")) + "' AND TABLE_NAME = '"
                        + MySqlText.literal(step.table().name()) + "'");
    }

    /** The key of the last row of the next batch; empty where fewer rows are left. */
    Optional<List<String>> endOfBatch(Connection connection, BackfillCursor cursor) throws SQLException {
        BackfillCursor.Range rest = new BackfillCursor.Range(cursor.last(), cursor.upper());
        return MySqlText.key(
                connection,
                "SELECT " + key.columns() + " FROM " + table + " WHERE " + within(rest) + " ORDER BY " + key.ordered("")
                        + " LIMIT 1 OFFSET " + (cursor.batchRows() - 1));
    }

    /** The rows of a range. */
    String within(BackfillCursor.Range range) {
        return key.within(range);
    }

    /**
     * Whether nobody has locked a row. The server's answer may be a tenth of a second old, and somebody may come the moment
     * after: so this alone is not enough where there are others.
     */
    private static boolean nobodyElseWrites(Connection connection, Supplier<Set<Long>> ours) throws SQLException {
        String own = ours.get().stream().map(id -> ", " + id).collect(Collectors.joining("", "", ")"));
        try {
            return MySqlText.number(connection, OTHERS + own) == 0;
        } catch (SQLException e) {
            if (NOT_TOLD.contains(e.getErrorCode())) {
                return false;
            }
            throw e;
        }
    }

    private Batch stride(Connection connection, BackfillCursor cursor) throws SQLException {
        BackfillCursor.Range range = stride.next(cursor, last(connection, cursor));
        // In whatever order: with an ORDER BY the server looks for all of them first, and then for each again.
        long rows = update(
                connection,
                " WHERE " + within(range) + " AND (" + step.pending() + ") LIMIT " + KeyStride.limit(cursor));
        List<String> end = stride.took(cursor, range, rows).orElse(range.after());
        return new Batch(moved(cursor, end, rows), rows, false, false, true);
    }

    /** The key behind which a walk over whole numbers goes on. */
    private String last(Connection connection, BackfillCursor cursor) throws SQLException {
        return cursor.last().isEmpty() ? beforeFirst(connection) : cursor.last().getFirst();
    }

    private String beforeFirst(Connection connection) throws SQLException {
        String first = firstKey(connection).map(List::getFirst).orElse("0");
        return new BigInteger(first).subtract(BigInteger.ONE).toString();
    }

    private static BackfillCursor moved(BackfillCursor cursor, List<String> end, long rows) {
        BackfillCursor moved = cursor.walked(end, rows);
        return end.equals(cursor.upper()) ? moved.to(BackfillCursor.Stage.REVISIT) : moved;
    }

    private Batch lockingFirst(Connection connection, BackfillCursor cursor) throws SQLException {
        BackfillCursor.Range range = ofBatch(connection, cursor);
        Filled filled = fill(connection, range);
        BackfillCursor moved = moved(cursor, range.to(), filled.rows());
        return new Batch(filled.whole() ? moved : moved.skipping(range), filled.rows(), false, false);
    }

    /** All of it is locked, so it must not have many more rows than were asked for. */
    private BackfillCursor.Range ofBatch(Connection connection, BackfillCursor cursor) throws SQLException {
        if (KeyStride.suits(cursor) && stride.isDense()) {
            return stride.next(cursor, last(connection, cursor));
        }
        Optional<List<String>> end = endOfBatch(connection, cursor);
        BackfillCursor.Range range = new BackfillCursor.Range(cursor.last(), end.orElse(cursor.upper()));
        if (KeyStride.suits(cursor) && end.isPresent() && !cursor.last().isEmpty()) {
            stride.saw(range, cursor.batchRows());
        }
        return range;
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
        List<List<String>> left = pending(connection, cursor.batchRows());
        if (left.isEmpty() || cursor.block() >= MOST_SWEEPS) {
            return new Batch(cursor, 0, true, false);
        }
        long rows = fillUnlocked(connection, " WHERE " + key.among(left) + " AND (" + step.pending() + ")")
                .rows();
        BackfillCursor moved = rows == 0 ? cursor : cursor.walked(cursor.block() + 1, rows);
        return new Batch(moved, rows, false, rows == 0);
    }

    /** Keys of rows that are pending, wherever they are. */
    private List<List<String>> pending(Connection connection, int most) throws SQLException {
        return MySqlText.keys(
                connection,
                "SELECT " + key.columns() + " FROM " + table + " WHERE (" + step.pending() + ") LIMIT " + most);
    }

    /** @param whole whether no row of the range was left because it was locked */
    private record Filled(long rows, boolean whole) {}

    private Filled fill(Connection connection, BackfillCursor.Range range) throws SQLException {
        String where = " WHERE " + within(range) + " AND (" + step.pending() + ")";
        try {
            if (MySqlText.number(connection, "SELECT COUNT(*) FROM " + table + where + " FOR UPDATE NOWAIT") == 0) {
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
        List<List<String>> free = MySqlText.keys(
                connection, "SELECT " + key.columns() + " FROM " + table + where + " FOR UPDATE SKIP LOCKED");
        if (free.isEmpty()) {
            return new Filled(0, false);
        }
        return new Filled(update(connection, " WHERE " + key.among(free) + " AND (" + step.pending() + ")"), false);
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
            all.add(MySqlText.quoted(assignment.column()) + " = " + assignment.expression());
        }
        String sql = "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = '"
                + MySqlText.literal(step.table().schema().orElse("")) + "' AND TABLE_NAME = '"
                + MySqlText.literal(step.table().name()) + "' AND EXTRA LIKE '%on update%'";
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                String column = row.getString(1);
                if (step.assignments().stream().noneMatch(a -> a.column().equalsIgnoreCase(column))) {
                    all.add(MySqlText.quoted(column) + " = " + MySqlText.quoted(column));
                }
            }
        }
        return String.join(", ", all);
    }
}
