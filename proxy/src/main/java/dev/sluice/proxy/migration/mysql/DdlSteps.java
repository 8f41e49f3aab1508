package dev.sluice.proxy.migration.mysql;

import dev.sluice.policies.plan.Step;
import dev.sluice.proxy.catalog.ControlDatabase;
import dev.sluice.proxy.migration.Outcome;
import dev.sluice.proxy.migration.Run;
import dev.sluice.proxy.migration.RunnerSettings;
import dev.sluice.proxy.session.Gate;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Statements that commit by themselves. Before each one the ledger says that it is tried, behind it that it is done; one
 * that was tried and finds its work done already was interrupted between the two.
 */
final class DdlSteps {

    private static final String TRIED = "tried ";
    private static final Duration ONLINE_LOCK = Duration.ofMillis(150);
    private static final Duration RARE = Duration.ofSeconds(5);
    private static final int TOLD_AFTER_TRIES = 2;

    /** Exists already: database, table, column, key, constraint, check. */
    private static final Set<Integer> THERE = Set.of(1007, 1050, 1060, 1061, 1826, 3822);
    /** Is missing already: table, column or key, constraint, check. */
    private static final Set<Integer> GONE = Set.of(1091, 1051, 1146, 1054, 3940, 3821);

    private final WorkConnection work;
    private final RunnerSettings settings;
    private final ShortLocks shortLocks;
    private final ShortLocks onlineLocks;
    private int tries;

    DdlSteps(WorkConnection work, ControlDatabase database, Gate gate, RunnerSettings settings) {
        this.work = work;
        this.settings = settings;
        ShortLocks.Times times = times(settings);
        this.shortLocks = new ShortLocks(database, gate, times);
        this.onlineLocks = new ShortLocks(
                database, gate, new ShortLocks.Times(ONLINE_LOCK, times.keep(), times.retry(), times.insistAfter()));
    }

    static ShortLocks.Times times(RunnerSettings settings) {
        return ShortLocks.Times.of(settings.lockTimeout(), settings.lockRetry(), settings.lockPatience());
    }

    /** @param again whether it may find its work done by an earlier try */
    private record Execution(Connection connection, String sql, boolean again) implements JdbcAttempt<Boolean> {

        @Override
        public Boolean run() throws SQLException {
            try {
                execute(sql);
                return true;
            } catch (SQLException e) {
                if (again && (THERE.contains(e.getErrorCode()) || GONE.contains(e.getErrorCode()))) {
                    return true;
                }
                throw e;
            }
        }

        @Override
        public boolean triesInPassing() {
            try {
                String version = connection.getMetaData().getDatabaseProductVersion();
                return version.contains("MariaDB") && ShortLocks.isInstant(sql);
            } catch (SQLException e) {
                return false; // The statement itself will say what is wrong with the connection.
            }
        }
    }

    Outcome statements(Step.Statements step, Run run) throws SQLException {
        String cursor = run.position().cursor();
        boolean tried = cursor.startsWith(TRIED);
        int at = cursor.isEmpty() ? 0 : Integer.parseInt(tried ? cursor.substring(TRIED.length()) : cursor);
        if (at >= step.sql().size()
                || tried && step.doneWhen().isPresent() && holds(step.doneWhen().get(), run)) {
            run.advance(run.next(), run.progress().because(""));
            return new Outcome.Done();
        }
        if (!tried) {
            run.advance(run.position().at(TRIED + at), run.progress());
        }
        Optional<Outcome> wait = attempt(step.sql().get(at), run, shortLocks, tried);
        if (wait.isPresent()) {
            return wait.get();
        }
        run.advance(run.position().at(Integer.toString(at + 1)), run.progress().because(""));
        return new Outcome.Advanced();
    }

    Outcome online(Step.Online step, Run run) throws SQLException {
        if (step.doneWhen().isPresent() && holds(step.doneWhen().get(), run)) {
            run.advance(run.next(), run.progress().because(""));
            return new Outcome.Done();
        }
        boolean tried = run.position().cursor().startsWith(TRIED);
        if (!tried) {
            run.advance(run.position().at(TRIED), run.progress());
        }
        Connection connection = work.plain(run);
        run.signals().onInterrupt(() -> kill(run));
        try {
            Optional<Outcome> wait = attempt(connection, step.sql(), run, onlineLocks, tried);
            if (wait.isPresent()) {
                return wait.get();
            }
        } finally {
            run.signals().onInterrupt(() -> {});
        }
        run.advance(run.next(), run.progress().because(""));
        return new Outcome.Done();
    }

    /** Breaks off a long statement from another connection. */
    private void kill(Run run) {
        try (Connection other = run.database().connection();
                Statement statement = other.createStatement()) {
            statement.execute("KILL QUERY " + work.id());
        } catch (SQLException e) {
            // It ends by itself, and the signal is seen then.
            return;
        }
    }

    /** What leaves the table as it was; whatever is missing already was never made, or has been undone. */
    Outcome undo(List<String> sql, Run run) throws SQLException {
        for (String one : sql) {
            Optional<Outcome> wait = attempt(one, run, shortLocks, true);
            if (wait.isPresent()) {
                return wait.get();
            }
        }
        return new Outcome.Done();
    }

    private static boolean holds(String query, Run run) throws SQLException {
        try (Connection connection = run.database().connection()) {
            return holds(connection, query);
        }
    }

    static boolean holds(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            return row.next() && row.getBoolean(1);
        }
    }

    private Optional<Outcome> attempt(String sql, Run run, ShortLocks locks, boolean again) throws SQLException {
        return attempt(work.plain(run), sql, run, locks, again);
    }

    private Optional<Outcome> attempt(Connection connection, String sql, Run run, ShortLocks locks, boolean again)
            throws SQLException {
        ShortLocks.GaveWay<Boolean> tried =
                locks.attempt(run.plan().target(), work.id(), new Execution(connection, sql, again));
        if (tried.done().isPresent()) {
            tries = 0;
            return Optional.empty();
        }
        tries++;
        String why = tries >= TOLD_AFTER_TRIES
                ? locks.blockers(run.plan().target(), work.id()).orElse("waits for a metadata lock")
                : "";
        boolean patient = settings.lockRetry().multipliedBy(tries).compareTo(settings.lockPatience()) > 0;
        return Optional.of(new Outcome.Wait(patient ? RARE : locks.pause(), false, why));
    }
}
