package dev.sluice.proxy.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The ledger on MySQL and MariaDB. The expand phase commits statement by statement there, so a proposal is marked before
 * the first, and the client's connection holds a user lock until the last is recorded: a marked proposal whose lock is
 * free was interrupted, and is taken back.
 */
public final class MySqlLedger extends SqlLedger {

    private static final String NOW = EngineSql.MYSQL.now();
    private static final int CANDIDATES = 20;

    public MySqlLedger() {
        super(EngineSql.MYSQL);
    }

    /** The user lock that the connection of an expansion under way holds. */
    public static String lockName(long migration) {
        return "sluice.expansion." + migration;
    }

    @Override
    public boolean installed(Connection connection) throws SQLException {
        return exists(connection)
                && Sql.on(connection, "SELECT value FROM sluice.settings WHERE name = 'version'")
                        .one(row -> Integer.parseInt(row.getString(1)))
                        .filter(version -> version >= MySqlLedgerScript.VERSION)
                        .isPresent();
    }

    @Override
    boolean exists(Connection connection) throws SQLException {
        return Sql.on(
                        connection,
                        "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'sluice'"
                                + " AND TABLE_NAME IN ('settings', 'migrations')")
                .one(row -> row.getInt(1) == 2)
                .orElse(false);
    }

    @Override
    public void install(Connection connection) throws SQLException {
        for (String statement : MySqlLedgerScript.statements()) {
            Sql.script(connection, statement);
        }
    }

    @Override
    public long propose(Connection connection, Draft draft) throws SQLException {
        drafted(
                        Sql.on(
                                connection,
                                "INSERT INTO sluice.migrations (target_schema, target_name, statement, plan, requested_by,"
                                        + " search_path, session, step_cursor, reason, created_at, updated_at)"
                                        + " VALUES (?, ?, ?, ?, ?, ?, ?, '', '', " + NOW + ", " + NOW + ")"),
                        draft)
                .update();
        return Sql.on(connection, "SELECT LAST_INSERT_ID()")
                .one(row -> row.getLong(1))
                .orElseThrow();
    }

    @Override
    public String expandedSql(Connection connection, long id) {
        return "";
    }

    /** The client's connection holds the migration's lock by now. */
    @Override
    public void expanding(Connection connection, long id) throws SQLException {
        must(
                Sql.on(connection, "UPDATE sluice.migrations SET expanding = 1 WHERE id = ? AND state = 'proposed'")
                        .with(id)
                        .update(),
                id);
    }

    @Override
    public void expanded(Connection connection, long id) throws SQLException {
        must(
                Sql.on(
                                connection,
                                "UPDATE sluice.migrations SET state = 'ready', updated_at = " + NOW
                                        + " WHERE id = ? AND state = 'proposed'")
                        .with(id)
                        .update(),
                id);
    }

    private static void must(int updated, long id) throws SQLException {
        if (updated == 0) {
            throw new SQLException("migration " + id + " has been taken back", "55000");
        }
    }

    @Override
    public void discard(Connection connection, long id) throws SQLException {
        Sql.on(
                        connection,
                        "DELETE FROM sluice.migrations WHERE id = ? AND state = 'proposed'"
                                + " AND (expanding = 0 OR IS_FREE_LOCK(?) = 0)")
                .with(id)
                .with(lockName(id))
                .update();
    }

    @Override
    public List<Long> sweep(Connection connection) throws SQLException {
        List<Long> old = Sql.on(
                        connection,
                        "SELECT id FROM sluice.migrations WHERE state = 'proposed' AND expanding = 0"
                                + " AND created_at < " + NOW + " - INTERVAL 1 HOUR")
                .all(row -> row.getLong(1));
        for (long id : old) {
            discard(connection, id);
        }
        return old;
    }

    /** An expansion that was interrupted is taken back by name: what it adds must not be another's by then. */
    @Override
    String onItsWay() {
        return super.onItsWay() + " OR state = 'proposed' AND expanding = 1";
    }

    /** An expansion that is interrupted is taken back by who claims, not by who looks. */
    @Override
    void settle(Connection connection) {}

    /** Takes back expansions that nobody is at any more. */
    private static void recover(Connection connection) throws SQLException {
        List<Long> marked = Sql.on(
                        connection, "SELECT id FROM sluice.migrations WHERE state = 'proposed' AND expanding = 1")
                .all(row -> row.getLong(1));
        for (long id : marked) {
            Sql.on(
                            connection,
                            "UPDATE sluice.migrations SET state = 'ready', wanted = 'cancel',"
                                    + " reason = 'the expansion was interrupted', updated_at = " + NOW
                                    + " WHERE id = ? AND state = 'proposed' AND IS_FREE_LOCK(?) = 1")
                    .with(id)
                    .with(lockName(id))
                    .update();
        }
    }

    @Override
    public Optional<LedgerEntry> claim(Connection connection, String owner, Duration lease, OptionalLong only)
            throws SQLException {
        recover(connection);
        List<Long> candidates = Sql.on(
                        connection,
                        "SELECT m.id FROM sluice.migrations m WHERE " + free() + " AND (? IS NULL OR m.id = ?)"
                                + " AND (m.state IN " + ACTIVE + " OR (m.wanted = 'cancel' AND m.state IN "
                                + UNFINISHED + "))"
                                + " AND NOT EXISTS (SELECT 1 FROM sluice.migrations o WHERE o.id < m.id AND o.state IN "
                                + ACTIVE
                                + " AND o.target_schema = m.target_schema AND o.target_name = m.target_name)"
                                + " ORDER BY m.id LIMIT " + CANDIDATES)
                .with(only)
                .with(only)
                .all(row -> row.getLong(1));
        for (long id : candidates) {
            int taken = Sql.on(
                            connection,
                            "UPDATE sluice.migrations m SET m.owner = ?, m.epoch = m.epoch + 1, m.lease_until = "
                                    + engine().fromNow() + ", m.updated_at = " + NOW
                                    + ", m.state = CASE WHEN m.state IN "
                                    + ACTIVE + " THEN 'running' ELSE m.state END WHERE m.id = ? AND " + free()
                                    + " AND (m.state IN " + ACTIVE + " OR m.wanted = 'cancel')")
                    .with(owner)
                    .with(micros(lease))
                    .with(id)
                    .update();
            if (taken == 1) {
                return find(connection, id);
            }
        }
        return Optional.empty();
    }

    @Override
    String fence() {
        return FENCE;
    }

    @Override
    Optional<Signals> fenced(Connection connection, Sql update, Lease lease) throws SQLException {
        if (update.update() == 0) {
            return Optional.empty();
        }
        return Sql.on(connection, "SELECT wanted, max_rows_per_second FROM sluice.migrations WHERE id = ?")
                .with(lease.migration())
                .one(LedgerRow::signals);
    }
}
