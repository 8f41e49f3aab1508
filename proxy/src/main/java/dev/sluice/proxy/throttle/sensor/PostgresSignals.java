package dev.sluice.proxy.throttle.sensor;

import dev.sluice.proxy.throttle.ThrottleSettings;
import dev.sluice.proxy.throttle.Watched;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The query that reads PostgreSQL's signals. Each row: what it is, of which one, its value, the lag that the server tells,
 * whether the role may see it, and what tells standbys of one name apart. Only what every role may see is asked, but where
 * it says so. Its one parameter: the names of the tables that are filled.
 */
final class PostgresSignals {

    /** Since this version checkpoints are counted in a view of their own. */
    private static final int CHECKPOINTER_SINCE = 17;

    private static final String MAY_SEE_ALL = "pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')";

    private static final String LOG = """
            SELECT 'wal'::text, ''::text, pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_flush_lsn(), '0/0')::float8,
                   0::float8, true, ''::text WHERE NOT pg_catalog.pg_is_in_recovery()""";

    private static final String STANDBYS = """
            SELECT 'standby', coalesce(nullif(s.application_name, ''), 'standby')
                   || coalesce('@' || pg_catalog.host(s.client_addr), ''),
                   coalesce(pg_catalog.pg_wal_lsn_diff(s.replay_lsn, '0/0'), 0)::float8,
                   coalesce(extract(epoch FROM s.replay_lag), 0)::float8, s.state IS NOT NULL, s.pid::text
              FROM pg_catalog.pg_stat_replication s
             WHERE (s.state IS NULL OR s.replay_lsn IS NOT NULL)
               AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_replication_slots r
                                WHERE r.active_pid = s.pid AND r.slot_type = 'logical')""";

    private static final String SLOTS = """
            SELECT 'slot_wal', r.slot_name::text,
                   pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_flush_lsn(), r.restart_lsn)::float8, 0, true, ''
              FROM pg_catalog.pg_replication_slots r
             WHERE r.restart_lsn IS NOT NULL AND NOT pg_catalog.pg_is_in_recovery()""";

    private static final String SESSIONS = """
            SELECT 'active_sessions', '', pg_catalog.count(*)::float8, 0, %s, '' FROM pg_catalog.pg_stat_activity
             WHERE state = 'active' AND backend_type = 'client backend' AND pid <> pg_catalog.pg_backend_pid()
               AND application_name NOT LIKE 'sluice%%'""".formatted(MAY_SEE_ALL);

    private static final String MAINTENANCE = """
            SELECT 'autovacuum', '', pg_catalog.count(DISTINCT l.relation)::float8, 0, true, '' FROM pg_catalog.pg_locks l
             WHERE l.granted AND l.locktype = 'relation' AND l.mode = 'ShareUpdateExclusiveLock'
               AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
               AND l.relation IN (
                   SELECT t.oid FROM filled t
                   UNION ALL SELECT p.relid FROM filled t, pg_catalog.pg_partition_tree(t.oid) p)""";

    private static final String SNAPSHOT = """
            SELECT 'oldest_snapshot', '', coalesce(pg_catalog.max(a.age), 0)::float8, 0, %s, '' FROM (
                   SELECT pg_catalog.age(backend_xmin) FROM pg_catalog.pg_stat_activity
                    WHERE backend_xmin IS NOT NULL AND pid <> pg_catalog.pg_backend_pid()
                   UNION ALL SELECT pg_catalog.age(xmin) FROM pg_catalog.pg_replication_slots WHERE xmin IS NOT NULL
                   UNION ALL SELECT pg_catalog.age(transaction) FROM pg_catalog.pg_prepared_xacts) a (age)""".formatted(MAY_SEE_ALL);

    private static final String WAITS = """
            SELECT 'lock_waits', '', pg_catalog.count(DISTINCT w.pid)::float8, 0, true, '' FROM pg_catalog.pg_locks w
             WHERE NOT w.granted AND pg_catalog.pg_blocking_pids(w.pid) && ARRAY(
                   SELECT pid FROM pg_catalog.pg_stat_activity WHERE application_name LIKE 'sluice migration %')""";

    private static final String CONNECTIONS = """
            SELECT 'connections', '', 100.0 * pg_catalog.sum(numbackends)::float8
                   / pg_catalog.current_setting('max_connections')::float8, 0, true, '' FROM pg_catalog.pg_stat_database""";

    private PostgresSignals() {}

    static String sql(ThrottleSettings settings, int version) {
        List<String> parts = new ArrayList<>();
        // The log comes first: standbys are judged by it.
        parts.add(LOG);
        if (settings.signal(Watched.REPLICATION_LAG).isPresent()
                || settings.signal(Watched.REPLICATION_STALL).isPresent()) {
            parts.add(STANDBYS);
        }
        part(settings, Watched.SLOT_WAL, SLOTS, parts);
        part(settings, Watched.ACTIVE_SESSIONS, SESSIONS, parts);
        part(settings, Watched.CHECKPOINTS, checkpoints(version), parts);
        part(settings, Watched.AUTOVACUUM, MAINTENANCE, parts);
        part(settings, Watched.OLDEST_SNAPSHOT, SNAPSHOT, parts);
        part(settings, Watched.LOCK_WAITS, WAITS, parts);
        part(settings, Watched.CONNECTIONS, CONNECTIONS, parts);
        return "WITH filled AS (SELECT pg_catalog.to_regclass(n) AS oid FROM pg_catalog.unnest(?::text[]) n)\n"
                + String.join("\nUNION ALL ", parts);
    }

    private static void part(ThrottleSettings settings, Watched watched, String sql, List<String> parts) {
        if (settings.signal(watched).isPresent()) {
            parts.add(sql);
        }
    }

    private static String checkpoints(int version) {
        String count = version >= CHECKPOINTER_SINCE
                ? "num_requested::float8, 0, true, '' FROM pg_catalog.pg_stat_checkpointer"
                : "checkpoints_req::float8, 0, true, '' FROM pg_catalog.pg_stat_bgwriter";
        return "SELECT 'checkpoints', '', " + count;
    }

    /** The signal that a row is of. */
    static Watched watched(String kind) {
        return Watched.valueOf(kind.toUpperCase(Locale.ROOT));
    }
}
