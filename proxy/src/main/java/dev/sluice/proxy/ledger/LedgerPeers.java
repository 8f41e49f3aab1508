package dev.sluice.proxy.ledger;

import dev.sluice.proxy.throttle.Peers;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * Gateways that share a database tell one another through its ledger what they do and see, and take what they may write
 * from one budget there. Times are the database's. While somebody is at work a row is written twice a second, which is
 * also what replicas can be measured by. Thread-safe.
 */
public final class LedgerPeers implements Peers {

    private static final Duration FRESH = Duration.ofSeconds(3);
    private static final Duration FORGOTTEN = Duration.ofHours(1);
    private static final Duration LOOKED_FOR = Duration.ofSeconds(10);
    private static final String ROWS = "rows";

    private final EngineSql engine;
    private final String gateway;
    private final Connections connections;
    private volatile boolean ready;
    /** Applications write in databases, too, that have no ledger: it is not looked for before this moment. */
    private volatile long absentUntil = System.nanoTime();

    /** Where a connection comes from, in autocommit. */
    public interface Connections {
        Connection connection() throws SQLException;
    }

    private LedgerPeers(EngineSql engine, String gateway, Connections connections) {
        this.engine = engine;
        this.gateway = gateway;
        this.connections = connections;
    }

    /** @param gateway this gateway's name in the ledger */
    public static LedgerPeers postgres(String gateway, Connections connections) {
        return new LedgerPeers(EngineSql.POSTGRES, gateway, connections);
    }

    public static LedgerPeers mysql(String gateway, Connections connections) {
        return new LedgerPeers(EngineSql.MYSQL, gateway, connections);
    }

    private interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    private <T> T with(Work<T> work) {
        if (System.nanoTime() - absentUntil < 0) {
            throw new Unreachable(new SQLException("there is no ledger"));
        }
        try (Connection connection = connections.connection()) {
            if (!ready) {
                install(connection);
                ready = true;
            }
            return work.on(connection);
        } catch (SQLException e) {
            ready = false;
            throw new Unreachable(e);
        }
    }

    private void install(Connection connection) throws SQLException {
        List<String> tables = Sql.on(
                        connection,
                        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'sluice'"
                                + " AND table_name IN ('settings', 'gateways', 'budgets')")
                .all(row -> row.getString(1));
        if (!tables.contains("settings")) {
            absentUntil = System.nanoTime() + LOOKED_FOR.toNanos();
            throw new SQLException("there is no ledger");
        }
        if (tables.size() < 3) {
            create(connection);
        }
        Sql.on(connection, "DELETE FROM sluice.gateways WHERE seen_at < " + engine.fromNow())
                .with(micros(FORGOTTEN.negated()))
                .update();
    }

    private void create(Connection connection) throws SQLException {
        switch (engine) {
            case POSTGRES ->
                Sql.inTransaction(connection, () -> {
                    // IF NOT EXISTS alone fails when two do it at once.
                    Sql.script(
                            connection,
                            "SELECT pg_catalog.pg_advisory_xact_lock(" + PostgresLedgerScript.LOCK_SPACE + ")");
                    for (String table : PostgresLedgerScript.PEERS) {
                        Sql.script(connection, table);
                    }
                });
            case MYSQL -> {
                for (String table : MySqlLedgerScript.PEERS) {
                    Sql.script(connection, table);
                }
            }
        }
    }

    @Override
    public List<Peer> meet(int atWork, double latencyFactor) {
        return with(connection -> {
            List<Peer> others = Sql.on(
                            connection,
                            "SELECT name, at_work, latency_factor FROM sluice.gateways WHERE name <> ? AND seen_at > "
                                    + engine.fromNow())
                    .with(gateway)
                    .with(micros(FRESH.negated()))
                    .all(row -> new Peer(row.getString(1), row.getInt(2), row.getDouble(3)));
            if (atWork > 0 || others.stream().anyMatch(o -> o.atWork() > 0)) {
                tell(connection, atWork, latencyFactor);
            }
            return others;
        });
    }

    private void tell(Connection connection, int atWork, double latencyFactor) throws SQLException {
        Sql.lazily(
                connection,
                engine,
                () -> Sql.on(
                                connection,
                                "INSERT INTO sluice.gateways (name, seen_at, at_work, latency_factor) VALUES (?, "
                                        + engine.now() + ", ?, ?) " + onConflict() + " seen_at = " + engine.now()
                                        + ", at_work = ?, latency_factor = ?")
                        .with(gateway)
                        .with(atWork)
                        .with(latencyFactor)
                        .with(atWork)
                        .with(latencyFactor)
                        .update());
    }

    @Override
    public Duration take(long rows, long rowsPerSecond) {
        long cost = (long) (rows * 1e6 / rowsPerSecond);
        return with(connection -> {
            String column = engine == EngineSql.POSTGRES ? "budgets.paid_until" : "paid_until";
            Sql.lazily(
                    connection,
                    engine,
                    () -> Sql.on(
                                    connection,
                                    "INSERT INTO sluice.budgets (name, paid_until) VALUES (?, " + engine.fromNow()
                                            + ") " + onConflict() + " paid_until = "
                                            + engine.later("GREATEST(" + column + ", " + engine.now() + ")"))
                            .with(ROWS)
                            .with(cost)
                            .with(cost)
                            .update());
            long micros = Sql.on(
                            connection,
                            "SELECT " + engine.epochMicros("paid_until") + " - " + engine.epochMicros(engine.now())
                                    + " FROM sluice.budgets WHERE name = ?")
                    .with(ROWS)
                    .one(row -> row.getLong(1))
                    .orElse(0L);
            return Duration.ofNanos(Math.max(0, micros) * 1_000);
        });
    }

    private String onConflict() {
        return switch (engine) {
            case POSTGRES -> "ON CONFLICT (name) DO UPDATE SET";
            case MYSQL -> "ON DUPLICATE KEY UPDATE";
        };
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1_000;
    }
}
