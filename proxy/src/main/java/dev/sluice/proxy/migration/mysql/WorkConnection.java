package dev.sluice.proxy.migration.mysql;

import dev.sluice.policies.plan.Step;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.SqlText;
import dev.sluice.proxy.backfill.MySqlText;
import dev.sluice.proxy.catalog.ControlDatabase;
import dev.sluice.proxy.catalog.KeptConnection;
import dev.sluice.proxy.catalog.SessionReadings;
import dev.sluice.proxy.migration.LaneCount;
import dev.sluice.proxy.migration.Run;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;

/**
 * The connection that one migration's work runs on, made anew after it was lost. It holds a user lock of the migration's:
 * who takes a migration over kills the connection of a former owner that still has it.
 */
final class WorkConnection implements AutoCloseable {

    static final int NO_SUCH_THREAD = 1094;

    private final ControlDatabase database;
    private final int lane;
    private final Map<String, String> more;
    private final KeptConnection connection = new KeptConnection();
    private volatile long id;

    WorkConnection(ControlDatabase database) {
        this(database, 0);
    }

    /** @param lane 0: the migration's own; otherwise one of those beside it */
    WorkConnection(ControlDatabase database, int lane) {
        this(database, lane, Map.of());
    }

    private WorkConnection(ControlDatabase database, int lane, Map<String, String> more) {
        this.database = database;
        this.lane = lane;
        this.more = more;
    }

    /** One that takes several statements at once. */
    static WorkConnection ofScripts(ControlDatabase database, int lane) {
        return new WorkConnection(database, lane, Map.of("allowMultiQueries", "true"));
    }

    /** Work in one transaction, which is rolled back when it throws. */
    interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    /** Work that advances the migration. */
    <T> T inTransaction(Run run, Work<T> work) throws SQLException {
        run.rolledBack();
        T result = transaction(run, work);
        run.committed();
        return result;
    }

    /** Work of which the migration itself is not told. */
    <T> T transaction(Run run, Work<T> work) throws SQLException {
        Connection open = open(run);
        // It stays so from one batch to the next: each change of it is a round trip.
        if (open.getAutoCommit()) {
            open.setAutoCommit(false);
        }
        boolean done = false;
        try {
            T result = work.run(open);
            open.commit();
            done = true;
            return result;
        } finally {
            if (!done) {
                rollback(open);
            }
        }
    }

    private void rollback(Connection open) {
        try {
            open.rollback();
        } catch (SQLException e) {
            close();
        }
    }

    /** What KILL takes; 0 before it was first used. */
    long id() {
        return id;
    }

    /** The connection in autocommit. */
    Connection plain(Run run) throws SQLException {
        Connection open = open(run);
        if (!open.getAutoCommit()) {
            open.setAutoCommit(true);
        }
        return open;
    }

    private Connection open(Run run) throws SQLException {
        return connection.get(() -> fresh(run));
    }

    private Connection fresh(Run run) throws SQLException {
        Connection fresh = database.dedicated("sluice migration " + run.entry().id(), options(run));
        try {
            id = MySqlText.number(fresh, "SELECT CONNECTION_ID()");
            takeOver(fresh, lock(run, lane));
            if (lane == 0) {
                endSides(fresh, run);
            }
            settings(fresh, run);
        } catch (SQLException e) {
            fresh.close();
            throw e;
        }
        return fresh;
    }

    private static String lock(Run run, int lane) {
        return "sluice.run." + run.entry().id() + (lane == 0 ? "" : "." + lane);
    }

    /** What a former owner does beside its own connection. Our own are made anew when they are needed again. */
    private static void endSides(Connection fresh, Run run) throws SQLException {
        for (int side = 1; side < LaneCount.MOST; side++) {
            kill(fresh, lock(run, side));
        }
    }

    private static void kill(Connection fresh, String lock) throws SQLException {
        long holder = MySqlText.number(fresh, "SELECT COALESCE(IS_USED_LOCK('" + lock + "'), 0)");
        if (holder != 0) {
            try (Statement statement = fresh.createStatement()) {
                statement.execute("KILL CONNECTION " + holder);
            } catch (SQLException e) {
                if (e.getErrorCode() != NO_SUCH_THREAD) {
                    throw e;
                }
            }
        }
    }

    /** Both drivers count rows that were found, unless they are told that the client counts those that changed. */
    private Map<String, String> options(Run run) {
        boolean changed = run.plan().phases().stream()
                .flatMap(phase -> phase.steps().stream())
                .anyMatch(step -> step instanceof Step.Batches batches && !batches.countsMatched());
        Map<String, String> options = new HashMap<>(more);
        if (changed) {
            options.put("useAffectedRows", "true");
        }
        return options;
    }

    private static void takeOver(Connection fresh, String lock) throws SQLException {
        if (MySqlText.number(fresh, "SELECT GET_LOCK('" + lock + "', 0)") == 1) {
            return;
        }
        kill(fresh, lock);
        if (MySqlText.number(fresh, "SELECT GET_LOCK('" + lock + "', 5)") != 1) {
            throw new SQLException("a former owner's connection does not end", "08000");
        }
    }

    /** Expressions are read as the client's session read them. */
    private static void settings(Connection fresh, Run run) throws SQLException {
        fresh.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        try (Statement statement = fresh.createStatement()) {
            statement.execute("SET SESSION lock_wait_timeout = 1, innodb_lock_wait_timeout = 1, sql_safe_updates = 0");
            String readings = run.entry().draft().searchPath();
            if (!readings.isEmpty()) {
                for (String set : SessionReadings.of(readings).statements()) {
                    statement.execute(set);
                }
            }
            String schema = run.entry().draft().targetSchema();
            if (!schema.isEmpty()) {
                statement.execute("USE " + SqlText.quoteIdentifier(Dialect.MYSQL, schema));
            }
        }
    }

    @Override
    public void close() {
        connection.close();
    }
}
