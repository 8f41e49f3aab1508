package dev.sluice.proxy.throttle.sensor;

import dev.sluice.proxy.throttle.Pacer.Work;
import dev.sluice.proxy.throttle.Reading;
import dev.sluice.proxy.throttle.Sensor;
import dev.sluice.proxy.throttle.Signal;
import dev.sluice.proxy.throttle.ThrottleSettings;
import dev.sluice.proxy.throttle.Watched;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.postgresql.PGConnection;

/** What one PostgreSQL server says of itself and of its standbys, in one query. */
public final class PostgresSensor implements Sensor {

    private static final String ROLE = "the gateway's role needs pg_monitor to see it";

    /** Planned anew each time, the question would cost the others more than a batch does. */
    private static final String PLAN_ONCE = "SET plan_cache_mode = force_generic_plan; SET jit = off";

    /** The driver would prepare it from the fifth time on, and the server plan it anew until then. */
    private static final int PREPARED_AT_ONCE = 1;

    private final AskingConnection server;
    private final ThrottleSettings settings;
    private final Supplier<Set<Work>> work;
    private final LogTimeline timeline = new LogTimeline();
    private final Growth log = new Growth(Duration.ofSeconds(2));
    private final Growth checkpoints = new Growth(Duration.ofMinutes(1));

    /** @param source opens the connection that it keeps until it is closed */
    public PostgresSensor(Source source, ThrottleSettings settings, Supplier<Set<Work>> work) {
        this.server = new AskingConnection(() -> prepared(source.connect()), PLAN_ONCE);
        this.settings = settings;
        this.work = work;
    }

    private static Connection prepared(Connection connection) throws SQLException {
        connection.unwrap(PGConnection.class).setPrepareThreshold(PREPARED_AT_ONCE);
        return connection;
    }

    /** Where the server's log was when, for those that ask its replicas. */
    LogTimeline timeline() {
        return timeline;
    }

    /**
     * A row of the query.
     *
     * @param seen whether the role may see it
     */
    private record Row(String kind, String of, double value, double told, boolean seen, String who) {}

    @Override
    public List<Reading> read() {
        List<Reading> readings = new ArrayList<>();
        try {
            for (Row row : server.ask(this::rows)) {
                read(row, System.nanoTime(), readings);
            }
        } catch (SQLException e) {
            readings.add(blind(Asking.firstLine(e)));
        }
        return readings;
    }

    private List<Row> rows(Connection connection) throws SQLException {
        String sql = PostgresSignals.sql(settings, connection.getMetaData().getDatabaseMajorVersion());
        String[] tables =
                work.get().stream().map(Work::table).filter(t -> !t.isEmpty()).toArray(String[]::new);
        return Asking.all(
                connection,
                sql,
                row -> new Row(
                        row.getString(1),
                        row.getString(2),
                        row.getDouble(3),
                        row.getDouble(4),
                        row.getBoolean(5),
                        row.getString(6)),
                (Object) tables);
    }

    private void read(Row row, long now, List<Reading> readings) {
        switch (row.kind()) {
            case "wal" -> {
                timeline.primaryAt(row.value(), now);
                add(readings, Watched.WAL_RATE, row, log.perSecond(row.value(), now));
            }
            case "standby" -> {
                add(readings, Watched.REPLICATION_LAG, row, timeline.lagSeconds(row.value(), row.told(), now));
                if (row.seen()) {
                    add(readings, Watched.REPLICATION_STALL, row, timeline.stalledSeconds(row.who(), row.value(), now));
                }
            }
            case "checkpoints" -> add(readings, Watched.CHECKPOINTS, row, checkpoints.within(row.value(), now));
            default -> add(readings, PostgresSignals.watched(row.kind()), row, row.value());
        }
    }

    private void add(List<Reading> readings, Watched watched, Row row, double value) {
        Optional<Signal> signal = settings.signal(watched);
        if (signal.isEmpty()) {
            return;
        }
        if (row.seen()) {
            readings.add(new Reading.Measured(signal.get(), row.of(), value));
        } else if (signal.get().asked() || watched == Watched.REPLICATION_LAG) {
            // A standby is there, and nobody can say how it is: that is no matter of what was asked for.
            readings.add(new Reading.Unreadable(signal.get(), row.of(), ROLE));
        }
    }

    @Override
    public Reading blind(String why) {
        Signal signal = settings.signal(Watched.REPLICATION_LAG).orElseGet(Watched.ACTIVE_SESSIONS::byDefault);
        return new Reading.Unreadable(signal, "the server", why);
    }

    @Override
    public void close() {
        server.close();
    }
}
