package dev.sluice.proxy.migration.mysql;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.proxy.catalog.ControlDatabase;
import dev.sluice.proxy.session.Gate;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs statements that need a metadata lock so that they never queue for it long: everybody who comes later would queue
 * behind them. {@code lock_wait_timeout} counts in whole seconds, so a statement that still waits after the lock timeout
 * is killed from another connection, gives way, and is tried again. For one thread.
 */
public final class ShortLocks {

    private static final Logger LOG = LoggerFactory.getLogger(ShortLocks.class);
    private static final int LOCK_WAIT_TIMEOUT = 1205;
    private static final int INTERRUPTED = 1317;
    private static final int STATEMENT_TIMEOUT_MARIADB = 1969;

    private static final Duration IN_PASSING = Duration.ofMillis(5);

    private final ControlDatabase control;
    private final Gate gate;
    private final Times times;
    private long deniedSince;
    private LostWork lost = LostWork.NONE;

    /**
     * @param gate before the server, closed for moments
     * @param times how long a statement waits for its lock, and gives way
     */
    public ShortLocks(ControlDatabase control, Gate gate, Times times) {
        this.control = control;
        this.gate = gate;
        this.times = times;
    }

    /**
     * @param timeout how long a statement queues for a lock; longer after one has {@linkplain LostWork lost its work}
     * @param keep how long clients are kept from beginning anything, so that it need not queue
     * @param retry how long all are left alone before the next try; jittered
     * @param insistAfter for how long a table must have been in use at each try, before a statement queues for its lock all
     *     the same
     */
    public record Times(Duration timeout, Duration keep, Duration retry, Duration insistAfter) {

        /** For statements that change metadata only. */
        public static Times of(Duration timeout, Duration retry, Duration patience) {
            return new Times(timeout, timeout, retry, patience.dividedBy(2));
        }
    }

    /** What runs on one connection. */
    public interface Attempt<T, E extends Exception> {
        T run() throws E;

        /** The server's error number in an exception. */
        int code(E e);

        /**
         * Whether it may be tried any number of times without ever waiting: it changes metadata only, and the server takes
         * 0 for {@code lock_wait_timeout}, as MariaDB does.
         */
        boolean triesInPassing();

        /** Sets how long the connection's statements wait for a metadata lock. */
        void lockWait(int seconds) throws E;

        /** What ends its statement, from another connection. */
        default String kill(long connectionId) {
            return "KILL QUERY " + connectionId;
        }

        /** A harmless statement on the same connection: a kill that came too late hits this one instead of the next. */
        void absorbKill() throws E;
    }

    /** One try had to give way. */
    public record GaveWay<T>(Optional<T> done) {}

    /**
     * Tries at a moment when nobody uses the table; when no such moment has come for long, also when somebody does.
     *
     * @param table which is to be locked
     * @param connectionId of the connection that the work runs on, whose {@code lock_wait_timeout} is one second
     * @return what came of it; empty when the lock was not to be had
     */
    public <T, E extends Exception> GaveWay<T> attempt(
            Optional<QualifiedName> table, long connectionId, Attempt<T, E> work) throws E {
        GaveWay<T> tried = work.triesInPassing()
                ? inPassing(connectionId, work)
                : table.isPresent() ? quietly(table.get(), connectionId, work) : attempt(connectionId, work);
        if (tried.done().isPresent()) {
            deniedSince = 0;
            lost = LostWork.NONE;
            return tried;
        }
        long now = System.nanoTime();
        deniedSince = deniedSince == 0 ? now : deniedSince;
        return now - deniedSince > times.insistAfter().toNanos() ? attempt(connectionId, work) : tried;
    }

    private <T, E extends Exception> GaveWay<T> quietly(QualifiedName table, long connectionId, Attempt<T, E> work)
            throws E {
        try (QuietMoment moment = new QuietMoment(gate, table, connectionId, times.keep())) {
            return switch (moment.await(control)) {
                case QUIET, UNKNOWN -> attempt(connectionId, work);
                case BUSY -> new GaveWay<>(Optional.empty());
            };
        }
    }

    /** Tries again and again for a while without ever waiting, at last with others kept from beginning anything. */
    private <T, E extends Exception> GaveWay<T> inPassing(long connectionId, Attempt<T, E> work) throws E {
        work.lockWait(0);
        try {
            GaveWay<T> tried = inPassing(connectionId, work, times.retry());
            if (tried.done().isPresent()) {
                return tried;
            }
            try (Gate.Closing closing = gate.close(times.keep())) {
                return inPassing(connectionId, work, times.keep());
            }
        } finally {
            work.lockWait(1);
        }
    }

    private <T, E extends Exception> GaveWay<T> inPassing(long connectionId, Attempt<T, E> work, Duration most)
            throws E {
        long deadline = System.nanoTime() + most.toNanos();
        GaveWay<T> tried = attempt(connectionId, work);
        while (tried.done().isEmpty() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(IN_PASSING.toNanos());
            tried = attempt(connectionId, work);
        }
        return tried;
    }

    private <T, E extends Exception> GaveWay<T> attempt(long connectionId, Attempt<T, E> work) throws E {
        LockWatch watch =
                new LockWatch(control, connectionId, work.kill(connectionId), lost.timeout(times.timeout()), gate);
        long began = System.nanoTime();
        try {
            return new GaveWay<>(Optional.of(work.run()));
        } catch (Exception e) {
            @SuppressWarnings("unchecked")
            E error = (E) e;
            watch.close();
            int number = work.code(error);
            boolean locked = number == LOCK_WAIT_TIMEOUT
                    || watch.killed() && (number == INTERRUPTED || number == STATEMENT_TIMEOUT_MARIADB);
            if (locked) {
                lost = lost.after(Duration.ofNanos(System.nanoTime() - began), times.timeout());
                return new GaveWay<>(Optional.empty());
            }
            throw error;
        } finally {
            watch.close();
            if (watch.killed()) {
                absorb(work);
            }
        }
    }

    private static <T, E extends Exception> void absorb(Attempt<T, E> work) {
        try {
            work.absorbKill();
        } catch (Exception e) {
            LOG.debug("a kill that came too late: {}", e.getMessage());
        }
    }

    /** Whether a statement changes metadata only, or is refused at once. */
    public static boolean isInstant(String sql) {
        return sql.endsWith("ALGORITHM=INSTANT");
    }

    /** How long to give way before the next try. */
    public Duration pause() {
        double jitter = ThreadLocalRandom.current().nextDouble(0.5, 1.5);
        return Duration.ofNanos((long) (times.retry().toNanos() * jitter));
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
}
