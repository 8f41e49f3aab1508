package dev.sluice.proxy.ledger;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.plan.PhaseName;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The ledger on PostgreSQL. On a connection where code of a client's has run, whoever calls {@link #advance} sets a safe
 * search path first.
 */
public final class PostgresLedger implements Ledger {

    private static final String UNFINISHED =
            "('awaiting_approval', 'ready', 'running', 'throttled', 'paused', 'failed')";
    private static final String ACTIVE = "('ready', 'running', 'throttled')";
    /** Proposals this old that no transaction has taken up are dead: the expansion is sent right after the proposal. */
    private static final String PROPOSAL_AGE = "interval '1 hour'";

    @Override
    public boolean installed(Connection connection) throws SQLException {
        if (!exists(connection)) {
            return false;
        }
        return Sql.on(
                        connection,
                        "SELECT value FROM sluice.settings WHERE name = 'version'"
                                + " AND EXISTS (SELECT 1 FROM sluice.settings WHERE name = 'secret')")
                .one(row -> Integer.parseInt(row.getString(1)))
                .filter(version -> version >= PostgresLedgerScript.VERSION)
                .isPresent();
    }

    private static boolean exists(Connection connection) throws SQLException {
        return Sql.on(connection, "SELECT pg_catalog.to_regclass('sluice.settings') IS NOT NULL")
                .one(row -> row.getBoolean(1))
                .orElse(false);
    }

    @Override
    public void install(Connection connection) throws SQLException {
        Sql.inTransaction(connection, () -> {
            // One that an administrator has installed lacks the secret alone, and need not be owned by this role.
            boolean present = exists(connection)
                    && Sql.on(connection, "SELECT 1 FROM sluice.settings WHERE name = 'version' AND value::int >= ?")
                            .with(PostgresLedgerScript.VERSION)
                            .one(row -> true)
                            .isPresent();
            if (!present) {
                Sql.script(connection, PostgresLedgerScript.text());
            }
            byte[] secret = new byte[32];
            new SecureRandom().nextBytes(secret);
            Sql.on(connection, "INSERT INTO sluice.settings (name, value) VALUES ('secret', ?) ON CONFLICT DO NOTHING")
                    .with(HexFormat.of().formatHex(secret))
                    .update();
        });
    }

    @Override
    public long propose(Connection connection, Draft draft) throws SQLException {
        return Sql.on(
                        connection,
                        "INSERT INTO sluice.migrations (target_schema, target_name, statement, plan, requested_by,"
                                + " search_path, session) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id")
                .with(draft.targetSchema())
                .with(draft.targetName())
                .with(draft.statement().replace("\0", ""))
                .with(PlanJson.write(draft.plan()))
                .with(draft.requestedBy())
                .with(draft.searchPath())
                .with(draft.session())
                .one(row -> row.getLong(1))
                .orElseThrow();
    }

    @Override
    public String expandedSql(Connection connection, long id) throws SQLException {
        String token = Sql.on(
                        connection,
                        "SELECT encode(sha256(convert_to(s.value || ?::bigint, 'UTF8')), 'hex')"
                                + " FROM sluice.settings s WHERE s.name = 'secret'")
                .with(id)
                .one(row -> row.getString(1))
                .orElseThrow(() -> new SQLException("the ledger has no secret", "42P01"));
        return "SELECT sluice.expanded(" + id + ", '" + token + "')";
    }

    @Override
    public void expanded(Connection connection, long id) throws SQLException {
        Sql.on(connection, "INSERT INTO sluice.expansions (migration) VALUES (?) ON CONFLICT DO NOTHING")
                .with(id)
                .update();
    }

    @Override
    public void discard(Connection connection, long id) throws SQLException {
        Sql.on(
                        connection,
                        "DELETE FROM sluice.migrations m WHERE m.id = ? AND m.state = 'proposed'"
                                + " AND NOT EXISTS (SELECT 1 FROM sluice.expansions e WHERE e.migration = m.id)")
                .with(id)
                .update();
    }

    @Override
    public List<Long> sweep(Connection connection) throws SQLException {
        List<Long> old = Sql.on(
                        connection,
                        "SELECT id FROM sluice.migrations WHERE state = 'proposed' AND created_at <"
                                + " pg_catalog.clock_timestamp() - " + PROPOSAL_AGE)
                .all(row -> row.getLong(1));
        List<Long> swept = new ArrayList<>();
        for (long id : old) {
            Sql.inTransaction(connection, () -> {
                // The expansion holds this lock until its transaction ends.
                boolean free = Sql.on(
                                connection,
                                "SELECT pg_catalog.pg_try_advisory_xact_lock((?::bigint << 32) | ?::bigint)")
                        .with(PostgresLedgerScript.LOCK_SPACE)
                        .with(id)
                        .one(row -> row.getBoolean(1))
                        .orElse(false);
                if (free) {
                    discard(connection, id);
                    swept.add(id);
                }
            });
        }
        return swept;
    }

    /** Proposals whose expansion has committed become ready. */
    private static void promote(Connection connection) throws SQLException {
        int promoted = Sql.on(
                        connection,
                        "UPDATE sluice.migrations m SET state = 'ready', updated_at = pg_catalog.clock_timestamp()"
                                + " FROM sluice.expansions e WHERE e.migration = m.id AND m.state = 'proposed'")
                .update();
        if (promoted > 0) {
            Sql.on(
                            connection,
                            "DELETE FROM sluice.expansions e USING sluice.migrations m"
                                    + " WHERE m.id = e.migration AND m.state <> 'proposed'")
                    .update();
        }
    }

    @Override
    public Optional<LedgerEntry> find(Connection connection, long id) throws SQLException {
        promote(connection);
        return Sql.on(connection, PostgresLedgerRow.SELECT + " WHERE m.id = ? AND m.state <> 'proposed'")
                .with(id)
                .one(PostgresLedgerRow::read);
    }

    @Override
    public List<LedgerEntry> list(Connection connection) throws SQLException {
        promote(connection);
        return Sql.on(
                        connection,
                        PostgresLedgerRow.SELECT + " WHERE m.state <> 'proposed' ORDER BY m.id DESC LIMIT 1000")
                .all(PostgresLedgerRow::read);
    }

    @Override
    public Map<QualifiedName, List<Long>> inFlight(Connection connection) throws SQLException {
        Map<QualifiedName, List<Long>> result = new HashMap<>();
        if (!exists(connection)) {
            return result;
        }
        promote(connection);
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
        promote(connection);
        return Sql.on(
                        connection,
                        "SELECT 1 FROM sluice.migrations WHERE state IN " + ACTIVE
                                + " OR (state IN ('proposed', 'failed', 'paused') AND (wanted = 'cancel' OR updated_at >"
                                + " pg_catalog.clock_timestamp() - interval '1 minute')) LIMIT 1")
                .one(row -> true)
                .isPresent();
    }

    @Override
    public Optional<LedgerEntry> claim(Connection connection, String owner, Duration lease, OptionalLong only)
            throws SQLException {
        promote(connection);
        String sql = "UPDATE sluice.migrations SET owner = ?, epoch = epoch + 1, lease_until ="
                + " pg_catalog.clock_timestamp() + ? * interval '1 ms', updated_at = pg_catalog.clock_timestamp(),"
                + " state = CASE WHEN state IN " + ACTIVE + " THEN 'running' ELSE state END"
                + " WHERE id = (SELECT c.id FROM sluice.migrations c"
                + " WHERE (c.lease_until IS NULL OR c.lease_until < pg_catalog.clock_timestamp())"
                + " AND (?::bigint IS NULL OR c.id = ?::bigint)"
                + " AND (c.state IN " + ACTIVE + " OR (c.wanted = 'cancel' AND c.state IN " + UNFINISHED + "))"
                + " AND NOT EXISTS (SELECT 1 FROM sluice.migrations o WHERE o.id < c.id AND o.state IN " + ACTIVE
                + " AND o.target_schema = c.target_schema AND o.target_name = c.target_name)"
                + " ORDER BY c.id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id";
        Optional<Long> id = Sql.on(connection, sql)
                .with(owner)
                .with(lease.toMillis())
                .with(only)
                .with(only)
                .one(row -> row.getLong(1));
        return id.isEmpty() ? Optional.empty() : find(connection, id.get());
    }

    @Override
    public Signals renew(Connection connection, Lease lease, Duration duration) throws SQLException {
        return held(
                Sql.on(
                                connection,
                                "UPDATE sluice.migrations SET lease_until = pg_catalog.clock_timestamp() + ? * interval '1 ms'"
                                        + PostgresLedgerRow.FENCE)
                        .with(duration.toMillis()),
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
                Sql.on(
                                connection,
                                "UPDATE sluice.migrations SET lease_until = pg_catalog.clock_timestamp() + ? * interval '1 ms',"
                                        + " phase_index = ?, step_index = ?, step_cursor = ?, phase = ?, rows_done = ?,"
                                        + " rows_total = ?, rows_per_second = ?, state = ?, reason = ?,"
                                        + " updated_at = pg_catalog.clock_timestamp()" + PostgresLedgerRow.FENCE)
                        .with(duration.toMillis())
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
                Sql.on(
                                connection,
                                "UPDATE sluice.migrations SET reason = ?, state = CASE WHEN state IN " + ACTIVE
                                        + " THEN ? ELSE state END, updated_at = pg_catalog.clock_timestamp()"
                                        + PostgresLedgerRow.FENCE)
                        .with(reason)
                        .with((throttled ? LedgerState.THROTTLED : LedgerState.RUNNING).word()),
                lease);
    }

    @Override
    public void finish(Connection connection, Lease lease, LedgerState state, Optional<String> sqlState, String reason)
            throws SQLException {
        boolean failed = state == LedgerState.FAILED;
        held(
                Sql.on(
                                connection,
                                "UPDATE sluice.migrations SET state = ?, wanted = CASE WHEN wanted = 'cancel' AND ? THEN wanted ELSE 'run' END, reason = ?, lease_until = NULL,"
                                        + " sqlstate = coalesce(?, sqlstate), error = CASE WHEN ? THEN ? ELSE error END,"
                                        + " ended_at = CASE WHEN ? THEN NULL ELSE pg_catalog.clock_timestamp() END,"
                                        + " updated_at = pg_catalog.clock_timestamp()" + PostgresLedgerRow.FENCE)
                        .with(state.word())
                        .with(failed || state == LedgerState.PAUSED)
                        .with(reason)
                        .with(sqlState)
                        .with(failed)
                        .with(reason)
                        .with(state == LedgerState.PAUSED),
                lease);
    }

    private static Signals held(Sql statement, Lease lease) throws SQLException {
        return statement
                .with(lease.migration())
                .with(lease.owner())
                .with(lease.epoch())
                .one(PostgresLedger::signals)
                .orElseThrow(() -> new LeaseLostException(lease));
    }

    private static Signals signals(ResultSet row) throws SQLException {
        return new Signals(Wanted.of(row.getString(1)), row.getLong(2));
    }

    @Override
    public void release(Connection connection, Lease lease) throws SQLException {
        Sql.on(connection, "UPDATE sluice.migrations SET lease_until = NULL WHERE id = ? AND owner = ? AND epoch = ?")
                .with(lease.migration())
                .with(lease.owner())
                .with(lease.epoch())
                .update();
    }

    @Override
    public boolean command(Connection connection, long id, OperatorWord word) throws SQLException {
        promote(connection);
        String unowned = "(lease_until IS NULL OR lease_until < pg_catalog.clock_timestamp())";
        String change = switch (word) {
            case PAUSE ->
                "wanted = CASE WHEN " + unowned + " THEN 'run' ELSE 'pause' END, state = CASE WHEN " + unowned
                        + " THEN 'paused' ELSE state END WHERE wanted <> 'cancel' AND state IN " + ACTIVE;
            case RESUME ->
                "wanted = 'run', reason = '', state = CASE WHEN state = 'paused' THEN 'ready' ELSE state END"
                        + " WHERE (state = 'paused' AND wanted <> 'cancel') OR wanted = 'pause'";
            case CANCEL -> "wanted = 'cancel' WHERE state IN " + UNFINISHED;
            case RETRY ->
                "state = 'ready', reason = '', sqlstate = NULL, error = NULL, ended_at = NULL"
                        + " WHERE state = 'failed' AND wanted <> 'cancel'";
            case APPROVE -> "state = 'ready', reason = '' WHERE state = 'awaiting_approval'";
        };
        int where = change.lastIndexOf(" WHERE ");
        String sql = "UPDATE sluice.migrations SET updated_at = pg_catalog.clock_timestamp(), "
                + change.substring(0, where) + " WHERE id = ? AND (" + change.substring(where + 7) + ")";
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
