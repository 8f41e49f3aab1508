package dev.sluice.proxy.migration;

import dev.sluice.proxy.catalog.ControlDatabase;
import dev.sluice.proxy.ledger.LedgerEntry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches one database's ledger and runs what waits there, each migration on a virtual thread of its own. Any number of
 * gateways may do so: the ledger's leases see to it that each migration is run by one.
 */
final class DatabaseRunner implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseRunner.class);
    private static final String NO_SUCH_DATABASE = "3D000";
    private static final Duration SWEEP_INTERVAL = Duration.ofMinutes(10);
    private static final Duration LONGEST_IDLE_POLL = Duration.ofMinutes(1);

    private final Engine engine;
    private final ControlDatabase database;
    private final RunnerSettings settings;
    private final Semaphore glances;
    private final MigrationEnd.Listener listener;
    private final Map<Long, MigrationRun> runs = new ConcurrentHashMap<>();
    private final Map<Long, Thread> threads = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition woken = lock.newCondition();
    private final Thread watcher;
    private boolean wake;
    private volatile boolean busy;
    private volatile boolean closed;
    private long sweptAt = System.nanoTime();

    /** @param glances bounds how many idle databases of one server are looked at at once */
    DatabaseRunner(
            Engine engine,
            ControlDatabase database,
            RunnerSettings settings,
            Semaphore glances,
            MigrationEnd.Listener listener) {
        this.engine = engine;
        this.database = database;
        this.settings = settings;
        this.glances = glances;
        this.listener = listener;
        this.watcher = Thread.ofVirtual().name("ledger " + database).start(this::watch);
    }

    /** Has the ledger looked at now. */
    void wake() {
        lock.lock();
        try {
            wake = true;
            woken.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * While nothing is under way it keeps no connection, and looks ever more rarely: there may be many databases. Who
     * starts a migration here wakes it.
     */
    private void watch() {
        Duration idle = settings.idlePoll();
        try {
            while (!closed) {
                try {
                    busy = busy ? look() : glance();
                } catch (SQLException e) {
                    LOG.debug("ledger of {} not read", database, e);
                    if (NO_SUCH_DATABASE.equals(e.getSQLState())) {
                        sleep(SWEEP_INTERVAL);
                    }
                }
                boolean active = busy || !runs.isEmpty();
                idle = active ? settings.idlePoll() : longer(idle);
                sleep(active ? settings.poll() : idle);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits that long, or until a migration that is run here is done with: its client waits no longer than it takes. */
    void pause(long id, Duration most) throws InterruptedException {
        Thread thread = threads.get(id);
        if (thread == null) {
            Thread.sleep(most);
        } else {
            thread.join(most);
        }
    }

    /** Whether the ledger had something to run or running when it was looked at last, by whichever gateway. */
    boolean busy() {
        return busy;
    }

    private static Duration longer(Duration idle) {
        Duration doubled = idle.multipliedBy(2);
        return doubled.compareTo(LONGEST_IDLE_POLL) > 0 ? LONGEST_IDLE_POLL : doubled;
    }

    private boolean look() throws SQLException {
        try (Connection connection = database.connection()) {
            return look(connection);
        }
    }

    private boolean glance() throws SQLException, InterruptedException {
        glances.acquire();
        try (Connection connection = database.dedicated("sluice ledger")) {
            return look(connection);
        } finally {
            glances.release();
        }
    }

    private boolean look(Connection connection) throws SQLException {
        if (!engine.ledger().upgraded(connection)) {
            return false;
        }
        while (!closed && runs.size() < settings.maxConcurrent()) {
            Optional<LedgerEntry> claimed =
                    engine.ledger().claim(connection, settings.gateway(), settings.lease(), OptionalLong.empty());
            if (claimed.isEmpty()) {
                break;
            }
            start(claimed.get());
        }
        if (System.nanoTime() - sweptAt > SWEEP_INTERVAL.toNanos()) {
            sweptAt = System.nanoTime();
            for (long swept : engine.ledger().sweep(connection)) {
                engine.forget(connection, swept);
            }
        }
        return engine.ledger().busy(connection);
    }

    private void start(LedgerEntry entry) {
        MigrationRun run = new MigrationRun(engine, database, settings, listener, entry);
        runs.put(entry.id(), run);
        if (closed) {
            // Claimed while this was being closed: who closes may have passed already.
            run.stop();
        }
        threads.put(
                entry.id(), Thread.ofVirtual().name("migration " + entry.id()).start(() -> execute(entry.id(), run)));
    }

    private void execute(long id, MigrationRun run) {
        try {
            run.execute();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            runs.remove(id);
            threads.remove(id);
            wake();
        }
    }

    private void sleep(Duration duration) throws InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(duration.toMillis());
            while (!wake && !closed && left > 0) {
                left = woken.awaitNanos(left);
            }
            wake = false;
        } finally {
            lock.unlock();
        }
    }

    /** Lets batches under way end, and gives the leases back. */
    @Override
    public void close() {
        closed = true;
        wake();
        runs.values().forEach(MigrationRun::stop);
        try {
            for (Thread thread : threads.values()) {
                thread.join(settings.lease());
            }
            watcher.join(settings.lease());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
