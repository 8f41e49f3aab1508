package dev.sluice.proxy.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * The ranges of one step's backfill on MySQL and MariaDB: a batch writes the row of its range in its own transaction, under
 * {@link Ledger#mustHold}, so batches in different ranges do not wait for each other. Stateless and thread-safe.
 *
 * @param migration that the step belongs to
 * @param step where it stands in the plan; the cursor does not matter
 */
public record BackfillRanges(long migration, Position step) {

    private static final String OF_STEP = " WHERE migration = ? AND phase_index = ? AND step_index = ?";

    /** All of them; none before the first is added. */
    public List<BackfillRange> read(Connection connection) throws SQLException {
        String sql = "SELECT number, step_cursor, rows_done FROM sluice.backfill_ranges" + OF_STEP + " ORDER BY number";
        return ofStep(Sql.on(connection, sql))
                .all(row -> new BackfillRange(row.getInt(1), row.getString(2), row.getLong(3)));
    }

    public void add(Connection connection, BackfillRange range) throws SQLException {
        String sql = "INSERT INTO sluice.backfill_ranges"
                + " (migration, phase_index, step_index, number, step_cursor, rows_done) VALUES (?, ?, ?, ?, ?, ?)";
        ofStep(Sql.on(connection, sql))
                .with(range.number())
                .with(range.cursor())
                .with(range.rowsDone())
                .update();
    }

    /** Writes down, in a batch's transaction, how far its range has come. */
    public void advance(Connection connection, BackfillRange range) throws SQLException {
        String sql = "UPDATE sluice.backfill_ranges SET step_cursor = ?, rows_done = ?" + OF_STEP + " AND number = ?";
        ofStep(Sql.on(connection, sql).with(range.cursor()).with(range.rowsDone()))
                .with(range.number())
                .update();
    }

    /** Forgets them, once the step is done. */
    public void clear(Connection connection) throws SQLException {
        ofStep(Sql.on(connection, "DELETE FROM sluice.backfill_ranges" + OF_STEP))
                .update();
    }

    /** Forgets whatever a migration that has ended has left. */
    public static void forget(Connection connection, long migration) throws SQLException {
        Sql.on(connection, "DELETE FROM sluice.backfill_ranges WHERE migration = ?")
                .with(migration)
                .update();
    }

    private Sql ofStep(Sql sql) {
        return sql.with(migration).with(step.phase()).with(step.step());
    }
}
