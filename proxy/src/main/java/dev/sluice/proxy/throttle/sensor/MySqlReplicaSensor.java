package dev.sluice.proxy.throttle.sensor;

import dev.sluice.proxy.throttle.Reading;
import dev.sluice.proxy.throttle.Sensor;
import dev.sluice.proxy.throttle.Signal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** How far a configured MySQL or MariaDB replica is behind, by its replica status: of several sources the worst. */
public final class MySqlReplicaSensor implements Sensor {

    private static final int SYNTAX_ERROR = 1064;

    private final Source replica;
    private final String name;
    private final Signal signal;

    public MySqlReplicaSensor(Source replica, String name, Signal signal) {
        this.replica = replica;
        this.name = name;
        this.signal = signal;
    }

    @Override
    public List<Reading> read() {
        try (Connection connection = replica.connect()) {
            List<Double> lags = lags(connection);
            if (lags.isEmpty()) {
                return List.of(blind("it is no replica"));
            }
            return List.of(new Reading.Measured(
                    signal,
                    name,
                    lags.stream().mapToDouble(Double::doubleValue).max().orElseThrow()));
        } catch (SQLException e) {
            return List.of(blind(Asking.firstLine(e)));
        }
    }

    private static List<Double> lags(Connection connection) throws SQLException {
        if (MySqlSensor.isMariaDb(connection)) {
            return Asking.all(connection, "SHOW ALL SLAVES STATUS", row -> lag(row, "Seconds_Behind_Master"));
        }
        try {
            return Asking.all(connection, "SHOW REPLICA STATUS", row -> lag(row, "Seconds_Behind_Source"));
        } catch (SQLException e) {
            if (e.getErrorCode() != SYNTAX_ERROR) {
                throw e;
            }
            return Asking.all(connection, "SHOW SLAVE STATUS", row -> lag(row, "Seconds_Behind_Master"));
        }
    }

    /** One that does not apply, or not receive, has no lag to tell: it is as far behind as can be. */
    private static double lag(ResultSet row, String column) throws SQLException {
        double seconds = row.getDouble(column);
        return row.wasNull() ? Double.POSITIVE_INFINITY : seconds;
    }

    @Override
    public Reading blind(String why) {
        return new Reading.Unreadable(signal, name, why);
    }
}
