package dev.sluice.proxy.catalog;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * What is known of the routines of each database, so that a statement that calls one which changes a schema can be seen.
 * A change through this gateway is known at once, any other within {@link #REFRESH} while statements come. Thread-safe.
 */
public final class Routines implements AutoCloseable {

    /** How often a database in use is asked whether its routines have changed. */
    public static final Duration REFRESH = Duration.ofSeconds(15);

    private final BiFunction<String, String, ControlDatabase> finding;
    private final Map<ControlDatabase, DatabaseRoutines> databases = new ConcurrentHashMap<>();
    private final ScheduledExecutorService refreshing = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("routines").factory());

    public Routines(ControlPools pools) {
        this((upstream, database) ->
                pools.database(upstream, pools.upstream(upstream).isPostgres() ? database : ""));
    }

    private Routines(BiFunction<String, String, ControlDatabase> finding) {
        this.finding = finding;
        refreshing.scheduleWithFixedDelay(this::refresh, REFRESH.toMillis(), REFRESH.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Asks no database and knows no routine. */
    public static Routines none() {
        ControlUpstream upstream = new ControlUpstream("none", "jdbc:postgresql:none", "", "", 1);
        ControlDatabase database = new ControlDatabase(upstream, "none", new NoDataSource());
        return new Routines((name, ignored) -> database);
    }

    /** Those of a database; on MySQL, where a server's are one lot, its name does not matter. */
    public DatabaseRoutines of(String upstream, String database) {
        return databases.computeIfAbsent(finding.apply(upstream, database), DatabaseRoutines::new);
    }

    private void refresh() {
        databases.values().forEach(DatabaseRoutines::refresh);
    }

    @Override
    public void close() {
        refreshing.shutdownNow();
    }

    /** Has no connection to give. */
    private static final class NoDataSource extends PGSimpleDataSource {
        private static final long serialVersionUID = 1L;

        @Override
        public Connection getConnection() throws SQLException {
            throw new SQLException("no database is asked");
        }
    }
}
