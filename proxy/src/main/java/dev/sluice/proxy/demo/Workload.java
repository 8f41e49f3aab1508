package dev.sluice.proxy.demo;

import dev.sluice.proxy.catalog.KeptConnection;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * An application at work: short reads and writes that arrive at fixed times, whether or not earlier ones are through, as
 * users do. Latencies count from the planned start. Thread-safe.
 */
final class Workload implements AutoCloseable {

    private static final int THREADS = 6;

    private final Client client;
    private final String table;
    private final int rows;
    private final long intervalNanos;
    private final long origin = System.nanoTime();
    private final AtomicLong nextArrival = new AtomicLong();
    private final AtomicReference<Measurement> measurement = new AtomicReference<>(new Measurement());
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    private Workload(Client client, String table, int rows, int perSecond) {
        this.client = client;
        this.table = table;
        this.rows = rows;
        this.intervalNanos = 1_000_000_000L / perSecond;
    }

    static Workload start(Client client, String table, int rows, int perSecond) throws SQLException {
        Workload workload = new Workload(client, table, rows, perSecond);
        List<KeptConnection> connections = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            KeptConnection connection = new KeptConnection();
            connection.get(workload::connect);
            connections.add(connection);
        }
        for (KeptConnection connection : connections) {
            Thread thread = Thread.ofPlatform().name("shop").daemon().start(() -> workload.run(connection));
            workload.threads.add(thread);
        }
        return workload;
    }

    /** Begins another measurement. @return the one that ends here */
    Measurement measure() {
        Measurement before = measurement.getAndSet(new Measurement());
        before.end();
        return before;
    }

    /** The measurement that is going on. */
    Measurement current() {
        return measurement.get();
    }

    private Connection connect() throws SQLException {
        return client.connect("shop");
    }

    private void run(KeptConnection connection) {
        try (connection) {
            while (!stopped) {
                long planned = origin + nextArrival.getAndIncrement() * intervalNanos;
                long wait = planned - System.nanoTime();
                if (wait > 0) {
                    LockSupport.parkNanos(wait);
                }
                try {
                    transaction(connection.get(this::connect));
                    measurement.get().committed(planned);
                } catch (SQLException e) {
                    measurement.get().failed(e);
                    connection.close();
                }
            }
        }
    }

    private void transaction(Connection connection) throws SQLException {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long id = random.nextLong(1, rows + 1L);
        int kind = random.nextInt(100);
        if (kind < 50) {
            update(connection, "SELECT status, amount FROM " + table + " WHERE id = ?", id);
        } else if (kind < 80) {
            update(connection, "UPDATE " + table + " SET counter = counter + 1 WHERE id = ?", id);
        } else if (kind < 90) {
            update(
                    connection,
                    "INSERT INTO " + table + " (customer_id, status, amount, note) VALUES (?, 'new', 1, 'demo')",
                    id % 100_000);
        } else {
            connection.setAutoCommit(false);
            update(connection, "UPDATE " + table + " SET status = 'paid' WHERE id = ?", id);
            update(connection, "SELECT counter FROM " + table + " WHERE id = ?", id);
            connection.commit();
            connection.setAutoCommit(true);
        }
    }

    private static void update(Connection connection, String sql, long argument) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, argument);
            statement.execute();
        }
    }

    @Override
    public void close() {
        stopped = true;
        for (Thread thread : threads) {
            try {
                thread.join(Duration.ofSeconds(10));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
