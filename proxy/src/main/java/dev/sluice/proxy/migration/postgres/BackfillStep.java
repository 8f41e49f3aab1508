package dev.sluice.proxy.migration.postgres;

import dev.sluice.policies.plan.Step;
import dev.sluice.proxy.backfill.BackfillCursor;
import dev.sluice.proxy.backfill.PostgresBackfill;
import dev.sluice.proxy.catalog.ControlDatabase;
import dev.sluice.proxy.catalog.RoleScope;
import dev.sluice.proxy.migration.Batches;
import dev.sluice.proxy.migration.LaneCount;
import dev.sluice.proxy.migration.Outcome;
import dev.sluice.proxy.migration.PerStep;
import dev.sluice.proxy.migration.Run;
import dev.sluice.proxy.migration.RunnerSettings;
import dev.sluice.proxy.throttle.Pacer;
import dev.sluice.proxy.throttle.Pacer.Turn;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Does a backfill's batches, each in a transaction with its cursor, sizes them, and rests where the throttle says so. On a
 * server that nobody else uses several are done side by side, where that is faster. A batch that meets a lock, deadlocks or takes too long is rolled back and comes again smaller: nothing is skipped.
 */
final class BackfillStep implements AutoCloseable {

    /** A batch that lasts so many times longer than it should is broken off. */
    private static final int TIMEOUT_BATCHES = 20;

    /** A batch that lasts so many times longer than the work in it is smaller the next time all the same. */
    private static final int MOST_WAITING = 4;

    private static final long LEAST_TIMEOUT_MS = 1_000;
    private static final long LEAST_LOCK_TIMEOUT_MS = 5;
    private static final String TIMED_OUT = "57014";

    private static final String LOCKED = "55P03";

    /** Who holds a row waits for the batch; or has changed it meanwhile. */
    private static final Set<String> DEADLOCKED = Set.of("40P01", "40001");

    private final WorkConnection work;
    private final RunnerSettings settings;
    private final Pacer pacer;
    private final Batches batches = new Batches();
    private final PerStep<Step.Backfill, PostgresBackfill> backfill;
    private final SideBatches sides;
    private LaneCount lanes = LaneCount.ORDERED;
    private boolean conflict;
    private long begin;

    /** Rows that were filled beside the last batch. */
    private long beside;

    BackfillStep(WorkConnection work, ControlDatabase database, RunnerSettings settings, Pacer pacer) {
        this.work = work;
        this.sides = new SideBatches(database);
        this.settings = settings;
        this.pacer = pacer;
        this.backfill = new PerStep<>(step -> new PostgresBackfill(step, work.version()));
    }

    Outcome run(Step.Backfill step, Run run) throws SQLException {
        Pacer.Work worker = run.work(RoleScope.quoted(step.table()));
        return switch (pacer.before(worker, run.signals().maxRowsPerSecond())) {
            case Turn.Rest rest -> new Outcome.Wait(rest.pause(), !rest.reason().isEmpty(), rest.reason());
            case Turn.Go go -> batch(step, run, worker, go);
        };
    }

    private Outcome batch(Step.Backfill step, Run run, Pacer.Work worker, Turn.Go go) throws SQLException {
        BackfillCursor stored = BackfillCursor.read(
                run.position().cursor(),
                run.progress().rowsDone(),
                run.progress().rowsTotal());
        int rows = batches.rows(stored.batchRows(), go);
        int atOnce = go.alone() && !conflict && !inOrder(step) ? lanes.count() : 1;
        Round round = new Round(step, run, go, rows);
        List<PostgresBackfill.Batch> done;
        try {
            done = round.of(stored.sized(rows), atOnce);
        } catch (SQLException e) {
            run.rolledBack();
            lanes = lanes.afterFailure();
            return again(run, rows, e);
        }
        conflict = false;
        PostgresBackfill.Batch last = done.getLast();
        long filled = done.stream().mapToLong(PostgresBackfill.Batch::rows).sum();
        beside = filled - done.getFirst().rows();
        pacer.after(new Pacer.Batch(worker, filled, took()));
        if (go.alone()) {
            lanes = lanes.after(done.size(), filled, took(), go.batchTime());
        }
        if (last.finished()) {
            pacer.leave(worker);
            return new Outcome.Done();
        }
        return last.blocked() ? blocked(step, run, last) : new Outcome.Advanced();
    }

    /** Numbers of a sequence go to rows in the order of the walk, as one statement would hand them out. */
    private static boolean inOrder(Step.Backfill step) {
        return step.assignments().stream()
                .anyMatch(a -> a.expression().toLowerCase(Locale.ROOT).contains("nextval"));
    }

    /** One batch, and those that are done beside it. */
    private final class Round {
        private final Step.Backfill step;
        private final Run run;
        private final Turn.Go go;
        private final int rows;
        private int next;

        Round(Step.Backfill step, Run run, Turn.Go go, int rows) {
            this.step = step;
            this.run = run;
            this.go = go;
            this.rows = rows;
        }

        /** What each has done, once all have committed. */
        List<PostgresBackfill.Batch> of(BackfillCursor from, int atOnce) throws SQLException {
            List<PostgresBackfill.Batch> done = new ArrayList<>();
            try {
                done.add(work.inTransaction(run, (connection, scope) -> {
                    begin = System.nanoTime();
                    scope.prepare(transactionSettings(step, rows, go));
                    PostgresBackfill.Batch own = own(connection, scope, from, atOnce);
                    next = batches.did(rows, own.rows() + beside, sized(scope.worked()), go);
                    record(connection, own);
                    return own;
                }));
                done.addAll(sides.commit(done.getFirst().rows()));
            } finally {
                sides.abandon();
            }
            return done;
        }

        private PostgresBackfill.Batch own(Connection connection, RoleScope scope, BackfillCursor from, int atOnce)
                throws SQLException {
            PostgresBackfill fill = backfill.of(step);
            List<BackfillCursor> ahead = atOnce == 1 ? List.of() : fill.ahead(connection, scope, from, atOnce - 1);
            for (int i = 0; i < ahead.size(); i++) {
                BackfillCursor begins = ahead.get(i);
                Optional<BackfillCursor> ends = i + 1 < ahead.size() ? Optional.of(ahead.get(i + 1)) : Optional.empty();
                sides.start(run, (side, role) -> beside(side, role, begins, ends), this::record);
            }
            return ahead.isEmpty()
                    ? fill.next(connection, scope, from, conflict)
                    : fill.until(connection, scope, from, ahead.getFirst());
        }

        private PostgresBackfill.Batch beside(
                Connection connection, RoleScope scope, BackfillCursor from, Optional<BackfillCursor> to)
                throws SQLException {
            scope.prepare(transactionSettings(step, rows, go));
            PostgresBackfill fill = backfill.of(step);
            return to.isPresent()
                    ? fill.until(connection, scope, from, to.get())
                    : fill.next(connection, scope, from, false);
        }

        private void record(Connection connection, PostgresBackfill.Batch batch) throws SQLException {
            batches.record(connection, run, batch.walked(), next, go, remark(step));
        }
    }

    private Duration took() {
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    /**
     * How long a batch has lasted as far as its rows are the reason. Beside others most of the time goes by waiting for a
     * core with each of its statements: fewer rows would not make that shorter, and do little for what a batch costs.
     *
     * @param worked what the server needed for the rows
     */
    private Duration sized(Duration worked) {
        Duration took = took();
        Duration least = took.dividedBy(MOST_WAITING);
        return worked.compareTo(least) < 0 ? least : worked.compareTo(took) > 0 ? took : worked;
    }

    /** The same range again, without waiting for rows that others hold; in smaller pieces where that was the trouble. */
    private Outcome again(Run run, int rows, SQLException e) throws SQLException {
        String state = String.valueOf(e.getSQLState());
        boolean deadlocked = DEADLOCKED.contains(state);
        boolean timedOut = TIMED_OUT.equals(state) && !run.signals().interrupted();
        if (deadlocked || timedOut) {
            batches.failed(rows);
        }
        if ((!conflict && (deadlocked || LOCKED.equals(state))) || (timedOut && rows > 1)) {
            conflict |= !timedOut;
            return new Outcome.Advanced();
        }
        throw e;
    }

    /**
     * A batch and its cursor are lost together or not at all, so nobody needs to wait for the disk; what ends the step
     * commits synchronously, and all that went before with it. A single row may take as long as it does.
     */
    private String transactionSettings(Step.Backfill step, int rows, Turn.Go go) {
        String replica = step.suppressTriggers() && work.maySuppressTriggers()
                ? "SET LOCAL session_replication_role = replica; "
                : "";
        long timeoutMs = rows == 1
                ? 0
                : Math.max(LEAST_TIMEOUT_MS, TIMEOUT_BATCHES * go.batchTime().toMillis());
        return "SET LOCAL row_security = off; SET LOCAL synchronous_commit = off; SET LOCAL lock_timeout = "
                + lockTimeoutMs(go) + "; SET LOCAL statement_timeout = " + timeoutMs + "; " + replica;
    }

    /** While a batch waits for a row, others wait for those that it has written: no longer than the batch should last. */
    private long lockTimeoutMs(Turn.Go go) {
        long most = settings.lockTimeout().toMillis();
        return Math.clamp(go.batchTime().toMillis(), Math.min(LEAST_LOCK_TIMEOUT_MS, most), most);
    }

    private String remark(Step.Backfill step) {
        return step.suppressTriggers() && !work.maySuppressTriggers()
                ? "user triggers fire: the gateway's role may not set session_replication_role"
                : "";
    }

    private Outcome blocked(Step.Backfill step, Run run, PostgresBackfill.Batch batch) throws SQLException {
        String why;
        try (Connection other = run.database().connection()) {
            why = Blockers.on(other, backfill.of(step).leaf(batch.cursor()), work.pid())
                    .orElse("rows are locked by another session");
        }
        return new Outcome.Wait(settings.lockRetry(), false, why);
    }

    @Override
    public void close() {
        sides.close();
    }
}
