package dev.sluice.proxy.migration.mysql;

import dev.sluice.proxy.backfill.Lanes;
import dev.sluice.proxy.catalog.ControlDatabase;
import dev.sluice.proxy.migration.LaneCount;
import dev.sluice.proxy.migration.Run;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Connections on which a migration's updates run beside those on its own. Each update is a transaction that commits only
 * while the migration is this gateway's, and that has ended when the migration's own goes on: so the checkpoint never says
 * that something was done which was not. After a crash in between, what they have filled is not pending and is passed over.
 * For one thread.
 */
final class SideConnections implements AutoCloseable {

    private final List<WorkConnection> sides = new ArrayList<>();

    SideConnections(ControlDatabase database) {
        for (int lane = 1; lane < LaneCount.MOST; lane++) {
            sides.add(new WorkConnection(database, lane));
        }
    }

    /** So many lanes, the migration's own connection among them. */
    Lanes lanes(Run run, int count) {
        return count == 1 ? Lanes.OWN : new Beside(run, count);
    }

    private final class Beside implements Lanes {

        private final Run run;
        private final int count;

        Beside(Run run, int count) {
            this.run = run;
            this.count = count;
        }

        @Override
        public int count() {
            return count;
        }

        @Override
        public List<Long> connections() {
            return sides.stream().map(WorkConnection::id).filter(id -> id != 0).toList();
        }

        @Override
        public List<Long> update(Connection own, List<String> statements) throws SQLException {
            List<FutureTask<Long>> updates = new ArrayList<>();
            updates.add(new FutureTask<>(() -> Lanes.updated(own, statements.getFirst())));
            List<Thread> threads = new ArrayList<>();
            for (int i = 1; i < statements.size(); i++) {
                FutureTask<Long> update = beside(sides.get(i - 1), statements.get(i));
                updates.add(update);
                threads.add(Thread.ofVirtual().name("lane " + i).start(update));
            }
            updates.getFirst().run();
            await(threads);
            List<Long> rows = new ArrayList<>();
            for (FutureTask<Long> update : updates) {
                rows.add(result(update));
            }
            return rows;
        }

        private FutureTask<Long> beside(WorkConnection side, String statement) {
            return new FutureTask<>(() -> side.besides(run, open -> Lanes.updated(open, statement)));
        }
    }

    private void await(List<Thread> threads) throws SQLException {
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
            throw new SQLException("interrupted", "57014", e);
        }
    }

    private static long result(FutureTask<Long> update) throws SQLException {
        try {
            return update.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SQLException failed) {
                throw failed;
            }
            if (e.getCause() instanceof RuntimeException failed) {
                throw failed;
            }
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("interrupted", "57014", e);
        }
    }

    @Override
    public void close() {
        sides.forEach(WorkConnection::close);
    }
}
