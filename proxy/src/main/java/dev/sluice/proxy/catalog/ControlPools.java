package dev.sluice.proxy.catalog;

import com.zaxxer.hikari.HikariDataSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The gateway's own connections: one small pool for each database, made when it is first needed. Idle connections are
 * closed, so a database that nobody changes costs nothing. Thread-safe.
 */
public final class ControlPools implements AutoCloseable {

    private static final long IDLE_TIMEOUT_MS = 10_000;
    private static final long CONNECTION_TIMEOUT_MS = 10_000;

    static {
        // Each connection is looked at before it is used, not only one that was idle for half a second: a server that
        // has restarted meanwhile must not cost a client its schema change.
        System.setProperty("com.zaxxer.hikari.aliveBypassWindowMs", "0");
        // Idle connections of many databases must not use up the connections that one server has.
        System.setProperty("com.zaxxer.hikari.housekeeping.periodMs", "5000");
    }

    private final Map<String, ControlUpstream> upstreams;
    private final Map<Key, ControlDatabase> databases = new ConcurrentHashMap<>();

    private record Key(String upstream, String database) {}

    public ControlPools(Collection<ControlUpstream> upstreams) {
        this.upstreams =
                upstreams.stream().collect(Collectors.toUnmodifiableMap(ControlUpstream::name, Function.identity()));
    }

    /** The upstreams that are configured. */
    public List<ControlUpstream> upstreams() {
        return List.copyOf(upstreams.values());
    }

    /**
     * A configured upstream.
     *
     * @throws IllegalArgumentException for one that is not configured
     */
    public ControlUpstream upstream(String name) {
        ControlUpstream upstream = upstreams.get(name);
        if (upstream == null) {
            throw new IllegalArgumentException("no upstream " + name);
        }
        return upstream;
    }

    /**
     * A database of a configured upstream; nothing is connected to yet.
     *
     * @throws IllegalArgumentException for an upstream that is not configured
     */
    public ControlDatabase database(String upstream, String database) {
        ControlUpstream server = upstream(upstream);
        return databases.computeIfAbsent(
                new Key(upstream, database), key -> new ControlDatabase(server, database, pool(server, database)));
    }

    private static HikariDataSource pool(ControlUpstream upstream, String database) {
        // Made this way the pool and its threads come with the first connection: most databases of a server never
        // need one.
        HikariDataSource pool = new HikariDataSource();
        if (upstream.isPostgres()) {
            pool.setConnectionInitSql(ControlDatabase.OWN_SESSION);
        } else {
            // A client may hold the table that is looked at, by LOCK TABLES, while it waits for what comes of the look.
            pool.setConnectionInitSql("SET SESSION lock_wait_timeout = 1, innodb_lock_wait_timeout = 5");
        }
        pool.setPoolName("control " + upstream.name() + "/" + database);
        pool.setJdbcUrl(upstream.urlOf(database));
        pool.setDataSourceProperties(ControlDatabase.properties(upstream, ControlDatabase.POOLED));
        pool.setMaximumPoolSize(upstream.poolSize());
        pool.setMinimumIdle(0);
        pool.setIdleTimeout(IDLE_TIMEOUT_MS);
        pool.setConnectionTimeout(CONNECTION_TIMEOUT_MS);
        // The gateway starts while its databases are still down.
        pool.setInitializationFailTimeout(-1);
        return pool;
    }

    @Override
    public void close() {
        databases.values().forEach(database -> {
            if (database.pool() instanceof HikariDataSource pool) {
                pool.close();
            }
        });
    }
}
