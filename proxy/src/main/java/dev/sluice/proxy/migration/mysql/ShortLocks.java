package dev.sluice.proxy.migration.mysql;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.proxy.catalog.ControlDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs statements that need a metadata lock so that they never queue for it long: everybody who comes later would queue
 * behind them. {@code lock_wait_timeout} counts in whole seconds, so a statement that still waits after the lock timeout
 * is killed from another connection, gives way, and is tried again. Thread-safe.
 */
public final class ShortLocks {

    private static final Logger LOG = LoggerFactory.getLogger(ShortLocks.class);
    private static final int LOCK_WAIT_TIMEOUT = 1205;
    private static final int INTERRUPTED = 1317;
    private static final int STATEMENT_TIMEOUT_MARIADB = 1969;

    private final ControlDatabase control;
    private final Duration timeout;
    private final Duration retry;

    public ShortLocks(ControlDatabase control, Duration timeout, Duration retry) {
        this.control = control;
        this.timeout = timeout;
        this.retry = retry;
    }

    /** What is run; its error numbers decide. */
    public interface Work<T, E extends Exception> {
        T run() throws E;
    }

    /** The server's error number in an exception. */
    public interface Code<E extends Exception> {
        int of(E e);
    }

    /** One try had to give way. */
    public record GaveWay<T>(Optional<T> done) {}

    /**
     * Tries once.
     *
     * @param connectionId of the connection that the work runs on, whose {@code lock_wait_timeout} is one second
     * @return what came of it; empty when the lock was not to be had
     */
    public <T, E extends Exception> GaveWay<T> attempt(long connectionId, Work<T, E> work, Code<E> code) throws E {
        try (Watch watch = new Watch(connectionId)) {
            try {
                return new GaveWay<>(Optional.of(work.run()));
            } catch (Exception e) {
                @SuppressWarnings("unchecked")
                E error = (E) e;
                int number = code.of(error);
                boolean locked = number == LOCK_WAIT_TIMEOUT
                        || watch.killed() && (number == INTERRUPTED || number == STATEMENT_TIMEOUT_MARIADB);
                if (locked) {
                    return new GaveWay<>(Optional.empty());
                }
                throw error;
            }
        }
    }

    /** How long to give way before the next try. */
    public Duration pause() {
        double jitter = ThreadLocalRandom.current().nextDouble(0.5, 1.5);
        return Duration.ofNanos((long) (retry.toNanos() * jitter));
    }

    /** Who holds a table's metadata lock, or has a transaction open, as a sentence. */
    public Optional<String> blockers(Optional<QualifiedName> table, long connectionId) {
        try (Connection connection = control.connection()) {
            List<String> found = table.isPresent() ? holders(connection, table.get(), connectionId) : List.of();
            if (found.isEmpty()) {
                found = transactions(connection, connectionId);
            }
            return found.isEmpty()
                    ? Optional.empty()
                    : Optional.of("waits for the metadata lock that " + String.join(", ", found) + " may hold");
        } catch (SQLException e) {
            LOG.debug("cannot see who holds the lock", e);
            return Optional.empty();
        }
    }

    private static List<String> holders(Connection connection, QualifiedName table, long own) {
        String sql = "SELECT DISTINCT t.PROCESSLIST_ID, t.PROCESSLIST_USER FROM performance_schema.metadata_locks l"
                + " JOIN performance_schema.threads t ON t.THREAD_ID = l.OWNER_THREAD_ID"
                + " WHERE l.OBJECT_TYPE = 'TABLE' AND l.OBJECT_SCHEMA = ? AND l.OBJECT_NAME = ?"
                + " AND l.LOCK_STATUS = 'GRANTED' AND t.PROCESSLIST_ID NOT IN (?, CONNECTION_ID()) LIMIT 5";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, table.schema().orElse(""));
            statement.setString(2, table.name());
            statement.setLong(3, own);
            return sessions(statement);
        } catch (SQLException e) {
            return List.of(); // MariaDB keeps no such table
        }
    }

    private static List<String> transactions(Connection connection, long own) throws SQLException {
        String sql = "SELECT p.ID, p.USER FROM information_schema.INNODB_TRX x"
                + " JOIN information_schema.PROCESSLIST p ON p.ID = x.trx_mysql_thread_id"
                + " WHERE p.ID NOT IN (?, CONNECTION_ID()) ORDER BY x.trx_started LIMIT 5";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, own);
            return sessions(statement);
        }
    }

    private static List<String> sessions(PreparedStatement statement) throws SQLException {
        List<String> sessions = new ArrayList<>();
        try (ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                sessions.add("connection " + row.getLong(1) + " of " + row.getString(2));
            }
        }
        return sessions;
    }

    /** Looks after the lock timeout, and then again and again, whether the statement waits. */
    private final class Watch implements AutoCloseable {

        private final long connectionId;
        private final CountDownLatch over = new CountDownLatch(1);
        private final AtomicBoolean killed = new AtomicBoolean();
        private final Thread thread;

        Watch(long connectionId) {
            this.connectionId = connectionId;
            thread = Thread.ofVirtual().name("lock watch " + connectionId).start(this::look);
        }

        boolean killed() {
            return killed.get();
        }

        /** The connection is at hand before it is needed: making one takes longer than the lock timeout. */
        private void look() {
            try (Connection connection = control.connection()) {
                while (!over.await(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
                    killIfWaiting(connection);
                }
            } catch (SQLException e) {
                LOG.debug("cannot watch connection {}: its own timeout will do", connectionId, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void killIfWaiting(Connection connection) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                boolean waits;
                try (ResultSet row = statement.executeQuery("SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = "
                        + connectionId + " AND STATE LIKE 'Waiting for%metadata lock'")) {
                    waits = row.next();
                }
                if (waits && over.getCount() > 0) {
                    killed.set(true);
                    statement.execute("KILL QUERY " + connectionId);
                }
            }
        }

        @Override
        public void close() {
            over.countDown();
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
