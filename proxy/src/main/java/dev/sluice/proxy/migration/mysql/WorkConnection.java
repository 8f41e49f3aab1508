package dev.sluice.proxy.migration.mysql;

import dev.sluice.policies.plan.Step;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.SqlText;
import dev.sluice.proxy.catalog.ControlDatabase;
import dev.sluice.proxy.catalog.KeptConnection;
import dev.sluice.proxy.catalog.SessionReadings;
import dev.sluice.proxy.migration.Run;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

/**
 * The connection that one migration's work runs on, made anew after it was lost. It holds a user lock of the migration's:
 * who takes a migration over kills the connection of a former owner that still has it.
 */
final class WorkConnection implements AutoCloseable {

    private final ControlDatabase database;
    private final KeptConnection connection = new KeptConnection();
    private long id;

    WorkConnection(ControlDatabase database) {
        this.database = database;
    }

    /** Work in one transaction, which is rolled back when it throws. */
    interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    <T> T inTransaction(Run run, Work<T> work) throws SQLException {
        Connection open = plain(run);
        open.setAutoCommit(false);
        boolean done = false;
        try {
            T result = work.run(open);
            open.commit();
            done = true;
            run.committed();
            return result;
        } finally {
            end(open, done);
        }
    }

    private void end(Connection open, boolean done) {
        try {
            if (!done) {
                open.rollback();
            }
            open.setAutoCommit(true);
        } catch (SQLException e) {
            close();
        }
    }

    /** What KILL takes. */
    long id() {
        return id;
    }

    /** The connection in autocommit. */
    Connection plain(Run run) throws SQLException {
        return connection.get(() -> fresh(run));
    }

    private Connection fresh(Run run) throws SQLException {
        Connection fresh = database.dedicated("sluice migration " + run.entry().id(), options(run));
        try {
            id = number(fresh, "SELECT CONNECTION_ID()");
            takeOver(fresh, "sluice.run." + run.entry().id());
            settings(fresh, run);
        } catch (SQLException e) {
            fresh.close();
            throw e;
        }
        return fresh;
    }

    /** Both drivers count rows that were found, unless they are told that the client counts those that changed. */
    private static Map<String, String> options(Run run) {
        boolean changed = run.plan().phases().stream()
                .flatMap(phase -> phase.steps().stream())
                .anyMatch(step -> step instanceof Step.Batches batches && !batches.countsMatched());
        return changed ? Map.of("useAffectedRows", "true") : Map.of();
    }

    private static void takeOver(Connection fresh, String lock) throws SQLException {
        if (number(fresh, "SELECT GET_LOCK('" + lock + "', 0)") == 1) {
            return;
        }
        long holder = number(fresh, "SELECT COALESCE(IS_USED_LOCK('" + lock + "'), 0)");
        if (holder != 0) {
            try (Statement statement = fresh.createStatement()) {
                statement.execute("KILL CONNECTION " + holder);
            }
        }
        if (number(fresh, "SELECT GET_LOCK('" + lock + "', 5)") != 1) {
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

    static long number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    @Override
    public void close() {
        connection.close();
    }
}
