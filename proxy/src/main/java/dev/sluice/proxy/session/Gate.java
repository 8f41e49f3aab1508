package dev.sluice.proxy.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Where the clients of one server wait for a moment before they begin something, while a schema change takes a lock that
 * whoever has begun already might run into. What is under way goes on. It opens by itself: a closing holds no longer than it
 * said, whatever has become of who closed it. No thread waits here: who has to is told by a task. Thread-safe.
 */
public final class Gate {

    private final List<Closing> closings = new ArrayList<>();
    private final List<Runnable> waiting = new ArrayList<>();
    /** Whether anybody has closed it, so that who passes an open gate reads this alone. */
    private volatile boolean closed;

    /** Keeps the gate closed until it is closed itself, or its time is over. */
    public final class Closing implements AutoCloseable {
        private final long untilNanos;

        private Closing(long untilNanos) {
            this.untilNanos = untilNanos;
        }

        /** Lets everybody in for whom no other closing holds. */
        @Override
        public void close() {
            open(this);
        }
    }

    /** Closes the gate for a time, after which it is open whether or not the closing was ended. */
    public synchronized Closing close(Duration most) {
        Closing closing = new Closing(System.nanoTime() + most.toNanos());
        closings.add(closing);
        closed = true;
        return closing;
    }

    private void open(Closing closing) {
        List<Runnable> released;
        synchronized (this) {
            closings.remove(closing);
            if (!closings.isEmpty()) {
                return;
            }
            closed = false;
            released = List.copyOf(waiting);
            waiting.clear();
        }
        released.forEach(Runnable::run);
    }

    /** Whether somebody may have to wait: {@link #await} says whether it is so. */
    public boolean isClosed() {
        return closed;
    }

    /**
     * Has a task run when the gate is opened; it may run on any thread, and more than once is not to be feared.
     *
     * @return after how many nanoseconds to ask again at the latest, since nobody may open; empty: the gate is open
     */
    public synchronized OptionalLong await(Runnable opened) {
        long now = System.nanoTime();
        long left = closings.stream()
                .mapToLong(closing -> closing.untilNanos - now)
                .max()
                .orElse(0);
        if (left <= 0) {
            return OptionalLong.empty();
        }
        waiting.add(opened);
        return OptionalLong.of(left);
    }
}
