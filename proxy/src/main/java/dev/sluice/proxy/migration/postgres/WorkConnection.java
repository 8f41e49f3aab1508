package dev.sluice.proxy.migration.postgres;

import dev.sluice.proxy.catalog.ControlDatabase;
import dev.sluice.proxy.catalog.KeptConnection;
import dev.sluice.proxy.catalog.RoleScope;
import dev.sluice.proxy.migration.Run;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Optional;
import org.postgresql.PGConnection;

/**
 * The connection that one migration's work runs on, made anew after it was lost. Its application name tells which
 * migration it serves: who takes a migration over ends what a former owner's connection is still doing.
 */
final class WorkConnection implements AutoCloseable {

    /** What has no parameters goes as one message, however many statements it is. */
    private static final Map<String, String> OPTIONS = Map.of("preferQueryMode", "extendedForPrepared");

    /** A batch is never worth compiling. */
    private static final String SESSION = "SET jit = off";

    private final ControlDatabase database;
    private final String lane;
    private final KeptConnection connection = new KeptConnection();
    private int pid;
    private boolean mayReplicate;
    private int version;
    private Optional<RoleScope> scope = Optional.empty();

    WorkConnection(ControlDatabase database) {
        this(database, "");
    }

    /** @param lane what tells one that works beside the migration's own apart; empty: the migration's own */
    WorkConnection(ControlDatabase database, String lane) {
        this.database = database;
        this.lane = lane;
    }

    /** Work in one transaction, which is rolled back when it throws. */
    interface Work<T> {
        T run(Connection connection, RoleScope scope) throws SQLException;
    }

    /** Runs work and the record of it in one transaction. */
    <T> T inTransaction(Run run, Work<T> work) throws SQLException {
        Connection open = open(run);
        RoleScope role = scope(open, run);
        role.prepare("");
        open.setAutoCommit(false);
        boolean done = false;
        try {
            T result = work.run(open, role);
            open.commit();
            done = true;
            run.committed();
            return result;
        } finally {
            if (!done) {
                rollback(open);
            }
        }
    }

    /** The connection in autocommit. */
    Connection plain(Run run) throws SQLException {
        Connection open = open(run);
        open.setAutoCommit(true);
        return open;
    }

    int pid() {
        return pid;
    }

    /** The server's major version. */
    int version() {
        return version;
    }

    /** Whether user triggers can be kept from firing. */
    boolean maySuppressTriggers() {
        return mayReplicate;
    }

    private RoleScope scope(Connection open, Run run) throws SQLException {
        if (scope.isEmpty()) {
            RoleScope fresh = new RoleScope(
                    open, run.entry().draft().requestedBy(), run.entry().draft().searchPath());
            fresh.make();
            scope = Optional.of(fresh);
        }
        return scope.get();
    }

    private Connection open(Run run) throws SQLException {
        return connection.get(() -> fresh(run));
    }

    private Connection fresh(Run run) throws SQLException {
        String name = "sluice migration " + run.entry().id() + lane;
        Connection fresh = database.dedicated(name, OPTIONS);
        scope = Optional.empty();
        try {
            // Code of the role's runs here, which could put something else in the place of a statement that the driver
            // has named: so it names none.
            fresh.unwrap(PGConnection.class).setPrepareThreshold(0);
            try (Statement statement = fresh.createStatement()) {
                statement.execute(SESSION);
            }
            pid = number(fresh, "SELECT pg_catalog.pg_backend_pid()");
            version = number(fresh, "SHOW server_version_num") / 10_000;
            endFormerOwners(fresh, name);
            mayReplicate = suppressed(fresh);
        } catch (SQLException e) {
            fresh.close();
            throw e;
        }
        return fresh;
    }

    private static int number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getInt(1);
        }
    }

    private static void endFormerOwners(Connection connection, String name) throws SQLException {
        String sql = "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity"
                + " WHERE (application_name = ? OR pg_catalog.starts_with(application_name, ? || ' ')) AND usename = session_user AND datname = pg_catalog.current_database()"
                + " AND pid <> pg_catalog.pg_backend_pid()";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, name);
            statement.setString(2, name);
            statement.executeQuery().close();
        }
    }

    private static boolean suppressed(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET session_replication_role = replica");
            statement.execute("RESET session_replication_role");
            return true;
        } catch (SQLException e) {
            if ("42501".equals(e.getSQLState())) {
                return false;
            }
            throw e;
        }
    }

    /** Who is in the way of this connection's statement, as a sentence; asked from another connection. */
    Optional<String> blockers() throws SQLException {
        try (Connection other = database.connection()) {
            return Blockers.of(other, pid);
        }
    }

    private void rollback(Connection open) {
        try {
            open.rollback();
            open.setAutoCommit(true);
        } catch (SQLException e) {
            close();
        }
    }

    @Override
    public void close() {
        connection.close();
    }
}
