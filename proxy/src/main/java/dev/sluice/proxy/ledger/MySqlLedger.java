package dev.sluice.proxy.ledger;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.plan.PhaseName;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The ledger on MySQL and MariaDB. The expand phase commits statement by statement there, so a proposal is marked before
 * the first, and the client's connection holds a user lock until the last is recorded: a marked proposal whose lock is
 * free was interrupted, and is taken back.
 */
public final class MySqlLedger implements Ledger {

    private static final String NOW = "UTC_TIMESTAMP(6)";
    private static final String UNFINISHED =
            "('awaiting_approval', 'ready', 'running', 'throttled', 'paused', 'failed')";
    private static final String ACTIVE = "('ready', 'running', 'throttled')";
    private static final String FREE = "(m.lease_until IS NULL OR m.lease_until < " + NOW + ")";
    private static final String LEASE_END = NOW + " + INTERVAL ? MICROSECOND";
    private static final int CANDIDATES = 20;

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

    private static boolean exists(Connection connection) throws SQLException {
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
        Sql.on(
                        connection,
                        "INSERT INTO sluice.migrations (target_schema, target_name, statement, plan, requested_by,"
                                + " search_path, session, step_cursor, reason, created_at, updated_at)"
                                + " VALUES (?, ?, ?, ?, ?, ?, ?, '', '', " + NOW + ", " + NOW + ")")
                .with(draft.targetSchema())
                .with(draft.targetName())
                .with(draft.statement())
                .with(PlanJson.write(draft.plan()))
                .with(draft.requestedBy())
                .with(draft.searchPath())
                .with(draft.session())
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
    public Optional<LedgerEntry> find(Connection connection, long id) throws SQLException {
        return Sql.on(connection, MySqlLedgerRow.SELECT + " WHERE m.id = ? AND m.state <> 'proposed'")
                .with(id)
                .one(MySqlLedgerRow::read);
    }

    @Override
    public List<LedgerEntry> list(Connection connection) throws SQLException {
        return Sql.on(connection, MySqlLedgerRow.SELECT + " WHERE m.state <> 'proposed' ORDER BY m.id DESC LIMIT 1000")
                .all(MySqlLedgerRow::read);
    }

    @Override
    public Map<QualifiedName, List<Long>> inFlight(Connection connection) throws SQLException {
        Map<QualifiedName, List<Long>> result = new HashMap<>();
        if (!exists(connection)) {
            return result;
        }
        record Target(QualifiedName table, long id) {}
        Sql.on(
                        connection,
                        "SELECT target_schema, target_name, id FROM sluice.migrations WHERE state IN " + UNFINISHED
                                + " ORDER BY id")
                .all(row -> new Target(QualifiedName.of(row.getString(1), row.getString(2)), row.getLong(3)))
                .forEach(t -> result.computeIfAbsent(t.table(), k -> new ArrayList<>())
                        .add(t.id()));
        return result;
    }

    @Override
    public boolean busy(Connection connection) throws SQLException {
        return Sql.on(
                        connection,
                        "SELECT 1 FROM sluice.migrations WHERE state IN " + ACTIVE
                                + " OR (state IN ('proposed', 'failed', 'paused') AND (wanted = 'cancel'"
                                + " OR updated_at > " + NOW + " - INTERVAL 1 MINUTE)) LIMIT 1")
                .one(row -> true)
                .isPresent();
    }

    @Override
    public Optional<LedgerEntry> claim(Connection connection, String owner, Duration lease, OptionalLong only)
            throws SQLException {
        recover(connection);
        List<Long> candidates = Sql.on(
                        connection,
                        "SELECT m.id FROM sluice.migrations m WHERE " + FREE + " AND (? IS NULL OR m.id = ?)"
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
                                    + LEASE_END + ", m.updated_at = " + NOW + ", m.state = CASE WHEN m.state IN "
                                    + ACTIVE + " THEN 'running' ELSE m.state END WHERE m.id = ? AND " + FREE
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

    private static long micros(Duration duration) {
        return duration.toNanos() / 1000;
    }

    @Override
    public Signals renew(Connection connection, Lease lease, Duration duration) throws SQLException {
        return held(
                connection,
                Sql.on(connection, "UPDATE sluice.migrations SET lease_until = " + LEASE_END + MySqlLedgerRow.FENCE)
                        .with(micros(duration)),
                lease);
    }

    @Override
    public Signals advance(
            Connection connection,
            Lease lease,
            Duration duration,
            Position position,
            PhaseName phase,
            Progress progress)
            throws SQLException {
        return held(
                connection,
                Sql.on(
                                connection,
                                "UPDATE sluice.migrations SET lease_until = " + LEASE_END
                                        + ", phase_index = ?, step_index = ?, step_cursor = ?, phase = ?,"
                                        + " rows_done = ?, rows_total = ?, rows_per_second = ?, state = ?, reason = ?,"
                                        + " updated_at = " + NOW + MySqlLedgerRow.FENCE)
                        .with(micros(duration))
                        .with(position.phase())
                        .with(position.step())
                        .with(position.cursor())
                        .with(phase.word())
                        .with(progress.rowsDone())
                        .with(progress.rowsTotal())
                        .with(progress.rowsPerSecond())
                        .with((progress.throttled() ? LedgerState.THROTTLED : LedgerState.RUNNING).word())
                        .with(progress.reason()),
                lease);
    }

    @Override
    public void note(Connection connection, Lease lease, boolean throttled, String reason) throws SQLException {
        held(
                connection,
                Sql.on(
                                connection,
                                "UPDATE sluice.migrations SET reason = ?, state = CASE WHEN state IN " + ACTIVE
                                        + " THEN ? ELSE state END, updated_at = " + NOW + MySqlLedgerRow.FENCE)
                        .with(reason)
                        .with((throttled ? LedgerState.THROTTLED : LedgerState.RUNNING).word()),
                lease);
    }

    @Override
    public void finish(Connection connection, Lease lease, LedgerState state, Optional<String> sqlState, String reason)
            throws SQLException {
        boolean failed = state == LedgerState.FAILED;
        held(
                connection,
                Sql.on(
                                connection,
                                "UPDATE sluice.migrations SET state = ?, wanted = CASE WHEN wanted = 'cancel' AND ?"
                                        + " THEN wanted ELSE 'run' END, reason = ?, lease_until = NULL,"
                                        + " sql_state = COALESCE(?, sql_state), error = CASE WHEN ? THEN ? ELSE error END,"
                                        + " ended_at = CASE WHEN ? THEN NULL ELSE " + NOW + " END, updated_at = " + NOW
                                        + MySqlLedgerRow.FENCE)
                        .with(state.word())
                        .with(failed || state == LedgerState.PAUSED)
                        .with(reason)
                        .with(sqlState)
                        .with(failed)
                        .with(reason)
                        .with(state == LedgerState.PAUSED),
                lease);
    }

    private static Signals held(Connection connection, Sql update, Lease lease) throws SQLException {
        int rows = update.with(lease.migration())
                .with(lease.owner())
                .with(lease.epoch())
                .update();
        if (rows == 0) {
            throw new LeaseLostException(lease);
        }
        return Sql.on(connection, "SELECT wanted, max_rows_per_second FROM sluice.migrations WHERE id = ?")
                .with(lease.migration())
                .one(row -> new Signals(Wanted.of(row.getString(1)), row.getLong(2)))
                .orElseThrow(() -> new LeaseLostException(lease));
    }

    @Override
    public void release(Connection connection, Lease lease) throws SQLException {
        Sql.on(connection, "UPDATE sluice.migrations SET lease_until = NULL" + MySqlLedgerRow.FENCE)
                .with(lease.migration())
                .with(lease.owner())
                .with(lease.epoch())
                .update();
    }

    @Override
    public boolean command(Connection connection, long id, OperatorWord word) throws SQLException {
        String change = switch (word) {
            case PAUSE ->
                "m.wanted = CASE WHEN " + FREE + " THEN 'run' ELSE 'pause' END, m.state = CASE WHEN " + FREE
                        + " THEN 'paused' ELSE m.state END WHERE m.wanted <> 'cancel' AND m.state IN " + ACTIVE;
            case RESUME ->
                "m.reason = '', m.state = CASE WHEN m.state = 'paused' THEN 'ready' ELSE m.state END,"
                        + " m.wanted = 'run'"
                        + " WHERE (m.state = 'paused' AND m.wanted <> 'cancel') OR m.wanted = 'pause'";
            case CANCEL -> "m.wanted = 'cancel' WHERE m.state IN " + UNFINISHED;
            case RETRY ->
                "m.reason = '', m.sql_state = NULL, m.error = NULL, m.ended_at = NULL, m.state = 'ready'"
                        + " WHERE m.state = 'failed' AND m.wanted <> 'cancel'";
            case APPROVE -> "m.reason = '', m.state = 'ready' WHERE m.state = 'awaiting_approval'";
        };
        int where = change.lastIndexOf(" WHERE ");
        String sql = "UPDATE sluice.migrations m SET m.updated_at = " + NOW + ", " + change.substring(0, where)
                + " WHERE m.id = ? AND (" + change.substring(where + 7) + ")";
        return Sql.on(connection, sql).with(id).update() > 0;
    }

    @Override
    public void limit(Connection connection, long id, long maxRowsPerSecond) throws SQLException {
        Sql.on(connection, "UPDATE sluice.migrations SET max_rows_per_second = ? WHERE id = ?")
                .with(maxRowsPerSecond)
                .with(id)
                .update();
    }
}
