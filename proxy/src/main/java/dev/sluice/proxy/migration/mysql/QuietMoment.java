package dev.sluice.proxy.migration.mysql;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.proxy.catalog.ControlDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for a moment at which no transaction uses a table, before a statement is sent that needs its metadata lock. One that
 * had to wait for it, however shortly, would not only have everybody wait who comes later: a transaction that has read the
 * table and now writes to it would wait for the statement that waits for it, and the server would end the transaction
 * with error 1213. Tells only what is so at the moment: somebody may still come in between.
 */
final class QuietMoment {

    private static final Logger LOG = LoggerFactory.getLogger(QuietMoment.class);
    private static final long LOOK_NANOS = Duration.ofMillis(2).toNanos();
    private static final int LOOK_SECONDS = 1;

    private static final String IN_USE = "SELECT 1 FROM performance_schema.metadata_locks WHERE OBJECT_TYPE = 'TABLE'"
            + " AND OBJECT_SCHEMA = ? AND OBJECT_NAME = ? AND LOCK_STATUS = 'GRANTED' AND OWNER_THREAD_ID NOT IN"
            + " (SELECT THREAD_ID FROM performance_schema.threads WHERE PROCESSLIST_ID IN (?, CONNECTION_ID())) LIMIT 1";

    private final ControlDatabase control;

    QuietMoment(ControlDatabase control) {
        this.control = control;
    }

    /**
     * Blocks until nobody uses the table, but no longer than a given time: a table that somebody always uses must be
     * changed, too. Returns at once where the server does not tell, as MariaDB does not.
     *
     * @param connectionId of the connection that the statement runs on, which may use it
     */
    void await(QualifiedName table, long connectionId, Duration most) {
        long deadline = System.nanoTime() + most.toNanos();
        try (Connection connection = control.connection();
                PreparedStatement look = connection.prepareStatement(IN_USE)) {
            look.setQueryTimeout(LOOK_SECONDS);
            look.setString(1, table.schema().orElse(""));
            look.setString(2, table.name());
            look.setLong(3, connectionId);
            while (inUse(look)
                    && System.nanoTime() < deadline
                    && !Thread.currentThread().isInterrupted()) {
                LockSupport.parkNanos(LOOK_NANOS);
            }
        } catch (SQLException e) {
            LOG.debug("cannot see who uses {}", table, e);
        }
    }

    private static boolean inUse(PreparedStatement look) throws SQLException {
        try (ResultSet row = look.executeQuery()) {
            return row.next();
        }
    }
}
