package dev.sluice.proxy.throttle.sensor;

import dev.sluice.proxy.throttle.Reading;
import dev.sluice.proxy.throttle.Sensor;
import dev.sluice.proxy.throttle.Signal;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** How far a configured PostgreSQL replica is behind, as it says itself. */
public final class PostgresReplicaSensor implements Sensor {

    private static final String REPLAY = """
            SELECT pg_catalog.pg_is_in_recovery(),
                   coalesce(pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_last_wal_replay_lsn(), '0/0'), 0)::float8,
                   coalesce(extract(epoch FROM pg_catalog.clock_timestamp()
                            - pg_catalog.pg_last_xact_replay_timestamp()), 0)::float8,
                   CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_is_wal_replay_paused() ELSE false END""";

    private final Source replica;
    private final String name;
    private final Signal signal;
    private final LogTimeline timeline;

    /** @param primary what looks at its primary, for the position of the log there */
    public PostgresReplicaSensor(Source replica, String name, Signal signal, PostgresSensor primary) {
        this.replica = replica;
        this.name = name;
        this.signal = signal;
        this.timeline = primary.timeline();
    }

    private record Replay(boolean recovering, double position, double seconds, boolean paused) {}

    @Override
    public List<Reading> read() {
        try (Connection connection = replica.connect()) {
            Replay replay = Asking.all(
                            connection,
                            REPLAY,
                            row -> new Replay(row.getBoolean(1), row.getDouble(2), row.getDouble(3), row.getBoolean(4)))
                    .getFirst();
            if (!replay.recovering()) {
                return List.of(blind("it is no standby"));
            }
            boolean stands = replay.paused() && timeline.behind(replay.position());
            double seconds = timeline.lagSeconds(replay.position(), replay.seconds(), System.nanoTime());
            return List.of(new Reading.Measured(signal, name, stands ? Double.POSITIVE_INFINITY : seconds));
        } catch (SQLException e) {
            return List.of(blind(Asking.firstLine(e)));
        }
    }

    @Override
    public Reading blind(String why) {
        return new Reading.Unreadable(signal, name, why);
    }
}
