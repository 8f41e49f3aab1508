package dev.sluice.proxy.migration.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.judge.Decision;
import dev.sluice.policies.judge.Verdict;
import dev.sluice.policies.plan.Phase;
import dev.sluice.policies.plan.PhaseName;
import dev.sluice.policies.plan.Plan;
import dev.sluice.policies.plan.Step;
import dev.sluice.proxy.catalog.ControlPools;
import dev.sluice.proxy.catalog.ControlUpstream;
import dev.sluice.proxy.ledger.Lease;
import dev.sluice.proxy.ledger.LeaseLostException;
import dev.sluice.proxy.ledger.Ledger;
import dev.sluice.proxy.ledger.MySqlLedger;
import dev.sluice.proxy.migration.DatabaseRef;
import dev.sluice.proxy.migration.Engine;
import dev.sluice.proxy.migration.LedgerMigrations;
import dev.sluice.proxy.migration.Migration;
import dev.sluice.proxy.migration.MigrationEnd;
import dev.sluice.proxy.migration.Migrations;
import dev.sluice.proxy.migration.RunnerSettings;
import dev.sluice.proxy.mysql.TestDatabase;
import dev.sluice.proxy.session.Gates;
import dev.sluice.proxy.throttle.Pacer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Backfills that fill several ranges at once, on connections of their own: each row is filled once, whatever fails. */
abstract class MySqlLanesTest {

    private static final DatabaseRef REF = new DatabaseRef("orders", "");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int ROWS = 4_096;

    /** Any batch is long enough to be looked at, and they become small: there are many. */
    private static final Pacer PACER = Pacer.unthrottled(Duration.ofNanos(1));

    private final TestDatabase server;
    private final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();
    private final Set<Object> used = ConcurrentHashMap.newKeySet();
    private String database;

    MySqlLanesTest(TestDatabase server) {
        this.server = server;
    }

    /** Counts how often each row is written, as far as it was committed. */
    @BeforeEach
    void table() throws SQLException {
        database = server.newDatabase();
        server.execute(
                database,
                "CREATE TABLE t (id BIGINT PRIMARY KEY AUTO_INCREMENT, a INT)",
                "INSERT INTO t (a) VALUES (1)");
        for (int rows = 1; rows < ROWS; rows *= 2) {
            server.execute(database, "INSERT INTO t (a) SELECT a FROM t");
        }
        server.execute(
                database,
                "CREATE TABLE written (id BIGINT)",
                "CREATE TRIGGER note AFTER UPDATE ON t FOR EACH ROW INSERT INTO written VALUES (NEW.id)");
    }

    /** An engine whose ledger fails at every n-th call of a method; it is not called then. */
    private Engine failing(String method, int every, Exception how) {
        return failing(PACER, method, every, how);
    }

    private Engine failing(Pacer pacer, String method, int every, Exception how) {
        Engine engine = new MySqlEngine(pacer, new Gates());
        Ledger ledger = (Ledger) Proxy.newProxyInstance(
                Ledger.class.getClassLoader(), new Class<?>[] {Ledger.class}, (proxy, called, values) -> {
                    if (called.getName().equals("mustHold")) {
                        used.add(values[0]);
                    }
                    int count = calls.computeIfAbsent(called.getName(), n -> new AtomicInteger())
                            .incrementAndGet();
                    if (called.getName().equals(method) && count % every == 0) {
                        throw how;
                    }
                    return invoked(called, engine.ledger(), values);
                });
        return (Engine) Proxy.newProxyInstance(
                Engine.class.getClassLoader(),
                new Class<?>[] {Engine.class},
                (proxy, called, values) ->
                        called.getName().equals("ledger") ? ledger : invoked(called, engine, values));
    }

    private static Object invoked(Method method, Object on, Object[] values) throws Throwable {
        try {
            return method.invoke(on, values);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private Plan plan() {
        QualifiedName table = QualifiedName.of(database, "t");
        Step.Backfill fill = new Step.Backfill(
                table, List.of(new Step.Assignment("ref", "uuid()")), "ref = ''", List.of("id"), List.of(), false);
        String add = "ALTER TABLE `" + database + "`.`t` ADD COLUMN ref CHAR(36) NOT NULL DEFAULT ''";
        return new Plan(
                Optional.of(table),
                List.of("ref"),
                List.of(
                        phase(PhaseName.EXPAND, new Step.Statements(List.of(add), Optional.empty())),
                        phase(PhaseName.BACKFILL, fill),
                        phase(
                                PhaseName.VERIFY,
                                new Step.Verify(
                                        "SELECT NOT EXISTS (SELECT 1 FROM `" + database + "`.`t` WHERE ref = '')",
                                        "every row is filled"))),
                List.of("ALTER TABLE `" + database + "`.`t` DROP COLUMN ref"));
    }

    private static Phase phase(PhaseName name, Step step) {
        return new Phase(name, List.of(step), "", false, 0, "");
    }

    private Migration.State migrate(Engine engine) throws Exception {
        RunnerSettings settings = RunnerSettings.defaults().withLease("one", Duration.ofSeconds(1));
        ControlUpstream upstream = new ControlUpstream("orders", server.url(""), "lab", "lab", 8);
        try (ControlPools pools = new ControlPools(List.of(upstream));
                LedgerMigrations migrations =
                        new LedgerMigrations(pools, settings, u -> engine, MigrationEnd.Listener.NONE)) {
            Decision decision = new Decision(Verdict.PHASE, List.of(), "a", "b", plan());
            long id = migrations
                    .propose(new Migrations.Request(REF, "ALTER TABLE t ADD COLUMN ref …", decision, "lab", "test"))
                    .id();
            expand(migrations, id);
            return migrations.await(REF, id, PATIENCE, progress -> {}).state();
        }
    }

    private void expand(LedgerMigrations migrations, long id) throws Exception {
        try (Connection client = server.connect(database);
                Statement statement = client.createStatement()) {
            statement.execute("DO GET_LOCK('" + MySqlLedger.lockName(id) + "', 0)");
            migrations.expanding(REF, id);
            statement.execute("ALTER TABLE t ADD COLUMN ref CHAR(36) NOT NULL DEFAULT ''");
            migrations.expanded(REF, id);
        }
    }

    private void checkThatEachRowIsFilledOnce() throws SQLException {
        assertThat(server.number(database, "SELECT COUNT(DISTINCT ref) FROM t WHERE ref <> ''"))
                .isEqualTo(ROWS);
        assertThat(server.number(database, "SELECT COUNT(*) FROM written")).isEqualTo(ROWS);
        assertThat(used).as("connections that filled ranges").hasSizeGreaterThan(1);
        assertThat(server.number(
                        database,
                        "SELECT COUNT(*) FROM sluice.backfill_ranges r JOIN sluice.migrations m ON m.id = r.migration"
                                + " WHERE m.target_schema = DATABASE()"))
                .isZero();
    }

    private int called(String method) {
        return Optional.ofNullable(calls.get(method)).map(AtomicInteger::get).orElse(0);
    }

    @Test
    void eachRowIsFilledOnce() throws Exception {
        assertThat(migrate(failing("nothing", 1, new SQLException()))).isEqualTo(Migration.State.COMPLETE);

        checkThatEachRowIsFilledOnce();
        assertThat(server.number(database, "SELECT rows_done FROM sluice.migrations WHERE target_schema = DATABASE()"))
                .isEqualTo(ROWS);
    }

    @Test
    void aBatchThatFailsIsTakenBackWithItsCursor() throws Exception {
        SQLException timeout = new SQLException("Lock wait timeout exceeded", "40001", 1205);
        assertThat(migrate(failing("mustHold", 29, timeout))).isEqualTo(Migration.State.COMPLETE);

        checkThatEachRowIsFilledOnce();
        assertThat(called("mustHold")).isGreaterThan(29);
    }

    @Test
    void whoHasLostItsLeaseCommitsNothingAndWhoTakesOverGoesOnInEachRange() throws Exception {
        Engine engine = failing("mustHold", 97, new LeaseLostException(new Lease(0, "", 0)));

        assertThat(migrate(engine)).isEqualTo(Migration.State.COMPLETE);

        checkThatEachRowIsFilledOnce();
        assertThat(called("claim")).isGreaterThan(1);
    }

    /** Does something once, when the first batch has committed: by then it is known how far the walk goes. */
    private record Meddling(AtomicBoolean done, Callable<Void> deed) implements Pacer {
        @Override
        public Turn before(Work work, long maxRowsPerSecond) {
            return PACER.before(work, maxRowsPerSecond);
        }

        @Override
        public void after(Batch batch) {
            if (done.compareAndSet(false, true)) {
                try {
                    deed.call();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }
            PACER.after(batch);
        }
    }

    @Test
    void aRowThatIsTakenOutOfTheWalksWayIsFoundInTheEnd() throws Exception {
        Pacer pacer = new Meddling(new AtomicBoolean(), () -> {
            server.execute(database, "UPDATE t SET id = 1000000 ORDER BY id DESC LIMIT 1");
            return null;
        });

        assertThat(migrate(failing(pacer, "nothing", 1, new SQLException()))).isEqualTo(Migration.State.COMPLETE);

        assertThat(server.number(database, "SELECT COUNT(*) FROM t WHERE id = 1000000 AND ref <> ''"))
                .isEqualTo(1);
        assertThat(server.number(database, "SELECT rows_done FROM sluice.migrations WHERE target_schema = DATABASE()"))
                .isEqualTo(ROWS);
    }
}
