package dev.sluice.proxy.backfill;

import dev.sluice.policies.plan.Step;
import dev.sluice.proxy.backfill.BackfillCursor.Stage;
import dev.sluice.proxy.catalog.RoleScope;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * A client's UPDATE or DELETE on PostgreSQL, batch by batch in key order, in transactions of the caller's. The walk is
 * bounded by the last key at its begin. Nothing is skipped: where a row is locked the caller asks for the same range
 * again, in a smaller batch.
 */
public final class PostgresBatches {

    private final Step.Batches step;
    private List<String> types = List.of();
    private boolean partitioned;

    public PostgresBatches(Step.Batches step) {
        this.step = step;
    }

    /** Does one batch in the connection's transaction. Its rows are those that the statement would have counted. */
    public Walked next(Connection connection, RoleScope scope, BackfillCursor cursor) throws SQLException {
        if (types.isEmpty()) {
            types = PostgresBackfill.keyTypes(connection, step.table(), step.keyColumns());
            partitioned = PostgresBackfill.isPartitioned(connection, step.table());
        }
        PostgresBackfillSql sql = new PostgresBackfillSql(
                new Step.Backfill(step.table(), List.of(), "true", step.keyColumns(), List.of(), false),
                step.table(),
                types,
                partitioned);
        return cursor.stage() == Stage.BEGIN ? begin(connection, scope, sql, cursor) : walk(scope, sql, cursor);
    }

    private Walked begin(Connection connection, RoleScope scope, PostgresBackfillSql sql, BackfillCursor cursor)
            throws SQLException {
        List<String> last = scope.run(Optional.of(sql.lastKey()), List.of()).reached();
        if (last.isEmpty()) {
            return new Walked(cursor, 0, true);
        }
        long total = PostgresBackfill.estimate(connection, step.table());
        return new Walked(cursor.bounds(last, 0, total), 0, false);
    }

    private Walked walk(RoleScope scope, PostgresBackfillSql sql, BackfillCursor cursor) throws SQLException {
        String probe = sql.endOfBatch(cursor.last(), cursor.upper(), cursor.batchRows());
        String write =
                step.head() + " WHERE (" + step.condition() + ") AND " + sql.within(cursor.last(), cursor.upper());
        RoleScope.Result result = scope.run(Optional.of(probe), List.of(write));
        boolean end = result.reached().isEmpty();
        BackfillCursor after = cursor.walked(end ? cursor.upper() : result.reached(), result.rows());
        return new Walked(after, result.rows(), end);
    }
}
