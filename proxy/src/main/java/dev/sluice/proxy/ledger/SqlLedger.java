package dev.sluice.proxy.ledger;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.facts.MigrationFacts;
import dev.sluice.policies.plan.PhaseName;
import dev.sluice.proxy.session.ErrorObject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the ledgers have in common: a row's life once it is proposed. An engine adds how a proposal comes about, how an
 * expansion is seen, and how a migration is claimed. Stateless.
 */
abstract class SqlLedger implements Ledger {

    static final String UNFINISHED = "('awaiting_approval', 'ready', 'running', 'throttled', 'paused', 'failed')";
    static final String ACTIVE = "('ready', 'running', 'throttled')";

    /** Lets a write through only to who holds the lease. */
    static final String FENCE = " WHERE id = ? AND owner = ? AND epoch = ?";

    private final EngineSql engine;
    private final String select;
    private final String free;

    SqlLedger(EngineSql engine) {
        this.engine = engine;
        this.select = LedgerRow.select(engine);
        this.free = "(lease_until IS NULL OR lease_until < " + engine.now() + ")";
    }

    /** Whether there is a ledger at all, of whatever version. */
    abstract boolean exists(Connection connection) throws SQLException;

    /** Takes in what has become of proposals meanwhile; called before the ledger is read. */
    abstract void settle(Connection connection) throws SQLException;

    /** How a fenced write ends. */
    abstract String fence();

    /**
     * Runs a write that ends in {@link #fence} and whose lease is bound already.
     *
     * @return empty when the lease is somebody else's
     */
    abstract Optional<Signals> fenced(Connection connection, Sql update, Lease lease) throws SQLException;

    @Override
    public boolean upgraded(Connection connection) throws SQLException {
        if (installed(connection)) {
            return true;
        }
        if (!exists(connection)) {
            return false;
        }
        install(connection);
        return true;
    }

    final EngineSql engine() {
        return engine;
    }

    /** The predicate of a migration that nobody runs. */
    final String free() {
        return free;
    }

    static long micros(Duration duration) {
        return duration.toNanos() / 1000;
    }

    static Sql drafted(Sql insert, Draft draft) {
        return insert.with(draft.targetSchema())
                .with(draft.targetName())
                .with(draft.statement().replace("\0", ""))
                .with(PlanJson.write(draft.plan()))
                .with(draft.requestedBy())
                .with(draft.searchPath())
                .with(draft.session());
    }

    @Override
    public Optional<LedgerEntry> find(Connection connection, long id) throws SQLException {
        settle(connection);
        return Sql.on(connection, select + " WHERE m.id = ? AND m.state <> 'proposed'")
                .with(id)
                .one(LedgerRow::read);
    }

    @Override
    public List<LedgerEntry> list(Connection connection) throws SQLException {
        settle(connection);
        return Sql.on(connection, select + " WHERE m.state <> 'proposed' ORDER BY m.id DESC LIMIT 1000")
                .all(LedgerRow::read);
    }

    @Override
    public Map<QualifiedName, List<MigrationFacts>> inFlight(Connection connection) throws SQLException {
        if (!exists(connection)) {
            return Map.of();
        }
        settle(connection);
        return UnfinishedWork.read(
                connection, "SELECT target_schema, target_name, id, plan FROM sluice.migrations WHERE " + onItsWay());
    }

    /** Which migrations others must leave alone. */
    String onItsWay() {
        return "state IN " + UNFINISHED;
    }

    @Override
    public boolean busy(Connection connection) throws SQLException {
        settle(connection);
        return Sql.on(
                        connection,
                        "SELECT 1 FROM sluice.migrations WHERE state IN " + ACTIVE
                                + " OR (state IN ('proposed', 'failed', 'paused') AND (wanted = 'cancel'"
                                + " OR updated_at > " + engine.now() + " - INTERVAL '1' MINUTE)) LIMIT 1")
                .one(row -> true)
                .isPresent();
    }

    @Override
    public Signals renew(Connection connection, Lease lease, Duration duration) throws SQLException {
        return Sql.lazily(
                connection,
                engine,
                () -> held(
                        connection,
                        fencedUpdate(connection, "lease_until = " + engine.fromNow())
                                .with(micros(duration)),
                        lease));
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
                fencedUpdate(
                                connection,
                                "lease_until = " + engine.fromNow()
                                        + ", phase_index = ?, step_index = ?, step_cursor = ?, phase = ?,"
                                        + " rows_done = ?, rows_total = ?, rows_per_second = ?, state = ?, reason = ?,"
                                        + " updated_at = " + engine.now())
                        .with(micros(duration))
                        .with(position.phase())
                        .with(position.step())
                        .with(position.cursor())
                        .with(phase.word())
                        .with(progress.rowsDone())
                        .with(progress.rowsTotal())
                        .with(progress.rowsPerSecond())
                        .with(running(progress.throttled()))
                        .with(progress.reason()),
                lease);
    }

    @Override
    public Signals mustHold(Connection connection, Lease lease) throws SQLException {
        String look = "SELECT wanted, max_rows_per_second FROM sluice.migrations" + FENCE + " " + engine.shared();
        return bound(Sql.on(connection, look), lease)
                .one(LedgerRow::signals)
                .orElseThrow(() -> new LeaseLostException(lease));
    }

    @Override
    public void entered(Connection connection, long id, PhaseName phase, Progress progress) throws SQLException {
        Sql.on(
                        connection,
                        "INSERT INTO sluice.phases (migration, phase, begun_at, rows_before) VALUES (?, ?, "
                                + engine.now() + ", ?) " + engine.unlessPresent())
                .with(id)
                .with(phase.word())
                .with(progress.rowsDone())
                .update();
    }

    @Override
    public List<PhaseSpan> phases(Connection connection, LedgerEntry entry) throws SQLException {
        List<PhaseBegin> begins = new ArrayList<>();
        begins.add(new PhaseBegin(PhaseName.EXPAND, entry.createdAt(), 0));
        begins.addAll(Sql.on(
                        connection,
                        "SELECT phase, " + engine.epochMicros("begun_at") + " AS begun_micros, rows_before"
                                + " FROM sluice.phases WHERE migration = ? ORDER BY begun_at")
                .with(entry.id())
                .all(row -> new PhaseBegin(
                        LedgerRow.phase(row), LedgerRow.instant(row, "begun_micros"), row.getLong("rows_before"))));
        Instant now = Sql.on(connection, "SELECT " + engine.epochMicros(engine.now()) + " AS now_micros")
                .one(row -> LedgerRow.instant(row, "now_micros"))
                .orElseThrow();
        return PhaseBegin.spans(begins, now, entry.progress().rowsDone());
    }

    private record PhaseBegin(PhaseName phase, Instant at, long rowsBefore) {

        static List<PhaseSpan> spans(List<PhaseBegin> begins, Instant end, long rowsAtEnd) {
            List<PhaseSpan> spans = new ArrayList<>();
            for (int i = 0; i < begins.size(); i++) {
                PhaseBegin begin = begins.get(i);
                boolean last = i == begins.size() - 1;
                Instant until = last ? end : begins.get(i + 1).at();
                long rows = (last ? rowsAtEnd : begins.get(i + 1).rowsBefore()) - begin.rowsBefore();
                spans.add(new PhaseSpan(begin.phase(), begin.at(), until, rows));
            }
            return spans;
        }
    }

    @Override
    public void note(Connection connection, Lease lease, boolean throttled, String reason) throws SQLException {
        Sql.lazily(
                connection,
                engine,
                () -> held(
                        connection,
                        fencedUpdate(
                                        connection,
                                        "reason = ?, state = CASE WHEN state IN " + ACTIVE
                                                + " THEN ? ELSE state END, updated_at = " + engine.now())
                                .with(reason)
                                .with(running(throttled)),
                        lease));
    }

    private static String running(boolean throttled) {
        return (throttled ? LedgerState.THROTTLED : LedgerState.RUNNING).word();
    }

    @Override
    public void finish(Connection connection, Lease lease, Ending ending) throws SQLException {
        boolean failed = ending.state() == LedgerState.FAILED;
        boolean paused = ending.state() == LedgerState.PAUSED;
        String errorState = engine.sqlState();
        held(
                connection,
                fencedUpdate(
                                connection,
                                "state = ?, wanted = CASE WHEN wanted = 'cancel' AND ? THEN wanted ELSE 'run' END,"
                                        + " reason = ?, lease_until = NULL, " + errorState + " = COALESCE(?, "
                                        + errorState + "), error = CASE WHEN ? THEN ? ELSE error END,"
                                        + " ended_at = CASE WHEN ? THEN NULL ELSE " + engine.now()
                                        + " END, updated_at = " + engine.now())
                        .with(ending.state().word())
                        .with(failed || paused)
                        .with(ending.reason())
                        .with(ending.sqlState())
                        .with(failed)
                        .with(ending.reason())
                        .with(paused),
                lease);
        if (failed) {
            about(connection, lease, ending.about());
        }
    }

    /** Writes down what a failure is about, where the engine's errors say that. */
    void about(Connection connection, Lease lease, ErrorObject object) throws SQLException {}

    private Sql fencedUpdate(Connection connection, String changes) {
        return Sql.on(connection, "UPDATE sluice.migrations SET " + changes + fence());
    }

    private Signals held(Connection connection, Sql update, Lease lease) throws SQLException {
        return fenced(connection, bound(update, lease), lease).orElseThrow(() -> new LeaseLostException(lease));
    }

    private static Sql bound(Sql update, Lease lease) {
        return update.with(lease.migration()).with(lease.owner()).with(lease.epoch());
    }

    @Override
    public void release(Connection connection, Lease lease) throws SQLException {
        bound(Sql.on(connection, "UPDATE sluice.migrations SET lease_until = NULL" + FENCE), lease)
                .update();
    }

    @Override
    public boolean command(Connection connection, long id, OperatorWord word) throws SQLException {
        settle(connection);
        record Change(String set, String where) {}
        Change change = switch (word) {
            case PAUSE ->
                new Change(
                        "wanted = CASE WHEN " + free + " THEN 'run' ELSE 'pause' END, state = CASE WHEN " + free
                                + " THEN 'paused' ELSE state END",
                        "wanted <> 'cancel' AND state IN " + ACTIVE);
            case RESUME ->
                new Change(
                        "reason = '', state = CASE WHEN state = 'paused' THEN 'ready' ELSE state END, wanted = 'run'",
                        "(state = 'paused' AND wanted <> 'cancel') OR wanted = 'pause'");
            case CANCEL -> new Change("wanted = 'cancel'", "state IN " + UNFINISHED);
            case RETRY ->
                new Change(
                        "reason = '', " + engine.sqlState() + " = NULL, error = NULL, ended_at = NULL, state = 'ready'",
                        "state = 'failed' AND wanted <> 'cancel'");
            case APPROVE -> new Change("reason = '', state = 'ready'", "state = 'awaiting_approval'");
        };
        return Sql.on(
                                connection,
                                "UPDATE sluice.migrations SET updated_at = " + engine.now() + ", " + change.set()
                                        + " WHERE id = ? AND (" + change.where() + ")")
                        .with(id)
                        .update()
                > 0;
    }

    @Override
    public void limit(Connection connection, long id, long maxRowsPerSecond) throws SQLException {
        Sql.on(connection, "UPDATE sluice.migrations SET max_rows_per_second = ? WHERE id = ?")
                .with(maxRowsPerSecond)
                .with(id)
                .update();
    }
}
