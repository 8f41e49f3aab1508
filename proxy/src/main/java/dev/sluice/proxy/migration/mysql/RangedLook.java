package dev.sluice.proxy.migration.mysql;

import dev.sluice.policies.plan.Step;
import dev.sluice.proxy.backfill.MySqlBackfill;
import dev.sluice.proxy.catalog.ControlDatabase;
import dev.sluice.proxy.migration.LaneCount;
import dev.sluice.proxy.migration.Run;
import dev.sluice.proxy.throttle.Pacer;
import dev.sluice.proxy.throttle.Pacer.Turn;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a table for rows that a backfill has left, in several ranges of its key at once, on a server that nobody else uses.
 * A row that moves from one range to another must not be missed by both: so the snapshots of all readers are made while a
 * lock on the table keeps everybody from writing to it, at a moment when nobody does anyway, and for a moment. For one
 * thread.
 */
final class RangedLook {

    private static final Logger LOG = LoggerFactory.getLogger(RangedLook.class);

    /** Who comes just then and writes waits so long at most. */
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final WorkConnection work;
    private final ControlDatabase database;
    private final ShortLocks locks;
    private final Pacer pacer;

    /** @param locks how the table is locked for the moment in which the snapshots are made */
    RangedLook(WorkConnection work, ControlDatabase database, ShortLocks locks, Pacer pacer) {
        this.work = work;
        this.database = database;
        this.locks = locks;
        this.pacer = pacer;
    }

    /** Whether no row is left; empty where one read of the whole table has to tell. Blocks. */
    Optional<Boolean> nothingLeft(Step.Backfill step, Run run) throws SQLException {
        Pacer.Work worker = run.work(step.table().toString());
        try {
            return pacer.before(worker, run.signals().maxRowsPerSecond()) instanceof Turn.Go go && go.alone()
                    ? alone(step, run, worker)
                    : Optional.empty();
        } finally {
            pacer.leave(worker);
        }
    }

    private Optional<Boolean> alone(Step.Backfill step, Run run, Pacer.Work worker) throws SQLException {
        long begin = System.nanoTime();
        try {
            return inRanges(step, run);
        } finally {
            pacer.after(new Pacer.Batch(worker, 0, Duration.ofNanos(System.nanoTime() - begin)));
        }
    }

    private Optional<Boolean> inRanges(Step.Backfill step, Run run) throws SQLException {
        List<String> looks = new MySqlBackfill(step).looks(work.plain(run), LaneCount.MOST);
        if (looks.size() < 2 || inCluster(work.plain(run))) {
            return Optional.empty();
        }
        List<WorkConnection> readers = new ArrayList<>();
        looks.forEach(look -> readers.add(new WorkConnection(database, LaneCount.MOST + readers.size())));
        try {
            List<Connection> open = open(readers, run);
            return snapshots(step, run, open) ? Optional.of(read(looks, open)) : Optional.empty();
        } finally {
            readers.forEach(WorkConnection::close);
        }
    }

    /** Whether a Galera cluster applies the writes of other nodes, which no lock of this one keeps off. */
    private static boolean inCluster(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SHOW GLOBAL STATUS LIKE 'wsrep_cluster_size'")) {
            return row.next() && row.getInt(2) > 0;
        }
    }

    private static List<Connection> open(List<WorkConnection> readers, Run run) throws SQLException {
        List<Connection> open = new ArrayList<>();
        for (WorkConnection reader : readers) {
            Connection connection = reader.plain(run);
            JdbcAttempt.execute(connection, "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ");
            open.add(connection);
        }
        return open;
    }

    private boolean snapshots(Step.Backfill step, Run run, List<Connection> readers) throws SQLException {
        String table = new MySqlBackfill(step).table();
        try (WorkConnection locker = WorkConnection.ofScripts(database, LaneCount.MOST + readers.size())) {
            Connection open = locker.plain(run);
            WritePause pause = new WritePause(open, locker.id(), table, database, PAUSE);
            return locks.attempt(Optional.of(step.table()), locker.id(), new Snapshots(open, pause, readers))
                    .done()
                    .orElse(false);
        } catch (SQLException e) {
            LOG.debug("cannot lock {} for a moment", table, e);
            return false;
        }
    }

    /** Made by all readers while nobody writes to the table; false: somebody may have. */
    private record Snapshots(Connection connection, WritePause pause, List<Connection> readers)
            implements JdbcAttempt<Boolean> {

        @Override
        public Boolean run() throws SQLException {
            return pause.during(this::begin);
        }

        private void begin() throws SQLException {
            for (Connection reader : readers) {
                JdbcAttempt.execute(reader, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
            }
        }

        @Override
        public boolean triesInPassing() {
            return false;
        }

        /** A kill of the query that came late would end the wait, and what is behind it, which gives the lock back. */
        @Override
        public String kill(long connectionId) {
            return "KILL CONNECTION " + connectionId;
        }
    }

    private static boolean read(List<String> looks, List<Connection> readers) throws SQLException {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> answers = new ArrayList<>();
            for (int i = 0; i < looks.size(); i++) {
                Connection reader = readers.get(i);
                String look = looks.get(i);
                answers.add(threads.submit(() -> DdlSteps.holds(reader, look)));
            }
            boolean nothing = true;
            for (Future<Boolean> answer : answers) {
                nothing &= WritePause.answer(answer);
            }
            return nothing;
        }
    }
}
