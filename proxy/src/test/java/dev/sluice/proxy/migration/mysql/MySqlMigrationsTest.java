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
import dev.sluice.proxy.ledger.MySqlLedger;
import dev.sluice.proxy.migration.DatabaseRef;
import dev.sluice.proxy.migration.LedgerMigrations;
import dev.sluice.proxy.migration.Migration;
import dev.sluice.proxy.migration.MigrationEnd;
import dev.sluice.proxy.migration.Migrations;
import dev.sluice.proxy.migration.RunnerSettings;
import dev.sluice.proxy.mysql.TestDatabase;
import dev.sluice.proxy.session.Gates;
import dev.sluice.proxy.testing.Patience;
import dev.sluice.proxy.throttle.Pacer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Migrations on a real server, from the proposal to the end, and over the ends of gateways. */
abstract class MySqlMigrationsTest {

    private static final DatabaseRef REF = new DatabaseRef("orders", "");
    private static final int ROWS = 5000;

    private final TestDatabase server;
    private String database;
    private ControlPools pools;
    private LedgerMigrations migrations;

    MySqlMigrationsTest(TestDatabase server) {
        this.server = server;
    }

    @BeforeEach
    void start() throws SQLException {
        database = server.newDatabase();
        server.execute(
                database,
                "CREATE TABLE t (id BIGINT PRIMARY KEY AUTO_INCREMENT, a INT,"
                        + " changed TIMESTAMP(6) NOT NULL DEFAULT '2020-01-01 00:00:00' ON UPDATE CURRENT_TIMESTAMP(6))",
                "INSERT INTO t (a) VALUES (1), (2), (3), (4), (5)");
        for (int rows = 5; rows < ROWS; rows *= 2) {
            server.execute(database, "INSERT INTO t (a) SELECT a FROM t");
        }
        gateway("one", Pacer.UNTHROTTLED);
    }

    @AfterEach
    void stop() {
        migrations.close();
        pools.close();
    }

    private void gateway(String name, Pacer pacer) {
        pools = new ControlPools(List.of(new ControlUpstream("orders", server.url(""), "lab", "lab", 8)));
        RunnerSettings settings = new RunnerSettings(
                name,
                Duration.ofSeconds(2),
                Duration.ofMillis(100),
                Duration.ofMillis(200),
                Duration.ofMillis(50),
                Duration.ofMillis(100),
                Duration.ofSeconds(10),
                8);
        MySqlEngine engine = new MySqlEngine(pacer, new Gates());
        migrations = new LedgerMigrations(pools, settings, upstream -> engine, MigrationEnd.Listener.NONE);
    }

    private List<String> expansion() {
        return List.of(
                "ALTER TABLE `" + database + "`.`t` ADD COLUMN ref CHAR(36) NOT NULL DEFAULT '', ALGORITHM=INSTANT",
                "ALTER TABLE `" + database + "`.`t` ALTER COLUMN ref SET DEFAULT (uuid())");
    }

    private Plan plan() {
        QualifiedName table = QualifiedName.of(database, "t");
        Step.Backfill fill = new Step.Backfill(
                table, List.of(new Step.Assignment("ref", "uuid()")), "ref = ''", List.of("id"), List.of(), false);
        return new Plan(
                Optional.of(table),
                List.of("ref"),
                List.of(
                        phase(PhaseName.EXPAND, new Step.Statements(expansion(), Optional.empty())),
                        phase(PhaseName.BACKFILL, fill),
                        phase(
                                PhaseName.VALIDATE,
                                new Step.Online(
                                        "ALTER TABLE `" + database + "`.t ADD UNIQUE KEY ref_key (ref),"
                                                + " ALGORITHM=INPLACE, LOCK=NONE",
                                        Optional.of("SELECT COUNT(*) > 0 FROM information_schema.STATISTICS WHERE"
                                                + " TABLE_SCHEMA = '" + database + "' AND INDEX_NAME = 'ref_key'"),
                                        List.of())),
                        phase(
                                PhaseName.VERIFY,
                                new Step.Verify(
                                        "SELECT NOT EXISTS (SELECT 1 FROM `" + database + "`.t WHERE ref = '')",
                                        "every row has a value"))),
                List.of("ALTER TABLE `" + database + "`.`t` DROP COLUMN ref"));
    }

    private static Phase phase(PhaseName name, Step step) {
        return new Phase(name, List.of(step), "", false, 0, "");
    }

    private long propose() throws Exception {
        Decision decision = new Decision(Verdict.PHASE, List.of(), "a", "b", plan());
        return migrations
                .propose(new Migrations.Request(REF, "ALTER TABLE t ADD COLUMN ref …", decision, "lab", "test"))
                .id();
    }

    private long expanded() throws Exception {
        long id = propose();
        try (Connection client = server.connect(database);
                Statement statement = client.createStatement()) {
            statement.execute("DO GET_LOCK('" + MySqlLedger.lockName(id) + "', 0)");
            migrations.expanding(REF, id);
            for (String sql : expansion()) {
                statement.execute(sql);
            }
            migrations.expanded(REF, id);
        }
        return id;
    }

    /** A migration that has filled some rows and rests, at a gateway in the place of the first. */
    private long underWay() throws Exception {
        stop();
        gateway("slow", new LimitedPacer());
        long id = expanded();
        migrations.await(REF, id, Duration.ofMillis(1), progress -> {});
        Awaitility.await().until(() -> migrations.find(REF, id).orElseThrow().rowsDone() > 0);
        return id;
    }

    @Test
    void everyRowIsFilledOnceAndNothingElseChanges() throws Exception {
        long id = expanded();
        server.execute(database, "INSERT INTO t (a) VALUES (77)");
        Migration end = migrations.await(REF, id, Patience.LONG, progress -> {});
        assertThat(end.reason()).isEmpty();
        assertThat(end.state()).isEqualTo(Migration.State.COMPLETE);
        assertThat(end.rowsDone()).isGreaterThanOrEqualTo(ROWS);
        assertThat(server.number(database, "SELECT COUNT(DISTINCT ref) - COUNT(*) FROM t"))
                .isZero();
        assertThat(server.number(database, "SELECT COUNT(*) FROM t WHERE changed > '2020-01-02'"))
                .isZero();
        assertThat(server.number(
                        database,
                        "SELECT COUNT(*) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = '" + database
                                + "' AND INDEX_NAME = 'ref_key'"))
                .isEqualTo(1);
    }

    @Test
    void aRowThatSomebodyHoldsIsFilledWhenItIsFree() throws Exception {
        try (Connection holder = server.connect(database);
                Statement statement = holder.createStatement()) {
            long id = expanded();
            holder.setAutoCommit(false);
            statement.execute("UPDATE t SET a = 0 WHERE id = 3");
            migrations.await(REF, id, Duration.ofMillis(1), progress -> {});
            Awaitility.await().until(() -> server.number(database, "SELECT COUNT(*) FROM t WHERE ref = ''") <= 1);
            assertThat(migrations.find(REF, id).orElseThrow().state()).isNotEqualTo(Migration.State.COMPLETE);
            holder.commit();
            assertThat(migrations.await(REF, id, Patience.LONG, progress -> {}).state())
                    .isEqualTo(Migration.State.COMPLETE);
        }
    }

    @Test
    void aTransactionThatUsesTheTableHoldsUpTheLockAndNobodyElse() throws Exception {
        try (Connection holder = server.connect(database);
                Statement statement = holder.createStatement()) {
            long id = expanded();
            holder.setAutoCommit(false);
            statement.executeQuery("SELECT * FROM t LIMIT 1").close();
            migrations.await(REF, id, Duration.ofMillis(1), progress -> {});
            Awaitility.await()
                    .until(() ->
                            !migrations.find(REF, id).orElseThrow().reason().isEmpty());
            assertThat(server.number(database, "SELECT COUNT(*) FROM t WHERE a = 1"))
                    .isPositive();
            holder.commit();
            assertThat(migrations.await(REF, id, Patience.LONG, progress -> {}).state())
                    .isEqualTo(Migration.State.COMPLETE);
        }
    }

    @Test
    void anotherGatewayGoesOnWhereOneHasEnded() throws Exception {
        long id = underWay();
        pools.close(); // it can say no more to anybody, and its lease runs out
        migrations.close();
        gateway("two", Pacer.UNTHROTTLED);
        Migration end = migrations.await(REF, id, Patience.LONG, progress -> {});
        assertThat(end.state()).isEqualTo(Migration.State.COMPLETE);
        assertThat(server.number(database, "SELECT COUNT(DISTINCT ref) - COUNT(*) FROM t"))
                .isZero();
    }

    @Test
    void anExpansionThatWasInterruptedIsTakenBack() throws Exception {
        long id = propose();
        try (Connection client = server.connect(database);
                Statement statement = client.createStatement()) {
            statement.execute("DO GET_LOCK('" + MySqlLedger.lockName(id) + "', 0)");
            migrations.expanding(REF, id);
            statement.execute(expansion().getFirst());
            assertThat(migrations.find(REF, id)).isEmpty();
            // It will be taken back by the column's name, which must not be another's by then.
            assertThat(new MySqlLedger().inFlight(client).get(QualifiedName.of(database, "t")))
                    .anyMatch(m -> m.id() == id && m.columns().contains("ref"));
        }
        migrations.start();
        Awaitility.await()
                .untilAsserted(() -> assertThat(migrations.find(REF, id).map(Migration::state))
                        .contains(Migration.State.CANCELLED));
        assertThat(server.number(
                        database,
                        "SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = '" + database
                                + "' AND TABLE_NAME = 't' AND COLUMN_NAME = 'ref'"))
                .isZero();
    }

    @Test
    void whatIsCancelledLeavesTheTableAsItWas() throws Exception {
        long id = underWay();
        migrations.command(REF, id, new Migrations.Command.Cancel(), "ann");
        assertThat(migrations.await(REF, id, Patience.LONG, progress -> {}).state())
                .isEqualTo(Migration.State.CANCELLED);
        assertThat(server.number(
                        database,
                        "SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = '" + database
                                + "' AND TABLE_NAME = 't' AND COLUMN_NAME = 'ref'"))
                .isZero();
    }

    /** As a gateway of a former version leaves it, which kept one cursor, in the migration's own row. */
    @Test
    void aMigrationThatALedgerWithoutRangesHasUnderWayGoesOnFromItsCursor() throws Exception {
        long id = underWay();
        stop();
        String cursor = "(SELECT step_cursor FROM sluice.backfill_ranges WHERE migration = " + id + ")";
        server.execute(
                database,
                "UPDATE sluice.migrations SET step_cursor = " + cursor + " WHERE id = " + id,
                "CREATE TABLE filled AS SELECT id, ref FROM t WHERE ref <> ''",
                "DROP TABLE sluice.backfill_ranges",
                "UPDATE sluice.settings SET value = '2' WHERE name = 'version'");

        gateway("two", Pacer.UNTHROTTLED);
        migrations.start();
        Awaitility.await().until(() -> migrations.find(REF, id).isPresent());

        Migration end = migrations.await(REF, id, Patience.LONG, progress -> {});
        assertThat(end.state()).isEqualTo(Migration.State.COMPLETE);
        assertThat(end.rowsDone()).isEqualTo(server.number(database, "SELECT COUNT(*) FROM t"));
        assertThat(server.number(database, "SELECT COUNT(DISTINCT ref) - COUNT(*) FROM t"))
                .isZero();
        assertThat(server.number(database, "SELECT COUNT(*) FROM filled JOIN t USING (id, ref)"))
                .isPositive()
                .isEqualTo(server.number(database, "SELECT COUNT(*) FROM filled"));
    }

    /** Rests after each batch, so that something is left to be done. */
    private static final class LimitedPacer implements Pacer {
        private volatile long restsUntil = System.nanoTime();

        @Override
        public Turn before(Work work, long maxRowsPerSecond) {
            return System.nanoTime() < restsUntil
                    ? new Turn.Rest(Duration.ofMillis(50), "slow on purpose")
                    : new Turn.Go(Duration.ofMillis(20), 1_000, "", true);
        }

        @Override
        public void after(Batch batch) {
            restsUntil = System.nanoTime() + Duration.ofSeconds(1).toNanos();
        }
    }
}
