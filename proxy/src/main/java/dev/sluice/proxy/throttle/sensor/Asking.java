package dev.sluice.proxy.throttle.sensor;

import dev.sluice.proxy.throttle.Reading;
import dev.sluice.proxy.throttle.Signal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Short questions to a server, and what it means that one is not answered. */
final class Asking {

    /** A server that takes longer to say how it is has something better to do. */
    private static final int TIMEOUT_SECONDS = 2;

    /** MySQL: access denied to a database, a table, a column, and for want of a privilege. */
    private static final Set<Integer> MYSQL_DENIED = Set.of(1044, 1142, 1143, 1227);

    private static final String POSTGRES_DENIED = "42501";

    private Asking() {}

    interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    static <T> List<T> all(Connection connection, String sql, Row<T> row, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setQueryTimeout(TIMEOUT_SECONDS);
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            try (ResultSet result = statement.executeQuery()) {
                List<T> rows = new ArrayList<>();
                while (result.next()) {
                    rows.add(row.read(result));
                }
                return rows;
            }
        }
    }

    /** The first column of the first row as a number; empty for no row and for NULL. */
    static Optional<Double> number(Connection connection, String sql, Object... parameters) throws SQLException {
        return all(
                        connection,
                        sql,
                        row -> {
                            double value = row.getDouble(1);
                            return row.wasNull() ? Optional.<Double>empty() : Optional.of(value);
                        },
                        parameters)
                .stream()
                .findFirst()
                .flatMap(value -> value);
    }

    /** What is said of a signal that was not answered: nothing where it is not allowed and nobody has asked for it. */
    static Optional<Reading> unreadable(Signal signal, String of, SQLException e) {
        boolean denied = POSTGRES_DENIED.equals(e.getSQLState()) || MYSQL_DENIED.contains(e.getErrorCode());
        return denied && !signal.asked()
                ? Optional.empty()
                : Optional.of(new Reading.Unreadable(signal, of, firstLine(e)));
    }

    static String firstLine(SQLException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("").strip();
    }
}
