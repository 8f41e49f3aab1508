package dev.sluice.proxy.throttle.sensor;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A connection for a question that is asked several times a second: one of a pool is tried, set up, and given back each time,
 * which costs more than the question. One that is lost is replaced. Used by one thread at a time; closed by any, without
 * waiting for a question that is not answered.
 */
final class AskingConnection implements AutoCloseable {

    private final Source source;
    private final String setup;
    private final AtomicReference<@Nullable Connection> idle = new AtomicReference<>();
    private volatile boolean closed;

    /**
     * @param source opens it
     * @param setup statements that are run once on each
     */
    AskingConnection(Source source, String setup) {
        this.source = source;
        this.setup = setup;
    }

    interface Question<T> {
        T ask(Connection connection) throws SQLException;
    }

    /** @throws SQLException also when the question was answered with an error; the next one comes on another connection */
    <T> T ask(Question<T> question) throws SQLException {
        Connection kept = idle.getAndSet(null);
        if (kept != null) {
            try {
                return ask(question, kept);
            } catch (SQLException e) {
                if (!isLost(e)) {
                    throw e;
                }
            }
        }
        return ask(question, open());
    }

    private <T> T ask(Question<T> question, Connection connection) throws SQLException {
        boolean answered = false;
        try {
            T answer = question.ask(connection);
            answered = true;
            return answer;
        } finally {
            if (answered) {
                idle.set(connection);
            } else {
                close(connection);
            }
            if (closed) {
                close();
            }
        }
    }

    private Connection open() throws SQLException {
        Connection connection = source.connect();
        try (Statement statement = connection.createStatement()) {
            statement.execute(setup);
            return connection;
        } catch (SQLException e) {
            close(connection);
            throw e;
        }
    }

    /** The server has gone, or has ended the session: it may be back. */
    private static boolean isLost(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        return state.startsWith("08") || state.startsWith("57P");
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            // It has gone already.
            return;
        }
    }

    @Override
    public void close() {
        closed = true;
        Connection left = idle.getAndSet(null);
        if (left != null) {
            close(left);
        }
    }
}
