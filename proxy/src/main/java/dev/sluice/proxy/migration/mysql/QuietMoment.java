package dev.sluice.proxy.migration.mysql;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.proxy.catalog.ControlDatabase;
import dev.sluice.proxy.session.Gate;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a moment at which no transaction uses a table, for a statement that needs its metadata lock: clients who would begin
 * something wait at the gate, and those who are at it come to their end. A statement that had to wait for the lock, however
 * shortly, would have a transaction that has read the table and now writes to it wait for the statement that waits for it,
 * and the server would end the transaction with error 1213. Nobody is kept for a transaction that has lasted so long already
 * that it will hardly end in a moment. For one thread; blocks.
 */
final class QuietMoment implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(QuietMoment.class);
    private static final long LOOK_NANOS = Duration.ofMillis(2).toNanos();
    private static final int LOOK_SECONDS = 1;

    /** A transaction that has lasted so many times the moment is not waited for. */
    private static final int LONG = 2;

    private static final long PICOS_PER_NANO = 1_000;

    /** How many use the table, and for how long the one that began first has; idle since when, if in no transaction. */
    private static final String USERS =
            "SELECT COUNT(*), COALESCE(MAX(COALESCE(e.TIMER_WAIT, t.PROCESSLIST_TIME * 1000000000000)), 0)"
                    + " FROM performance_schema.metadata_locks l"
                    + " JOIN performance_schema.threads t ON t.THREAD_ID = l.OWNER_THREAD_ID"
                    + " LEFT JOIN performance_schema.events_transactions_current e"
                    + " ON e.THREAD_ID = l.OWNER_THREAD_ID AND e.STATE = 'ACTIVE'"
                    + " WHERE l.OBJECT_TYPE = 'TABLE' AND l.OBJECT_SCHEMA = ? AND l.OBJECT_NAME = ?"
                    + " AND l.LOCK_STATUS = 'GRANTED' AND t.PROCESSLIST_ID NOT IN (?, CONNECTION_ID())";

    private final Gate gate;
    private final QualifiedName table;
    private final long connectionId;
    private final Duration most;
    private Gate.Closing closing;

    /** What has come of it. */
    enum Found {
        /** Nobody uses the table, and the gate is still closed. */
        QUIET,
        /** Somebody does, and has not come to an end. */
        BUSY,
        /** The server does not tell; the gate is still closed. */
        UNKNOWN
    }

    /**
     * @param connectionId of the connection that the statement runs on, which may use the table
     * @param most how long clients are kept for it, and as long again while the statement runs
     */
    QuietMoment(Gate gate, QualifiedName table, long connectionId, Duration most) {
        this.gate = gate;
        this.table = table;
        this.connectionId = connectionId;
        this.most = most;
        this.closing = gate.close(Duration.ZERO);
    }

    private record Users(int count, Duration longest) {}

    /** Blocks until nobody uses the table, but no longer than clients may be kept. */
    Found await(ControlDatabase control) {
        try (Connection connection = control.connection();
                PreparedStatement look = connection.prepareStatement(USERS)) {
            look.setQueryTimeout(LOOK_SECONDS);
            look.setString(1, table.schema().orElse(""));
            look.setString(2, table.name());
            look.setLong(3, connectionId);
            if (users(look).longest().compareTo(most.multipliedBy(LONG)) > 0) {
                return Found.BUSY;
            }
            keep();
            return settles(look) ? kept(Found.QUIET) : left(Found.BUSY);
        } catch (SQLException e) {
            LOG.debug("cannot see who uses {}", table, e);
            return kept(Found.UNKNOWN);
        }
    }

    private boolean settles(PreparedStatement look) throws SQLException {
        long deadline = System.nanoTime() + most.toNanos();
        while (users(look).count() > 0) {
            if (System.nanoTime() > deadline || Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return true;
    }

    private Found left(Found found) {
        closing.close();
        return found;
    }

    /** The statement has as long for itself as was waited for it. */
    private Found kept(Found found) {
        keep();
        return found;
    }

    private void keep() {
        Gate.Closing before = closing;
        closing = gate.close(most);
        before.close();
    }

    private static Users users(PreparedStatement look) throws SQLException {
        try (ResultSet row = look.executeQuery()) {
            row.next();
            return new Users(row.getInt(1), Duration.ofNanos(row.getLong(2) / PICOS_PER_NANO));
        }
    }

    /** Opens the gate. */
    @Override
    public void close() {
        closing.close();
    }
}
