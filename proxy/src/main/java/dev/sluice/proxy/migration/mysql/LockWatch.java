package dev.sluice.proxy.migration.mysql;

import dev.sluice.proxy.catalog.ControlDatabase;
import dev.sluice.proxy.session.Gate;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches one statement from another connection, and kills it once it has waited for a metadata lock as long as it may:
 * everybody who comes later queues behind it. Looks several times within that time, so that a statement that works first
 * and waits later is not left waiting either. Clients are kept at the gate while it waits, so that those who hold the lock
 * come to their end and nobody takes their place. Thread-safe.
 */
final class LockWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LockWatch.class);
    private static final int LOOKS = 5;
    private static final Duration SELDOM = Duration.ofMillis(50);
    private static final Duration OFTEN_FOR = Duration.ofSeconds(2);
    private static final Duration CONNECT = Duration.ofSeconds(5);

    private final ControlDatabase control;
    private final long connectionId;
    private final String kill;
    private final Duration timeout;
    private final Gate gate;
    private final CountDownLatch ready = new CountDownLatch(1);
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicBoolean killed = new AtomicBoolean();
    private final Thread thread;
    /** The watching thread's. */
    private Optional<Gate.Closing> closing = Optional.empty();

    /**
     * Returns once the watch can see: making its connection may take longer than the statement may wait. Blocks.
     *
     * @param kill ends the statement
     */
    LockWatch(ControlDatabase control, long connectionId, String kill, Duration timeout, Gate gate) {
        this.control = control;
        this.kill = kill;
        this.gate = gate;
        this.connectionId = connectionId;
        this.timeout = timeout;
        this.thread = Thread.ofVirtual().name("lock watch " + connectionId).start(this::watch);
        try {
            if (!ready.await(CONNECT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("connection {} is not watched yet: its own timeout will do", connectionId);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether a kill was sent. Certain once this is closed. */
    boolean killed() {
        return killed.get();
    }

    private void watch() {
        try (Connection connection = control.connection();
                Statement statement = connection.createStatement()) {
            ready.countDown();
            look(statement);
        } catch (SQLException e) {
            LOG.debug("cannot watch connection {}: its own timeout will do", connectionId, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ready.countDown();
            letClientsPass();
        }
    }

    private void look(Statement statement) throws SQLException, InterruptedException {
        long began = System.nanoTime();
        long waitsSince = 0;
        Duration often = timeout.dividedBy(LOOKS);
        while (true) {
            boolean seldom = waitsSince == 0 && System.nanoTime() - began > OFTEN_FOR.toNanos();
            long pause = Math.max(often.toNanos(), seldom ? SELDOM.toNanos() : 0);
            if (over.await(pause, TimeUnit.NANOSECONDS)) {
                return;
            }
            long now = System.nanoTime();
            if (!waits(statement)) {
                waitsSince = 0;
            } else if (waitsSince == 0) {
                waitsSince = Math.max(began, now - pause);
                keepClients();
            }
            if (waitsSince != 0 && now - waitsSince >= timeout.toNanos() - pause && over.getCount() > 0) {
                killed.set(true);
                statement.execute(kill);
            }
        }
    }

    private void keepClients() {
        letClientsPass();
        closing = Optional.of(gate.close(timeout));
    }

    private void letClientsPass() {
        closing.ifPresent(Gate.Closing::close);
        closing = Optional.empty();
    }

    private boolean waits(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = "
                + connectionId + " AND STATE LIKE 'Waiting for%metadata lock'")) {
            return row.next();
        }
    }

    /** Ends the watch and waits for that. */
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
