package dev.sluice.proxy.ledger;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Requests for approval: a table of its own beside the migrations, with numbers from theirs. Stateless; each method works
 * on the connection that it is given, and whoever comes first wins where two want the same approval.
 */
public final class ApprovalLedger {

    private static final int LISTED = 100;
    /** An approval that is there is taken by one of several who ask; a few more tries find the next. */
    private static final int CANDIDATES = 20;

    private final EngineSql engine;

    private ApprovalLedger(EngineSql engine) {
        this.engine = engine;
    }

    public static ApprovalLedger postgres() {
        return new ApprovalLedger(EngineSql.POSTGRES);
    }

    public static ApprovalLedger mysql() {
        return new ApprovalLedger(EngineSql.MYSQL);
    }

    /** Makes the table where it is missing; the ledger itself is there. */
    public void install(Connection connection) throws SQLException {
        if (!installed(connection)) {
            Sql.script(
                    connection,
                    switch (engine) {
                        case POSTGRES -> PostgresLedgerScript.APPROVALS;
                        case MYSQL -> MySqlLedgerScript.APPROVALS;
                    });
        }
    }

    public boolean installed(Connection connection) throws SQLException {
        String sql = switch (engine) {
            case POSTGRES -> "SELECT pg_catalog.to_regclass('sluice.approvals') IS NOT NULL";
            case MYSQL ->
                "SELECT COUNT(*) > 0 FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'sluice'"
                        + " AND TABLE_NAME = 'approvals'";
        };
        return Sql.on(connection, sql).one(row -> row.getBoolean(1)).orElse(false);
    }

    /** Writes a request down and gives its number; one that still waits for the same is given again. */
    public long request(Connection connection, ApprovalDraft draft) throws SQLException {
        Optional<Long> same = Sql.on(
                        connection,
                        "SELECT id FROM sluice.approvals WHERE state = 'awaiting_approval' AND fingerprint = ?"
                                + " AND requested_by = ? ORDER BY id LIMIT 1")
                .with(draft.fingerprint())
                .with(draft.requestedBy())
                .one(row -> row.getLong(1));
        if (same.isPresent()) {
            return same.get();
        }
        long id = nextNumber(connection);
        Sql.on(
                        connection,
                        "INSERT INTO sluice.approvals (id, state, fingerprint, target, statement, why, requested_by,"
                                + " session, decided_by, reason, created_at, updated_at)"
                                + " VALUES (?, 'awaiting_approval', ?, ?, ?, ?, ?, ?, '', '', " + engine.now() + ", "
                                + engine.now() + ")")
                .with(id)
                .with(draft.fingerprint())
                .with(draft.target())
                .with(draft.statement().replace("\0", ""))
                .with(draft.why())
                .with(draft.requestedBy())
                .with(draft.session())
                .update();
        return id;
    }

    /** A number that no migration will have. MySQL has no sequence apart from a table: a row is made and removed. */
    private long nextNumber(Connection connection) throws SQLException {
        if (engine == EngineSql.POSTGRES) {
            return Sql.on(
                            connection,
                            "SELECT pg_catalog.nextval(pg_catalog.pg_get_serial_sequence('sluice.migrations', 'id'))")
                    .one(row -> row.getLong(1))
                    .orElseThrow();
        }
        Sql.on(
                        connection,
                        "INSERT INTO sluice.migrations (target_schema, target_name, statement, plan, requested_by,"
                                + " search_path, session, step_cursor, reason, created_at, updated_at)"
                                + " VALUES ('', '', '', '', '', '', '', '', '', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))")
                .update();
        long id = Sql.on(connection, "SELECT LAST_INSERT_ID()")
                .one(row -> row.getLong(1))
                .orElseThrow();
        Sql.on(connection, "DELETE FROM sluice.migrations WHERE id = ?")
                .with(id)
                .update();
        return id;
    }

    /** Uses up an approval of exactly this, when there is one that is still valid. */
    public Optional<Long> take(Connection connection, String requestedBy, String fingerprint) throws SQLException {
        String valid = "state = 'approved' AND valid_until > " + engine.now();
        List<Long> candidates = Sql.on(
                        connection,
                        "SELECT id FROM sluice.approvals WHERE requested_by = ? AND fingerprint = ? AND " + valid
                                + " ORDER BY id LIMIT " + CANDIDATES)
                .with(requestedBy)
                .with(fingerprint)
                .all(row -> row.getLong(1));
        for (long id : candidates) {
            if (change(connection, id, "state = 'used'", valid)) {
                return Optional.of(id);
            }
        }
        return Optional.empty();
    }

    /** Ends what the same user asked for the same statement on other facts. @return the numbers of those */
    public List<Long> lapse(Connection connection, String requestedBy, String statement, String fingerprint)
            throws SQLException {
        String open = "state IN ('awaiting_approval', 'approved')";
        List<Long> others = Sql.on(
                        connection,
                        "SELECT id FROM sluice.approvals WHERE requested_by = ? AND statement = ? AND fingerprint <> ?"
                                + " AND " + open + " ORDER BY id LIMIT " + CANDIDATES)
                .with(requestedBy)
                .with(statement.replace("\0", ""))
                .with(fingerprint)
                .all(row -> row.getLong(1));
        List<Long> ended = new ArrayList<>();
        for (long id : others) {
            if (change(connection, id, "state = 'outdated'", open)) {
                ended.add(id);
            }
        }
        return ended;
    }

    /** The statement did not get through after all: the approval holds as before. */
    public void giveBack(Connection connection, long id) throws SQLException {
        change(connection, id, "state = 'approved'", "state = 'used'");
    }

    /** False when nobody waits for it any more. */
    public boolean approve(Connection connection, long id, String operator, String reason, Duration validity)
            throws SQLException {
        return Sql.on(
                                connection,
                                "UPDATE sluice.approvals SET state = 'approved', decided_by = ?, reason = ?,"
                                        + " valid_until = " + engine.fromNow() + ", updated_at = " + engine.now()
                                        + " WHERE state = 'awaiting_approval' AND id = ?")
                        .with(operator)
                        .with(reason)
                        .with(SqlLedger.micros(validity))
                        .with(id)
                        .update()
                > 0;
    }

    public boolean cancel(Connection connection, long id) throws SQLException {
        return change(connection, id, "state = 'cancelled'", "state IN ('awaiting_approval', 'approved')");
    }

    private boolean change(Connection connection, long id, String set, String where) throws SQLException {
        return Sql.on(
                                connection,
                                "UPDATE sluice.approvals SET " + set + ", updated_at = " + engine.now()
                                        + " WHERE id = ? AND " + where)
                        .with(id)
                        .update()
                > 0;
    }

    /** Those that still mean something, and the last few that do not. */
    public List<ApprovalEntry> list(Connection connection) throws SQLException {
        return Sql.on(
                        connection,
                        select() + " ORDER BY CASE WHEN state IN ('awaiting_approval', 'approved') THEN 0 ELSE 1 END,"
                                + " id DESC LIMIT " + LISTED)
                .all(ApprovalLedger::read);
    }

    public Optional<ApprovalEntry> find(Connection connection, long id) throws SQLException {
        return Sql.on(connection, select() + " WHERE id = ?").with(id).one(ApprovalLedger::read);
    }

    private String select() {
        return "SELECT id, CASE WHEN state = 'approved' AND valid_until < " + engine.now()
                + " THEN 'lapsed' ELSE state END AS now_state, fingerprint, target, statement, why, requested_by,"
                + " session, decided_by, reason, " + engine.epochMicros("created_at") + " AS created_micros, "
                + engine.epochMicros("updated_at") + " AS updated_micros FROM sluice.approvals";
    }

    private static ApprovalEntry read(ResultSet row) throws SQLException {
        return new ApprovalEntry(
                row.getLong("id"),
                ApprovalEntry.State.valueOf(row.getString("now_state").toUpperCase(Locale.ROOT)),
                new ApprovalDraft(
                        row.getString("fingerprint"),
                        row.getString("target"),
                        row.getString("statement"),
                        row.getString("why"),
                        row.getString("requested_by"),
                        row.getString("session")),
                row.getString("decided_by"),
                row.getString("reason"),
                LedgerRow.instant(row, "created_micros"),
                LedgerRow.instant(row, "updated_micros"));
    }
}
