package dev.sluice.proxy.backfill;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the updates of one batch run at the same time: the first in the batch's own transaction, each of the others in one
 * of its own. Nothing is lost when those commit and the batch does not: what they have filled is not pending any more.
 */
public interface Lanes {

    /** The batch's own connection, and no other. */
    Lanes OWN = new Lanes() {
        @Override
        public int count() {
            return 1;
        }

        @Override
        public List<Long> connections() {
            return List.of();
        }

        @Override
        public List<Long> update(Connection own, List<String> statements) throws SQLException {
            List<Long> rows = new ArrayList<>();
            for (String statement : statements) {
                rows.add(updated(own, statement));
            }
            return rows;
        }
    };

    /** How many updates may run at once. */
    int count();

    /** What the server calls the connections besides the batch's own. */
    List<Long> connections();

    /**
     * Runs updates, the first on the batch's own connection. The transactions of the others have ended when this returns,
     * and when it throws.
     *
     * @return the rows that each has changed
     * @throws SQLException one of them failed: the batch is to be rolled back, and others of its updates may have committed
     */
    List<Long> update(Connection own, List<String> statements) throws SQLException;

    /** Runs one update. */
    static long updated(Connection connection, String statement) throws SQLException {
        try (Statement update = connection.createStatement()) {
            return update.executeLargeUpdate(statement);
        }
    }
}
