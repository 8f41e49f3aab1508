package dev.sluice.proxy.migration.mysql;

import dev.sluice.proxy.catalog.ControlDatabase;
import dev.sluice.proxy.migration.LaneCount;
import dev.sluice.proxy.migration.mysql.Lane.Did;
import dev.sluice.proxy.throttle.Pacer.Turn;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/**
 * The lanes of a backfill beside the migration's own, each on a connection and a thread of its own. They do what their
 * owner was allowed last, and end with a batch when they are allowed no more. For one thread.
 */
final class SideLanes implements AutoCloseable {

    /** How long a lane waits for a range before it looks whether it should wait at all. */
    private static final Duration LOOK = Duration.ofMillis(50);

    private final List<Side> sides = new ArrayList<>();
    private final AtomicLong rows = new AtomicLong();
    private final AtomicReference<Optional<Throwable>> failure = new AtomicReference<>(Optional.empty());
    private volatile int allowed;

    SideLanes(ControlDatabase database) {
        for (int lane = 1; lane < LaneCount.MOST; lane++) {
            sides.add(new Side(lane - 1, new WorkConnection(database, lane)));
        }
    }

    /** Has so many lanes at work from now on, each at its next batch. */
    void allow(int count, Lane.Job job, Turn.Go go) {
        allowed = count;
        sides.stream().limit(count).forEach(side -> side.start(job, go));
    }

    /** Whether there may be any at work. */
    boolean working() {
        return allowed > 0 && failure.get().isEmpty();
    }

    int allowed() {
        return allowed;
    }

    /** What the server calls their connections. */
    Set<Long> connections() {
        return sides.stream().map(side -> side.work.id()).filter(id -> id != 0).collect(Collectors.toUnmodifiableSet());
    }

    /** Rows that they have filled since this was asked last. */
    long collect() {
        return rows.getAndSet(0);
    }

    /**
     * Waits until their batches under way have ended.
     *
     * @throws SQLException what one of them has failed of
     */
    void end() throws SQLException {
        allowed = 0;
        try {
            for (Side side : sides) {
                side.thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
            throw new SQLException("interrupted", "57014", e);
        }
        Optional<Throwable> failed = failure.getAndSet(Optional.empty());
        if (failed.isPresent()) {
            rethrow(failed.get());
        }
    }

    private static void rethrow(Throwable failed) throws SQLException {
        switch (failed) {
            case SQLException e -> throw e;
            case RuntimeException e -> throw e;
            default -> throw new IllegalStateException(failed);
        }
    }

    /** One of them. Its thread is the owner's to start, and ends by itself. */
    private final class Side {

        private final int index;
        private final WorkConnection work;
        private final Lane lane;
        private Thread thread = new Thread();
        private volatile Turn.Go go = new Turn.Go(Duration.ZERO, 1, "", false);

        Side(int index, WorkConnection work) {
            this.index = index;
            this.work = work;
            this.lane = new Lane(work::transaction);
        }

        void start(Lane.Job job, Turn.Go now) {
            go = now;
            if (!thread.isAlive()) {
                thread = Thread.ofVirtual().name("lane " + (index + 1)).start(() -> work(job));
            }
        }

        private void work(Lane.Job job) {
            try {
                boolean free = true;
                while (free && index < allowed && !job.ranges().walked()) {
                    Optional<Did> did = lane.batch(job, go, (open, filled) -> {
                        job.ranges().record(open, filled.move());
                        job.run().mustHold(open);
                    });
                    did.ifPresent(batch -> rows.addAndGet(batch.rows()));
                    free = did.map(Did::free).orElse(true);
                    if (did.isEmpty()) {
                        job.ranges().await(LOOK);
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (SQLException | RuntimeException e) {
                failure.compareAndSet(Optional.empty(), Optional.of(e));
            } finally {
                lane.putBack(job.ranges());
            }
        }
    }

    @Override
    public void close() {
        sides.forEach(side -> side.work.close());
    }
}
