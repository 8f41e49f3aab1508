package dev.sluice.proxy.testing;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * An application that goes on inserting and updating orders, with a breath between; {@link #stop} fails if any of its
 * statements did.
 */
public final class Writer implements AutoCloseable {

    /** How it connects. */
    public interface Source {
        Connection connect() throws SQLException;
    }

    /** Without it the application would have the machine for itself, and a table that grows as fast as it is filled. */
    private static final long BREATH_NANOS = 1_000_000;

    private final Source source;
    private final int rows;
    private final Seed seed = Seed.fresh();
    private final Thread thread;
    private final AtomicLong inserted = new AtomicLong();
    private final AtomicLong updated = new AtomicLong();
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private volatile boolean stopped;

    /** @param rows that the table orders has, with ids from 1 on */
    public Writer(Source source, int rows) {
        this.source = source;
        this.rows = rows;
        this.thread = Thread.ofPlatform().start(this::work);
    }

    private void work() {
        try (Connection connection = source.connect();
                PreparedStatement insert = connection.prepareStatement("INSERT INTO orders (id, v) VALUES (?, 0)");
                PreparedStatement update = connection.prepareStatement("UPDATE orders SET v = v + 1 WHERE id = ?")) {
            Random random = seed.random();
            while (!stopped) {
                insert.setLong(1, rows + 1 + inserted.get());
                insert.execute();
                inserted.incrementAndGet();
                update.setLong(1, random.nextLong(1, rows));
                update.execute();
                updated.incrementAndGet();
                LockSupport.parkNanos(BREATH_NANOS);
            }
        } catch (SQLException e) {
            failure.set(e);
        }
    }

    /** @return how many rows were inserted */
    public long stop() throws Exception {
        close();
        if (failure.get() != null) {
            throw new IllegalStateException("a statement of the application's failed; " + seed, failure.get());
        }
        return inserted.get();
    }

    /** How many times a row's v was counted up. */
    public long updated() {
        return updated.get();
    }

    @Override
    public void close() {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
