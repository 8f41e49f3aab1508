package dev.sluice.proxy.migration;

import dev.sluice.proxy.testing.TestServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** An application that goes on inserting and updating orders; {@link #stop} fails if any of its statements did. */
final class Writer implements AutoCloseable {

    private final TestServer server;
    private final String database;
    private final Thread thread;
    private final AtomicLong inserted = new AtomicLong();
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private volatile boolean stopped;

    Writer(TestServer server, String database) {
        this.server = server;
        this.database = database;
        this.thread = Thread.ofPlatform().start(this::work);
    }

    private void work() {
        try (Connection connection = server.connect(database);
                PreparedStatement insert = connection.prepareStatement("INSERT INTO orders (id, v) VALUES (?, 0)");
                PreparedStatement update = connection.prepareStatement("UPDATE orders SET v = v + 1 WHERE id = ?")) {
            while (!stopped) {
                insert.setLong(1, 1_000_000 + inserted.get());
                insert.execute();
                inserted.incrementAndGet();
                update.setLong(1, ThreadLocalRandom.current().nextLong(1, 20_000));
                update.execute();
            }
        } catch (SQLException e) {
            failure.set(e);
        }
    }

    /** @return how many rows were inserted */
    long stop() throws Exception {
        close();
        if (failure.get() != null) {
            throw failure.get();
        }
        return inserted.get();
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
