package dev.sluice.proxy.testing;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** Goes on doing something on a connection of its own until it is closed, or has failed. */
public abstract class Background implements AutoCloseable {

    /** Whoever goes on doing something leaves the machine to the others for a moment. */
    private static final long BREATH_NANOS = 1_000_000;

    private final AtomicReference<Optional<SQLException>> failure = new AtomicReference<>(Optional.empty());
    private volatile boolean over;
    private Thread thread = Thread.currentThread();

    /** Where the connection comes from. */
    public interface Connector {
        Connection connect() throws SQLException;
    }

    /** Is done again and again. */
    protected abstract void once(Statement statement) throws SQLException;

    protected final void start(Connector connector) {
        thread = Thread.ofVirtual().start(() -> {
            try (Connection connection = connector.connect();
                    Statement statement = connection.createStatement()) {
                while (!over) {
                    once(statement);
                    LockSupport.parkNanos(BREATH_NANOS);
                }
            } catch (SQLException e) {
                failure.set(Optional.of(e));
            }
        });
    }

    public final Optional<SQLException> failure() {
        return failure.get();
    }

    @Override
    public final void close() throws InterruptedException {
        over = true;
        thread.join();
    }
}
