package dev.sluice.proxy.migration.postgres;

import dev.sluice.policies.plan.Step;
import dev.sluice.proxy.catalog.RoleScope;
import dev.sluice.proxy.ledger.Draft;
import dev.sluice.proxy.ledger.LeaseLostException;
import dev.sluice.proxy.migration.Outcome;
import dev.sluice.proxy.migration.Run;
import dev.sluice.proxy.migration.RunnerSettings;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A long statement that admits readers and writers. No lock timeout cuts it short, since what it waits for stops nobody;
 * but whom it waits for is watched and said, because it may be somebody who waits for this migration.
 */
final class OnlineStatement {

    private static final Logger LOG = LoggerFactory.getLogger(OnlineStatement.class);
    private static final String TRIED = "tried";
    private static final Pattern CONCURRENTLY = Pattern.compile(
            "\\s*(CREATE\\s+(UNIQUE\\s+)?INDEX|DROP\\s+INDEX|REINDEX\\b.*|REFRESH\\s+MATERIALIZED\\s+VIEW|ALTER\\s+TABLE\\b.*\\bDETACH\\s+PARTITION\\b.*)"
                    + "\\s+CONCURRENTLY\\b.*",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private final WorkConnection work;
    private final ShortStatements statements;
    private final RunnerSettings settings;

    OnlineStatement(WorkConnection work, ShortStatements statements, RunnerSettings settings) {
        this.work = work;
        this.statements = statements;
        this.settings = settings;
    }

    /** Whether a statement may not run in a transaction. */
    static boolean isConcurrent(String sql) {
        return CONCURRENTLY.matcher(sql).matches();
    }

    Outcome run(Step.Online step, Run run) throws SQLException {
        if (isDone(step, run)) {
            return done(run);
        }
        if (run.position().cursor().equals(TRIED)) {
            Optional<Outcome> wait = clean(step, run);
            if (wait.isPresent()) {
                return wait.get();
            }
            // What was tried before may be complete with that: a partition whose detaching was left half way.
            if (isDone(step, run)) {
                return done(run);
            }
        } else {
            run.advance(run.position().at(TRIED), run.progress());
        }
        if (!isConcurrent(step.sql())) {
            return inTransaction(step, run);
        }
        try {
            alone(step.sql(), run);
        } catch (SQLException e) {
            if (e.getSQLState() != null && e.getSQLState().startsWith("23")) {
                // The remains of a failed unique index would go on refusing rows.
                clean(step, run);
            }
            throw e;
        }
        return done(run);
    }

    private boolean isDone(Step.Online step, Run run) throws SQLException {
        return step.doneWhen().isPresent() && holds(step.doneWhen().get(), run);
    }

    private static Outcome done(Run run) throws SQLException {
        run.advance(run.next(), run.progress().because(""));
        return new Outcome.Done();
    }

    private Outcome inTransaction(Step.Online step, Run run) throws SQLException {
        return work.inTransaction(run, (connection, scope) -> {
            try (Watch watch = new Watch(run, connection)) {
                scope.run(List.of(step.sql()));
            }
            run.advance(connection, run.next(), run.progress().because(""));
            return new Outcome.Done();
        });
    }

    /** @return a reason to wait, or empty when nothing remains of a former try */
    private Optional<Outcome> clean(Step.Online step, Run run) throws SQLException {
        for (String sql : step.cleanup()) {
            if (isConcurrent(sql)) {
                alone(sql, run);
            } else if (statements.run(List.of(sql), run, c -> {}) instanceof Outcome.Wait wait) {
                return Optional.of(wait);
            }
        }
        return Optional.empty();
    }

    private boolean holds(String doneWhen, Run run) throws SQLException {
        try (Connection connection = run.database().connection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(doneWhen)) {
            return row.next() && row.getBoolean(1);
        }
    }

    /**
     * Runs a statement outside a transaction, under the role that asked. The server itself runs what an index's
     * expressions call under the table's owner, without a way back.
     */
    void alone(String sql, Run run) throws SQLException {
        Connection connection = work.plain(run);
        Draft draft = run.entry().draft();
        ShortStatements.execute(
                connection,
                "SET ROLE " + RoleScope.quoted(draft.requestedBy()) + "; "
                        + RoleScope.searchPathChange(draft.searchPath(), false));
        try (Statement statement = connection.createStatement();
                Watch watch = new Watch(run, connection)) {
            statement.execute(sql);
        } finally {
            reset(connection);
        }
    }

    private void reset(Connection connection) {
        try {
            ShortStatements.execute(connection, "RESET ROLE; SET search_path = pg_catalog, pg_temp");
        } catch (SQLException e) {
            work.close();
        }
    }

    /** Looks from another connection whom the statement waits for, says so, and breaks it off when asked to. */
    private final class Watch implements AutoCloseable {

        private final Run run;
        private final CountDownLatch over = new CountDownLatch(1);
        private final Thread thread;

        Watch(Run run, Connection connection) {
            this.run = run;
            run.signals().onInterrupt(() -> cancel(connection));
            thread = Thread.ofVirtual().name("watch " + run.entry().id()).start(this::look);
        }

        private static void cancel(Connection connection) {
            try {
                connection.unwrap(PGConnection.class).cancelQuery();
            } catch (SQLException e) {
                LOG.debug("statement not cancelled", e);
            }
        }

        private void look() {
            try {
                while (!over.await(settings.poll().toMillis(), TimeUnit.MILLISECONDS)) {
                    try {
                        run.note(false, work.blockers().orElse(""));
                    } catch (SQLException e) {
                        LOG.debug(
                                "cannot see whom migration {} waits for",
                                run.entry().id(),
                                e);
                    }
                }
            } catch (LeaseLostException e) {
                LOG.debug("{}", e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {
            run.signals().onInterrupt(() -> {});
            over.countDown();
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
