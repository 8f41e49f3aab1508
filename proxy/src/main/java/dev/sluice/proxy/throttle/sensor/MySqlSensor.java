package dev.sluice.proxy.throttle.sensor;

import dev.sluice.proxy.catalog.ControlDatabase;
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
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What one MySQL or MariaDB server says of itself. */
public final class MySqlSensor implements Sensor {

    private static final String STATUS = "SHOW GLOBAL STATUS WHERE Variable_name IN ('Threads_running',"
            + " 'Threads_connected', 'Innodb_history_list_length', 'Innodb_buffer_pool_pages_dirty',"
            + " 'Innodb_buffer_pool_pages_total', 'wsrep_cluster_size', 'wsrep_flow_control_paused_ns')";

    private static final String HISTORY =
            "SELECT COUNT FROM information_schema.INNODB_METRICS WHERE NAME = 'trx_rseg_history_len'";

    private static final String GROUP_MEMBERS =
            "SELECT COUNT(*) FROM performance_schema.replication_group_members WHERE MEMBER_STATE = 'ONLINE'";

    private static final String GROUP_QUEUES = "SELECT MAX(100 * GREATEST(COUNT_TRANSACTIONS_IN_QUEUE"
            + " / @@GLOBAL.group_replication_flow_control_certifier_threshold,"
            + " COUNT_TRANSACTIONS_REMOTE_IN_APPLIER_QUEUE"
            + " / @@GLOBAL.group_replication_flow_control_applier_threshold))"
            + " FROM performance_schema.replication_group_member_stats";

    /**
     * Who waits for those who hold the locks of migrations, whose connections are found by their user locks. These wait for
     * each other in the ledger, and so does the gateway's own short work: that hurts nobody.
     */
    private static final String WAITS_MYSQL = "SELECT COUNT(DISTINCT w.REQUESTING_THREAD_ID)"
            + " FROM performance_schema.data_lock_waits w"
            + " JOIN performance_schema.threads b ON b.THREAD_ID = w.BLOCKING_THREAD_ID"
            + " JOIN performance_schema.threads r ON r.THREAD_ID = w.REQUESTING_THREAD_ID"
            + " WHERE b.PROCESSLIST_ID IN (%1$s) AND r.PROCESSLIST_ID NOT IN (%1$s)"
            + " AND NOT EXISTS (SELECT 1 FROM performance_schema.session_account_connect_attrs a"
            + " WHERE a.PROCESSLIST_ID = r.PROCESSLIST_ID AND a.ATTR_NAME = '" + ControlDatabase.PROGRAM
            + "' AND a.ATTR_VALUE = '" + ControlDatabase.POOLED + "')";

    private static final String WAITS_MARIADB = "SELECT COUNT(DISTINCT w.requesting_trx_id)"
            + " FROM information_schema.INNODB_LOCK_WAITS w"
            + " JOIN information_schema.INNODB_TRX b ON b.trx_id = w.blocking_trx_id"
            + " JOIN information_schema.INNODB_TRX r ON r.trx_id = w.requesting_trx_id"
            + " WHERE b.trx_mysql_thread_id IN (%1$s) AND r.trx_mysql_thread_id NOT IN (%1$s)";

    /** The names of the user locks of a migration's connections, behind its number. */
    private static final List<String> CONNECTIONS = List.of("", ".1", ".2", ".3");

    private final Source source;
    private final ThrottleSettings settings;
    private final Supplier<Set<Work>> work;
    private final Growth paused = new Growth(Duration.ofSeconds(2));

    public MySqlSensor(Source source, ThrottleSettings settings, Supplier<Set<Work>> work) {
        this.source = source;
        this.settings = settings;
        this.work = work;
    }

    static boolean isMariaDb(Connection connection) throws SQLException {
        return connection
                .getMetaData()
                .getDatabaseProductVersion()
                .toLowerCase(Locale.ROOT)
                .contains("mariadb");
    }

    /** Asks for one signal; nothing where the server has no such thing. */
    private interface Question {
        OptionalDouble ask(Connection connection) throws SQLException;
    }

    @Override
    public List<Reading> read() {
        List<Reading> readings = new ArrayList<>();
        try (Connection connection = source.connect()) {
            boolean mariaDb = isMariaDb(connection);
            Map<String, Double> status = status(connection);
            ask(readings, connection, Watched.ACTIVE_SESSIONS, c -> value(status, "threads_running"));
            ask(readings, connection, Watched.CONNECTIONS, c -> connections(c, status));
            ask(readings, connection, Watched.DIRTY_PAGES, c -> dirty(status));
            ask(readings, connection, Watched.HISTORY_LIST, c -> history(c, status));
            ask(readings, connection, Watched.LOCK_WAITS, c -> waits(c, mariaDb));
            ask(readings, connection, Watched.FLOW_CONTROL, c -> mariaDb ? galera(status) : group(c));
        } catch (SQLException e) {
            readings.add(blind(Asking.firstLine(e)));
        }
        return readings;
    }

    private void ask(List<Reading> readings, Connection connection, Watched watched, Question question) {
        Optional<Signal> signal = settings.signal(watched);
        if (signal.isEmpty()) {
            return;
        }
        try {
            question.ask(connection).ifPresent(value -> readings.add(new Reading.Measured(signal.get(), "", value)));
        } catch (SQLException e) {
            Asking.unreadable(signal.get(), "", e).ifPresent(readings::add);
        }
    }

    private static Map<String, Double> status(Connection connection) throws SQLException {
        Map<String, Double> status = new HashMap<>();
        record Variable(String name, double value) {}
        Asking.all(connection, STATUS, row -> new Variable(row.getString(1).toLowerCase(Locale.ROOT), row.getDouble(2)))
                .forEach(v -> status.put(v.name(), v.value()));
        return status;
    }

    private static OptionalDouble value(Map<String, Double> status, String name) {
        Double value = status.get(name);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    private static OptionalDouble dirty(Map<String, Double> status) {
        double total = status.getOrDefault("innodb_buffer_pool_pages_total", 0.0);
        double dirty = status.getOrDefault("innodb_buffer_pool_pages_dirty", 0.0);
        return total <= 0 ? OptionalDouble.empty() : OptionalDouble.of(100 * dirty / total);
    }

    private static OptionalDouble connections(Connection connection, Map<String, Double> status) throws SQLException {
        double most =
                Asking.number(connection, "SELECT @@GLOBAL.max_connections").orElse(0.0);
        OptionalDouble connected = value(status, "threads_connected");
        return most <= 0 || connected.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(100 * connected.getAsDouble() / most);
    }

    private static OptionalDouble history(Connection connection, Map<String, Double> status) throws SQLException {
        OptionalDouble told = value(status, "innodb_history_list_length");
        return told.isPresent() ? told : optional(Asking.number(connection, HISTORY));
    }

    private OptionalDouble waits(Connection connection, boolean mariaDb) throws SQLException {
        String holders = work.get().stream()
                .filter(w -> w.migration() > 0)
                .flatMap(w -> CONNECTIONS.stream()
                        .map(c -> "COALESCE(IS_USED_LOCK('sluice.run." + w.migration() + c + "'), 0)"))
                .collect(Collectors.joining(", "));
        if (holders.isEmpty()) {
            return OptionalDouble.empty();
        }
        return optional(Asking.number(connection, (mariaDb ? WAITS_MARIADB : WAITS_MYSQL).formatted(holders)));
    }

    private static OptionalDouble group(Connection connection) throws SQLException {
        if (Asking.number(connection, GROUP_MEMBERS).orElse(0.0) == 0) {
            return OptionalDouble.empty();
        }
        return optional(Asking.number(connection, GROUP_QUEUES));
    }

    private OptionalDouble galera(Map<String, Double> status) {
        if (status.getOrDefault("wsrep_cluster_size", 0.0) <= 0) {
            return OptionalDouble.empty();
        }
        double nanos = status.getOrDefault("wsrep_flow_control_paused_ns", 0.0);
        return OptionalDouble.of(paused.perSecond(nanos, System.nanoTime()) / 1e9 * 100);
    }

    private static OptionalDouble optional(Optional<Double> value) {
        return value.isPresent() ? OptionalDouble.of(value.get()) : OptionalDouble.empty();
    }

    @Override
    public Reading blind(String why) {
        Signal signal = settings.signal(Watched.REPLICATION_LAG).orElseGet(Watched.ACTIVE_SESSIONS::byDefault);
        return new Reading.Unreadable(signal, "the server", why);
    }
}
