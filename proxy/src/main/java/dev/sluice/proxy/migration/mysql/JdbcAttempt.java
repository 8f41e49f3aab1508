package dev.sluice.proxy.migration.mysql;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** What takes a metadata lock on a connection of the executor's. */
interface JdbcAttempt<T> extends ShortLocks.Attempt<T, SQLException> {

    /** On which it runs. */
    Connection connection();

    default void execute(String sql) throws SQLException {
        execute(connection(), sql);
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    default int code(SQLException e) {
        return e.getErrorCode();
    }

    @Override
    default void lockWait(int seconds) throws SQLException {
        execute("SET SESSION lock_wait_timeout = " + seconds);
    }

    @Override
    default void absorbKill() throws SQLException {
        execute("DO 0");
    }
}
