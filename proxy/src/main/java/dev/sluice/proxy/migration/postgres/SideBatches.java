package dev.sluice.proxy.migration.postgres;

import dev.sluice.proxy.backfill.PostgresBackfill.Batch;
import dev.sluice.proxy.catalog.ControlDatabase;
import dev.sluice.proxy.catalog.RoleScope;
import dev.sluice.proxy.migration.LaneCount;
import dev.sluice.proxy.migration.Run;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;

/**
 * A walk's next batches, done while the migration's own is, each on a connection and a thread of its own. They fill side by
 * side and commit in the order of the walk, each with the one cursor: what is before it is done, whenever the gateway dies.
 * For one thread.
 */
final class SideBatches implements AutoCloseable {

    private final List<WorkConnection> connections;
    private final List<Side> sides = new ArrayList<>();

    SideBatches(ControlDatabase database) {
        connections = IntStream.range(1, LaneCount.MOST)
                .mapToObj(lane -> new WorkConnection(database, " lane " + lane))
                .toList();
    }

    /** Fills, in an open transaction. */
    interface Fill {
        Batch fill(Connection connection, RoleScope scope) throws SQLException;
    }

    /** Writes down what was filled, in the same transaction, once those before it have committed. */
    interface Record {
        void record(Connection connection, Batch batch) throws SQLException;
    }

    /**
     * @param turn rows that those before it have filled, once they have committed; or that they have not
     * @param end what it has done, once it has committed
     */
    private record Side(CompletableFuture<Long> turn, CompletableFuture<Batch> end) {}

    /** The next one begins. */
    void start(Run run, Fill fill, Record record) {
        Side side = new Side(new CompletableFuture<>(), new CompletableFuture<>());
        WorkConnection work = connections.get(sides.size());
        sides.add(side);
        Thread.ofVirtual().name("lane " + sides.size()).start(() -> {
            try {
                side.end.complete(work.inTransaction(run, (connection, scope) -> {
                    Batch filled = fill.fill(connection, scope);
                    Batch told = filled.behind(side.turn.join());
                    record.record(connection, told);
                    return told;
                }));
            } catch (SQLException | RuntimeException e) {
                side.end.completeExceptionally(e);
            }
        });
    }

    /**
     * Those before them have committed: now they do, in their order.
     *
     * @param before rows that were filled in the batch before them
     * @return what each has done
     * @throws SQLException of the first that failed; those behind it are rolled back
     */
    List<Batch> commit(long before) throws SQLException {
        List<Batch> done = new ArrayList<>();
        try {
            long rows = before;
            for (Side side : sides) {
                side.turn.complete(rows);
                Batch batch = side.end.get();
                rows += batch.rows();
                done.add(batch);
            }
            return done;
        } catch (ExecutionException e) {
            throw failure(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("interrupted", "57014", e);
        } finally {
            abandon();
        }
    }

    private static SQLException failure(ExecutionException failed) {
        if (failed.getCause() instanceof RuntimeException e) {
            throw e;
        }
        return failed.getCause() instanceof SQLException e ? e : new SQLException(failed);
    }

    /** Those that have not committed are rolled back; ends when all of them have ended. */
    void abandon() {
        sides.forEach(
                side -> side.turn.completeExceptionally(new CancellationException("the batch before has failed")));
        sides.forEach(side -> side.end.handle((batch, failure) -> true).join());
        sides.clear();
    }

    @Override
    public void close() {
        abandon();
        connections.forEach(WorkConnection::close);
    }
}
