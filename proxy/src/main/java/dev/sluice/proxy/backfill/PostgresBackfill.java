package dev.sluice.proxy.backfill;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.plan.Step;
import dev.sluice.proxy.backfill.BackfillCursor.Range;
import dev.sluice.proxy.backfill.BackfillCursor.Stage;
import dev.sluice.proxy.catalog.RoleScope;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A backfill on PostgreSQL, batch by batch, in transactions of the caller's.
 *
 * <p>The normal batch is one UPDATE of a key range: it takes no row locks of its own first, which would cost WAL. Where
 * it meets a locked row the caller rolls back and asks for the same range without waiting; what that leaves is gone over
 * again later. The walk is bounded by the last key (or block) at its begin. A sweep ends each leaf, since rows whose key
 * was changed, or which an update moved on disk, can slip past any walk. Only pending rows are ever written, so a
 * volatile value is written once.
 */
public final class PostgresBackfill {

    private static final int TID_RANGE_SCAN_SINCE = 14;

    /** A value that is NULL by chance now and then is none that is NULL always. */
    private static final int MOST_FRUITLESS = 32;

    private static final String NULL_VALUE = "23502";

    private final Step.Backfill step;
    private final int serverVersion;
    private final Map<QualifiedName, List<String>> keyTypes = new HashMap<>();

    /** Batches in a row that have written rows and given none of them a value. */
    private int fruitless;

    public PostgresBackfill(Step.Backfill step, int serverVersion) {
        this.step = step;
        this.serverVersion = serverVersion;
    }

    /**
     * @param cursor where the next batch begins
     * @param rows how many were filled
     * @param finished nothing is pending any more
     * @param blocked rows are pending that others hold
     */
    public record Batch(BackfillCursor cursor, long rows, boolean finished, boolean blocked) {

        /** Without what is only of this moment. */
        public Walked walked() {
            return new Walked(cursor, rows, finished);
        }

        /** With what batches before it have filled meanwhile. */
        public Batch behind(long rowsBefore) {
            return new Batch(cursor.filled(rowsBefore), rows, finished, blocked);
        }

        static Batch going(BackfillCursor cursor, long rows) {
            return new Batch(cursor, rows, false, false);
        }
    }

    private List<QualifiedName> leaves() {
        return step.leaves().isEmpty() ? List.of(step.table()) : step.leaves();
    }

    /** The leaf that a cursor stands in. */
    public QualifiedName leaf(BackfillCursor cursor) {
        return leaves().get(Math.min(cursor.leaf(), leaves().size() - 1));
    }

    /**
     * Does one batch in the connection's transaction.
     *
     * @param skipLocked whether rows that others hold are left for later instead of waited for
     */
    public Batch next(Connection connection, RoleScope scope, BackfillCursor cursor, boolean skipLocked)
            throws SQLException {
        if (cursor.leaf() >= leaves().size()) {
            return new Batch(cursor, 0, true, false);
        }
        QualifiedName table = leaf(cursor);
        PostgresBackfillSql sql = new PostgresBackfillSql(step, table, types(connection, table));
        return switch (cursor.stage()) {
            case BEGIN -> begin(connection, scope, sql, cursor);
            case WALK ->
                step.keyColumns().isEmpty()
                        ? blocks(scope, sql, cursor, skipLocked)
                        : keys(scope, sql, cursor, skipLocked);
            case REVISIT -> revisit(scope, sql, cursor);
            case SWEEP -> sweep(scope, sql, cursor);
        };
    }

    /**
     * Where a walk's next batches begin, the one at the cursor not counted, so that they can be done side by side; fewer
     * where the walk ends before, or is over.
     */
    public List<BackfillCursor> ahead(Connection connection, RoleScope scope, BackfillCursor cursor, int batches)
            throws SQLException {
        List<BackfillCursor> begins = new ArrayList<>();
        boolean walks = cursor.leaf() < leaves().size() && cursor.stage() == Stage.WALK;
        PostgresBackfillSql sql =
                new PostgresBackfillSql(step, leaf(cursor), walks ? types(connection, leaf(cursor)) : List.of());
        for (BackfillCursor at = cursor; walks && begins.size() < batches; ) {
            Optional<BackfillCursor> end = step.keyColumns().isEmpty() ? blockEnd(at) : keyEnd(scope, sql, at);
            end.ifPresent(begins::add);
            walks = end.isPresent();
            at = end.orElse(at);
        }
        return begins;
    }

    private static Optional<BackfillCursor> keyEnd(RoleScope scope, PostgresBackfillSql sql, BackfillCursor at)
            throws SQLException {
        String probe = sql.endOfBatch(at.last(), at.upper(), at.batchRows());
        List<String> reached = scope.run(Optional.of(probe), List.of()).reached();
        return reached.isEmpty() ? Optional.empty() : Optional.of(at.walked(reached, 0));
    }

    private Optional<BackfillCursor> blockEnd(BackfillCursor at) {
        long to = lastBlock(at);
        return to < at.blocks() ? Optional.of(at.walked(to, 0)) : Optional.empty();
    }

    /** Does the batch from a cursor to where the next one begins, as {@link #ahead} has found it. */
    public Batch until(Connection connection, RoleScope scope, BackfillCursor cursor, BackfillCursor next)
            throws SQLException {
        QualifiedName table = leaf(cursor);
        PostgresBackfillSql sql = new PostgresBackfillSql(step, table, types(connection, table));
        boolean byKey = !step.keyColumns().isEmpty();
        String fill = byKey
                ? sql.fill(cursor.last(), next.last())
                : sql.fillBlocks(cursor.block(), next.block(), serverVersion >= TID_RANGE_SCAN_SINCE, false);
        long rows = scope.run(List.of(fill)).rows();
        return Batch.going(byKey ? cursor.walked(next.last(), rows) : cursor.walked(next.block(), rows), rows);
    }

    private Batch begin(Connection connection, RoleScope scope, PostgresBackfillSql sql, BackfillCursor cursor)
            throws SQLException {
        if (!holds(scope, sql.pendingAnywhere())) {
            // A step that only sees to it that nothing was left behind costs one look.
            return nothingLeft(cursor);
        }
        long total = cursor.leaf() == 0 ? Math.max(cursor.total(), estimate(connection)) : cursor.total();
        if (step.keyColumns().isEmpty()) {
            return Batch.going(cursor.bounds(List.of(), pages(connection, sql.table()), total), 0);
        }
        List<String> last = scope.run(Optional.of(sql.lastKey()), List.of()).reached();
        BackfillCursor bounded = cursor.bounds(last, 0, total);
        return Batch.going(last.isEmpty() ? bounded.to(Stage.SWEEP) : bounded, 0);
    }

    private Batch keys(RoleScope scope, PostgresBackfillSql sql, BackfillCursor cursor, boolean skipLocked)
            throws SQLException {
        String probe = sql.endOfBatch(cursor.last(), cursor.upper(), cursor.batchRows());
        String fill =
                skipLocked ? sql.fillUnlocked(cursor.last(), cursor.upper()) : sql.fill(cursor.last(), cursor.upper());
        RoleScope.Result result = scope.run(Optional.of(probe), List.of(fill));
        boolean end = result.reached().isEmpty();
        List<String> to = end ? cursor.upper() : result.reached();
        BackfillCursor walked = cursor.walked(to, result.rows());
        if (skipLocked) {
            Range range = new Range(cursor.last(), to);
            if (holds(scope, sql.pendingIn(range))) {
                walked = walked.skipping(range);
            }
        }
        return Batch.going(
                end ? walked.to(walked.skipped().isEmpty() ? Stage.SWEEP : Stage.REVISIT) : walked, result.rows());
    }

    private Batch blocks(RoleScope scope, PostgresBackfillSql sql, BackfillCursor cursor, boolean skipLocked)
            throws SQLException {
        if (cursor.block() >= cursor.blocks()) {
            return Batch.going(cursor.to(Stage.SWEEP), 0);
        }
        long to = lastBlock(cursor);
        String fill = sql.fillBlocks(cursor.block(), to, serverVersion >= TID_RANGE_SCAN_SINCE, skipLocked);
        long rows = scope.run(List.of(fill)).rows();
        return Batch.going(cursor.walked(to, rows), rows);
    }

    /** Behind the last block of the batch that begins there. */
    private long lastBlock(BackfillCursor cursor) {
        double rowsPerBlock = cursor.blocks() == 0 || leaves().size() > 1
                ? 50
                : Math.max(1, cursor.total() / (double) cursor.blocks());
        return Math.min(cursor.blocks(), cursor.block() + Math.max(1, Math.round(cursor.batchRows() / rowsPerBlock)));
    }

    private Batch revisit(RoleScope scope, PostgresBackfillSql sql, BackfillCursor cursor) throws SQLException {
        if (cursor.skipped().isEmpty()) {
            return Batch.going(cursor.to(Stage.SWEEP), 0);
        }
        Range range = cursor.skipped().getFirst();
        long rows = valued(scope, sql, sql.refill(range));
        boolean left = holds(scope, sql.pendingIn(range));
        BackfillCursor revisited = cursor.revisited().filled(rows);
        return new Batch(left ? revisited.skipping(range) : revisited, rows, false, left && rows == 0);
    }

    private Batch sweep(RoleScope scope, PostgresBackfillSql sql, BackfillCursor cursor) throws SQLException {
        if (!holds(scope, sql.pendingAnywhere())) {
            return nothingLeft(cursor);
        }
        long rows = valued(scope, sql, sql.sweep(cursor.batchRows()));
        return new Batch(cursor.filled(rows), rows, false, rows == 0);
    }

    /**
     * Fills what was left behind. A row whose value is NULL is pending still, and would be filled for ever.
     *
     * @return how many rows were filled
     * @throws SQLException where again and again none of them has got a value
     */
    private long valued(RoleScope scope, PostgresBackfillSql sql, String fill) throws SQLException {
        List<String> counts =
                scope.run(Optional.of(sql.counted(fill)), List.of()).reached();
        long rows = Long.parseLong(counts.getFirst());
        fruitless = rows > 0 && counts.getLast().equals("0") ? fruitless + 1 : 0;
        if (fruitless >= MOST_FRUITLESS) {
            throw new SQLException(
                    "column \"" + step.assignments().getFirst().column() + "\" of relation \""
                            + sql.table().name() + "\" contains null values\nIts value is NULL for some rows,"
                            + " which cannot be told from rows that are still to be filled.",
                    NULL_VALUE);
        }
        return rows;
    }

    private Batch nothingLeft(BackfillCursor cursor) {
        BackfillCursor next = cursor.nextLeaf();
        return new Batch(next, 0, next.leaf() >= leaves().size(), false);
    }

    private static boolean holds(RoleScope scope, String question) throws SQLException {
        return scope.run(Optional.of(question), List.of()).reached().contains("true");
    }

    private List<String> types(Connection connection, QualifiedName table) throws SQLException {
        List<String> known = keyTypes.get(table);
        if (known != null) {
            return known;
        }
        List<String> types = keyTypes(connection, table, step.keyColumns());
        keyTypes.put(table, types);
        return types;
    }

    /** The types of a key's columns, as the server prints them. */
    static List<String> keyTypes(Connection connection, QualifiedName table, List<String> columns) throws SQLException {
        List<String> types = new ArrayList<>();
        for (String column : columns) {
            String sql = "SELECT pg_catalog.format_type(a.atttypid, NULL) FROM pg_catalog.pg_attribute a"
                    + " WHERE a.attname = ? AND a.attrelid = (" + OID + ")";
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setString(1, column);
                name(statement, 2, table);
                try (ResultSet row = statement.executeQuery()) {
                    if (!row.next()) {
                        throw new SQLException("key column " + column + " of " + table + " is gone", "42703");
                    }
                    types.add(row.getString(1));
                }
            }
        }
        return types;
    }

    private static final String OID = "SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
            + " ON n.oid = c.relnamespace WHERE c.relname = ? AND n.nspname = ?";

    private static void name(PreparedStatement statement, int at, QualifiedName table) throws SQLException {
        statement.setString(at, table.name());
        statement.setString(at + 1, table.schema().orElse("public"));
    }

    private long estimate(Connection connection) throws SQLException {
        long total = 0;
        for (QualifiedName table : leaves()) {
            total += estimate(connection, table);
        }
        return total;
    }

    /** How many rows a table has, more or less. */
    static long estimate(Connection connection, QualifiedName table) throws SQLException {
        String sql = "SELECT (CASE WHEN c.reltuples > 0 THEN c.reltuples"
                + " ELSE pg_catalog.pg_stat_get_live_tuples(c.oid) END)::pg_catalog.int8"
                + " FROM pg_catalog.pg_class c WHERE c.oid = (" + OID + ")";
        return number(connection, sql, table);
    }

    /** Whether a table's rows are in partitions. */
    static boolean isPartitioned(Connection connection, QualifiedName table) throws SQLException {
        String sql = "SELECT (c.relkind = 'p')::pg_catalog.int4 FROM pg_catalog.pg_class c WHERE c.oid = (" + OID + ")";
        return number(connection, sql, table) == 1;
    }

    private static long pages(Connection connection, QualifiedName table) throws SQLException {
        return number(
                connection,
                "SELECT pg_catalog.pg_relation_size((" + OID + "), 'main')"
                        + " / pg_catalog.current_setting('block_size')::pg_catalog.int8",
                table);
    }

    private static long number(Connection connection, String sql, QualifiedName table) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            name(statement, 1, table);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getLong(1) : 0;
            }
        }
    }
}
