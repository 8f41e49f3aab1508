package dev.sluice.proxy.backfill;

import dev.sluice.policies.plan.Step;
import dev.sluice.proxy.backfill.BackfillCursor.Stage;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/**
 * A client's UPDATE or DELETE on MySQL and MariaDB, batch by batch in key order, in transactions of the caller's at READ
 * COMMITTED. The rows of a batch are locked first, without waiting: error 3572 or 1205 says that one is locked, and the
 * caller asks for the same range again, in a smaller batch.
 */
public final class MySqlBatches {

    private final Step.Batches step;
    private final MySqlBackfill walk;

    public MySqlBatches(Step.Batches step) {
        this.step = step;
        this.walk = new MySqlBackfill(
                new Step.Backfill(step.table(), List.of(), "1 = 1", step.keyColumns(), List.of(), false));
    }

    /** Does one batch in the connection's transaction. Its rows are those that the connection counts. */
    public Walked next(Connection connection, BackfillCursor cursor) throws SQLException {
        if (cursor.stage() == Stage.BEGIN) {
            Optional<List<String>> last = walk.lastKey(connection);
            return last.isEmpty()
                    ? new Walked(cursor, 0, true)
                    : new Walked(cursor.bounds(last.get(), 0, walk.estimate(connection)), 0, false);
        }
        Optional<List<String>> end = walk.endOfBatch(connection, cursor);
        BackfillCursor.Range range = new BackfillCursor.Range(cursor.last(), end.orElse(cursor.upper()));
        String where = " WHERE (" + step.condition() + ") AND " + walk.within(range);
        long rows = 0;
        if (MySqlText.number(connection, "SELECT COUNT(*) FROM " + step.from() + where + " FOR UPDATE NOWAIT") > 0) {
            try (Statement statement = connection.createStatement()) {
                statement.setEscapeProcessing(false);
                rows = statement.executeLargeUpdate(step.head() + where);
            }
        }
        return new Walked(cursor.walked(range.to(), rows), rows, end.isEmpty());
    }
}
