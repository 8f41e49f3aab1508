package dev.sluice.proxy.throttle.sensor;

import dev.sluice.proxy.throttle.Reading;
import dev.sluice.proxy.throttle.Sensor;
import dev.sluice.proxy.throttle.Signal;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** A signal that is the first value of a query's answer: one of the configuration's, or a replica's heartbeat. */
public final class QuerySensor implements Sensor {

    private final Source source;
    private final String sql;
    private final Signal signal;
    private final String of;

    public QuerySensor(Source source, String sql, Signal signal, String of) {
        this.source = source;
        this.sql = sql;
        this.signal = signal;
        this.of = of;
    }

    @Override
    public List<Reading> read() {
        try (Connection connection = source.connect()) {
            Optional<Double> value = Asking.number(connection, sql);
            return List.of(value.<Reading>map(v -> new Reading.Measured(signal, of, v))
                    .orElseGet(() -> blind("its query gives no value")));
        } catch (SQLException e) {
            return List.of(blind(Asking.firstLine(e)));
        }
    }

    @Override
    public Reading blind(String why) {
        return new Reading.Unreadable(signal, of, why);
    }
}
