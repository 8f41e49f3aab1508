package dev.sluice.proxy.ledger;

import dev.sluice.proxy.session.ErrorObject;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The ledger on PostgreSQL. On a connection where code of a client's has run, whoever calls {@link #advance} sets a safe
 * search path first.
 */
public final class PostgresLedger extends SqlLedger {

    /** Proposals this old that no transaction has taken up are dead: the expansion is sent right after the proposal. */
    private static final String PROPOSAL_AGE = "interval '1 hour'";

    public PostgresLedger() {
        super(EngineSql.POSTGRES);
    }

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

    @Override
    boolean exists(Connection connection) throws SQLException {
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
        return drafted(
                        Sql.on(
                                connection,
                                "INSERT INTO sluice.migrations (target_schema, target_name, statement, plan, requested_by,"
                                        + " search_path, session) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id"),
                        draft)
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
    @Override
    void settle(Connection connection) throws SQLException {
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
    public Optional<LedgerEntry> claim(Connection connection, String owner, Duration lease, OptionalLong only)
            throws SQLException {
        settle(connection);
        String sql = "UPDATE sluice.migrations SET owner = ?, epoch = epoch + 1, lease_until = "
                + engine().fromNow() + ", updated_at = " + engine().now()
                + ", state = CASE WHEN state IN " + ACTIVE + " THEN 'running' ELSE state END"
                + " WHERE id = (SELECT c.id FROM sluice.migrations c WHERE " + free()
                + " AND (?::bigint IS NULL OR c.id = ?::bigint)"
                + " AND (c.state IN " + ACTIVE + " OR (c.wanted = 'cancel' AND c.state IN " + UNFINISHED + "))"
                + " AND NOT EXISTS (SELECT 1 FROM sluice.migrations o WHERE o.id < c.id AND o.state IN " + ACTIVE
                + " AND o.target_schema = c.target_schema AND o.target_name = c.target_name)"
                + " ORDER BY c.id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id";
        Optional<Long> id = Sql.on(connection, sql)
                .with(owner)
                .with(micros(lease))
                .with(only)
                .with(only)
                .one(row -> row.getLong(1));
        return id.isEmpty() ? Optional.empty() : find(connection, id.get());
    }

    @Override
    void about(Connection connection, Lease lease, ErrorObject object) throws SQLException {
        Sql.on(connection, "UPDATE sluice.migrations SET error_object = ? WHERE id = ?")
                .with(ErrorObjectJson.write(object))
                .with(lease.migration())
                .update();
    }

    @Override
    String fence() {
        return FENCE + " RETURNING wanted, max_rows_per_second";
    }

    @Override
    Optional<Signals> fenced(Connection connection, Sql update, Lease lease) throws SQLException {
        return update.one(LedgerRow::signals);
    }
}
