package dev.sluice.proxy.migration.mysql;

import dev.sluice.proxy.catalog.ControlDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps everybody from writing to a table for a moment. The server itself ends it: lock, wait and unlock are sent in one
 * go, so that nobody is kept for longer when this gateway stands still, is killed, or loses its connection.
 *
 * @param locker a connection of its own that takes several statements at once; it is ended with the pause
 * @param id what the server calls it
 * @param most how long the pause lasts at most
 */
record WritePause(Connection locker, long id, String table, ControlDatabase control, Duration most) {

    private static final long LOOK_NANOS = Duration.ofMillis(1).toNanos();

    private static final String HOLDS =
            "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID = ? AND STATE = 'User sleep'";

    /** What is done meanwhile. */
    interface Work {
        void run() throws SQLException;
    }

    /**
     * Does something while nobody writes. Blocks.
     *
     * @return whether the pause lasted until all of it was done
     * @throws SQLException what the work, or the lock, has failed of
     */
    boolean during(Work work) throws SQLException {
        try (ExecutorService thread = Executors.newVirtualThreadPerTaskExecutor();
                Connection other = control.connection();
                PreparedStatement holds = other.prepareStatement(HOLDS)) {
            holds.setLong(1, id);
            Future<Void> pause = thread.submit(this::pause);
            try {
                return begins(holds, pause) && lasts(work, holds);
            } finally {
                end(other);
            }
        }
    }

    private Void pause() throws SQLException {
        JdbcAttempt.execute(
                locker,
                String.format(
                        Locale.ROOT,
                        "LOCK TABLES %s READ; DO SLEEP(%.3f); UNLOCK TABLES",
                        table,
                        most.toNanos() / 1e9));
        return null;
    }

    /** Who waits behind the lock has it: so it is seen to be held before the work, and still held behind it. */
    private static boolean begins(PreparedStatement holds, Future<Void> pause) throws SQLException {
        while (!isHeld(holds)) {
            if (pause.isDone()) {
                answer(pause);
                return false;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return true;
    }

    private static boolean lasts(Work work, PreparedStatement holds) throws SQLException {
        work.run();
        return isHeld(holds);
    }

    private static boolean isHeld(PreparedStatement holds) throws SQLException {
        try (ResultSet row = holds.executeQuery()) {
            return row.next() && row.getInt(1) == 1;
        }
    }

    /** Nobody waits for the rest of it. */
    private void end(Connection other) throws SQLException {
        try (Statement statement = other.createStatement()) {
            statement.execute("KILL CONNECTION " + id);
        } catch (SQLException e) {
            if (e.getErrorCode() != WorkConnection.NO_SUCH_THREAD) {
                throw e;
            }
        }
    }

    /** What came of something that ran beside. Blocks until it has ended. */
    static <T> T answer(Future<T> future) throws SQLException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SQLException failed) {
                throw failed;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("interrupted", "57014", e);
        }
    }
}
