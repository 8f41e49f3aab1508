package dev.sluice.proxy.migration.mysql;

import dev.sluice.policies.plan.Step;
import dev.sluice.proxy.backfill.BackfillCursor;
import dev.sluice.proxy.backfill.MySqlBackfill;
import dev.sluice.proxy.migration.Batches;
import dev.sluice.proxy.migration.PerStep;
import dev.sluice.proxy.migration.Run;
import dev.sluice.proxy.migration.mysql.RangeBook.Range;
import dev.sluice.proxy.throttle.Pacer.Turn;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * One of the connections that fill a backfill's ranges. It takes a range and does its batches, each in a transaction with
 * the range's cursor, and then takes another one. A batch that deadlocks or times out is rolled back and comes again
 * smaller: nothing is skipped. For one thread at a time.
 */
final class Lane {

    /** Replicas apply a batch as one transaction, row by row. */
    private static final int MOST_ROWS = 10_000;

    /**
     * So many times the usual time a batch lasts while nobody else uses the server: some milliseconds of each are its commit, its
     * cursor and the look for others, however many rows it has, and whoever comes meets one such batch at most.
     */
    private static final int TIMES_ALONE = 2;

    /** Lock wait timeout, deadlock; a statement's own time limit on MySQL and on MariaDB. */
    private static final Set<Integer> IN_THE_WAY = Set.of(1205, 1213, 3024, 1969);

    private final Transactions transactions;
    private final Batches batches = new Batches();
    private final PerStep<Step.Backfill, MySqlBackfill> backfill = new PerStep<>(MySqlBackfill::new);
    private Optional<Range> mine = Optional.empty();

    Lane(Transactions transactions) {
        this.transactions = transactions;
    }

    /** Where its batches run. */
    interface Transactions {
        <T> T run(Run run, WorkConnection.Work<T> work) throws SQLException;
    }

    /** What is filled, and over which connections, as the server calls them. */
    record Job(Step.Backfill step, Run run, RangeBook ranges, Supplier<Set<Long>> connections) {}

    /** What a batch has done in its open transaction, and where it leads. */
    record Filled(MySqlBackfill.Batch batch, RangeBook.Move move) {}

    /** Writes a batch down in its own transaction, which must be rolled back when the lease is lost. */
    interface Ending {
        void on(Connection open, Filled filled) throws SQLException;
    }

    /**
     * What came of a batch that has committed.
     *
     * @param rows filled
     * @param finished whether nothing is left of the step
     * @param blocked whether all that is left of the range is locked by others
     * @param free whether it went without a look for locked rows, since nobody else wrote
     */
    record Did(long rows, Duration took, boolean finished, boolean blocked, boolean free) {
        /** Nothing: somebody was in the way, and it comes again. */
        static final Did NOTHING = new Did(0, Duration.ZERO, false, false, false);
    }

    /** Does a batch of a range of its own; empty where there is none. */
    Optional<Did> batch(Job job, Turn.Go go, Ending ending) throws SQLException {
        if (mine.isEmpty()) {
            mine = job.ranges().take();
        }
        return mine.isEmpty() ? Optional.empty() : Optional.of(batch(job, mine.get(), go, ending));
    }

    /** Does a batch of a range that is nobody's. */
    Did batch(Job job, Range range, Turn.Go turn, Ending ending) throws SQLException {
        Turn.Go go = turn.alone()
                ? new Turn.Go(turn.batchTime().multipliedBy(TIMES_ALONE), turn.maxRows(), turn.reason(), true)
                : turn;
        int rows = Math.min(MOST_ROWS, batches.rows(range.cursor().batchRows(), go));
        long begin = System.nanoTime();
        Filled filled;
        try {
            filled = transactions.run(job.run(), open -> {
                Filled done = fill(job, range, rows, begin, go, open);
                ending.on(open, done);
                return done;
            });
        } catch (SQLException e) {
            batches.failed(rows);
            if (IN_THE_WAY.contains(e.getErrorCode()) && rows > 1) {
                return Did.NOTHING;
            }
            throw e;
        }
        job.ranges().committed(filled.move());
        mine = mine.map(walked -> filled.move().near())
                .filter(moved -> !moved.cursor().walked());
        MySqlBackfill.Batch batch = filled.batch();
        return new Did(batch.rows(), since(begin), batch.finished(), batch.blocked(), batch.unlooked());
    }

    private Filled fill(Job job, Range range, int rows, long begin, Turn.Go go, Connection open) throws SQLException {
        MySqlBackfill fill = backfill.of(job.step());
        MySqlBackfill.Batch batch = fill.next(open, range.cursor().sized(rows), go.alone(), job.connections());
        int next = batches.did(rows, batch.rows(), since(begin), go);
        BackfillCursor moved = batch.cursor().sized(next);
        Optional<MySqlBackfill.Halves> halves = job.ranges().wanted() ? fill.halves(moved) : Optional.empty();
        RangeBook.Move move = halves.map(both -> job.ranges().halved(range.number(), both))
                .orElseGet(() -> RangeBook.Move.whole(new Range(range.number(), moved)));
        return new Filled(batch, move);
    }

    private static Duration since(long begin) {
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    /** Leaves its range to others. */
    void putBack(RangeBook ranges) {
        mine.ifPresent(ranges::putBack);
        mine = Optional.empty();
    }
}
