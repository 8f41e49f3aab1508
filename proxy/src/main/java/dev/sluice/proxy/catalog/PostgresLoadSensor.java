package dev.sluice.proxy.catalog;

import dev.sluice.proxy.throttle.Reading;
import dev.sluice.proxy.throttle.Sensor;
import dev.sluice.proxy.throttle.ThrottleSettings;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How far PostgreSQL's physical standbys are behind, and how many sessions are at work.
 *
 * <p>A standby whose replay stands still reports the lag of its last replayed record for ever; so one that has records to
 * replay and does not come forward is as far behind as it has been standing.
 */
public final class PostgresLoadSensor implements Sensor {

    private static final String LAG = "replication_lag";
    private static final String STANDBYS =
            "SELECT pid, coalesce(nullif(application_name, ''), 'standby'), replay_lsn::text,"
                    + " replay_lsn IS NOT NULL AND replay_lsn < pg_catalog.pg_current_wal_lsn(),"
                    + " coalesce(extract(epoch FROM replay_lag), 0)::float8, state IS NULL"
                    + " FROM pg_catalog.pg_stat_replication s WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_replication_slots r"
                    + " WHERE r.active_pid = s.pid AND r.slot_type = 'logical')";

    private final ControlDatabase database;
    private final ThrottleSettings settings;
    private final Map<Integer, Standing> standing = new HashMap<>();

    private record Standing(String at, long sinceNanos) {}

    public PostgresLoadSensor(ControlDatabase database, ThrottleSettings settings) {
        this.database = database;
        this.settings = settings;
    }

    @Override
    public List<Reading> read() {
        List<Reading> readings = new ArrayList<>();
        try (Connection connection = database.connection();
                Statement statement = connection.createStatement()) {
            try (ResultSet row = statement.executeQuery(STANDBYS)) {
                while (row.next()) {
                    readings.add(standby(row, System.nanoTime()));
                }
            }
            if (settings.maxActiveSessions() > 0) {
                readings.add(activeSessions(statement));
            }
        } catch (SQLException e) {
            readings.add(new Reading.Unreadable(LAG, String.valueOf(e.getMessage()), false));
        }
        return readings;
    }

    private Reading standby(ResultSet row, long now) throws SQLException {
        String name = LAG + " of " + row.getString(2);
        if (row.getBoolean(6)) {
            return new Reading.Unreadable(name, "the gateway's role needs pg_monitor to see it", false);
        }
        int pid = row.getInt(1);
        String at = String.valueOf(row.getString(3));
        Standing before = standing.get(pid);
        if (!row.getBoolean(4) || before == null || !before.at().equals(at)) {
            standing.put(pid, new Standing(at, now));
        }
        Standing since = standing.getOrDefault(pid, new Standing(at, now));
        double seconds = Math.max(row.getDouble(5), (now - since.sinceNanos()) / 1e9);
        double most = seconds(settings.maxReplicationLag());
        return new Reading.Measured(name, row.getBoolean(4) ? seconds : 0, most / 2, most, "s");
    }

    private Reading activeSessions(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity"
                + " WHERE state = 'active' AND backend_type = 'client backend' AND pid <> pg_catalog.pg_backend_pid()"
                + " AND application_name NOT LIKE 'sluice%'")) {
            row.next();
            int most = settings.maxActiveSessions();
            return new Reading.Measured("active_sessions", row.getLong(1), most * 0.75, most, "sessions");
        }
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
