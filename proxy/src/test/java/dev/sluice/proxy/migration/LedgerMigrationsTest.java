package dev.sluice.proxy.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.plan.PhaseName;
import dev.sluice.policies.plan.Step;
import dev.sluice.proxy.testing.TestServer;
import dev.sluice.proxy.testing.Writer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

abstract class LedgerMigrationsTest {

    private static final List<String> ID = List.of("id");

    private final TestServer server;
    private final String database;
    private final Gateway gateway;

    LedgerMigrationsTest(TestServer server) {
        this.server = server;
        this.database = server.newDatabase();
        this.gateway = new Gateway(server, database, Gateway.settings("one"));
    }

    @BeforeEach
    void table() throws Exception {
        server.execute(
                database,
                "CREATE TABLE orders (id bigint PRIMARY KEY, v int)",
                "INSERT INTO orders SELECT i, i FROM generate_series(1, 20000) i");
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    @Test
    void aColumnIsFilledMadeUniqueAndNotNull() throws Exception {
        long id = gateway.expand(Plans.uniqueRef(ID, List.of()));

        Migration done = gateway.await(id);

        assertThat(done.state()).as(done.reason()).isEqualTo(Migration.State.COMPLETE);
        assertThat(done.rowsDone()).isEqualTo(20_000);
        assertThat(text("SELECT count(DISTINCT ref) FROM orders")).isEqualTo("20000");
        assertThat(text("SELECT string_agg(conname, ',' ORDER BY conname) FROM pg_constraint"
                        + " WHERE conrelid = 'orders'::regclass AND contype IN ('u', 'c')"))
                .isEqualTo("orders_ref_key");
        assertThat(text("SELECT attnotnull FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'ref'"))
                .isEqualTo("t");
    }

    @Test
    void aRolledBackExpansionLeavesNothing() throws Exception {
        long id;
        try (Connection client = server.connect(database)) {
            client.setAutoCommit(false);
            id = gateway.expandIn(client, Plans.ref(ID, List.of(), "gen_random_uuid()"), "postgres");
            client.rollback();
        }

        assertThat(gateway.migrations.find(gateway.ref, id)).isEmpty();
        assertThat(gateway.migrations.list(gateway.ref)).isEmpty();
        gateway.migrations.discard(gateway.ref, id);
        assertThat(text("SELECT count(*) FROM sluice.migrations")).isEqualTo("0");
    }

    @Test
    void anOldSnapshotDoesNotKeepTheExpansionFromBeingRecorded() throws Exception {
        gateway.migrations.discard(gateway.ref, gateway.expand(Plans.ref(ID, List.of(), "gen_random_uuid()")));
        server.execute(database, "ALTER TABLE orders DROP COLUMN ref");
        long id;
        try (Connection client = server.connect(database)) {
            client.setAutoCommit(false);
            client.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            try (Statement statement = client.createStatement()) {
                statement.execute("SELECT count(*) FROM orders");
            }
            id = gateway.expandIn(client, Plans.ref(ID, List.of(), "gen_random_uuid()"), "postgres");
            client.commit();
        }

        assertThat(gateway.await(id).state()).isEqualTo(Migration.State.COMPLETE);
    }

    @Test
    void whatWaitsItsTurnSaysForWhichMigrationOfTheTable() throws Exception {
        server.execute(database, "ALTER TABLE orders ADD COLUMN ref uuid");
        long first = expanded("the first");
        long second = expanded("the second");

        Migration waiting = gateway.migrations.find(gateway.ref, second).orElseThrow();

        assertThat(waiting.state()).isEqualTo(Migration.State.READY);
        assertThat(waiting.reason()).isEqualTo("waits for migration " + first + " of the same table");
        assertThat(gateway.await(second).state()).isEqualTo(Migration.State.COMPLETE);
    }

    /** A migration whose column is there already. */
    private long expanded(String statement) throws MigrationException {
        long id = gateway.migrations
                .propose(new Migrations.Request(
                        gateway.ref,
                        statement,
                        Plans.decision(Plans.ref(ID, List.of(), "gen_random_uuid()")),
                        "postgres",
                        "test"))
                .id();
        gateway.migrations.expanded(gateway.ref, id);
        return id;
    }

    @Test
    void nobodyCanMarkAProposalWithoutItsToken() throws Exception {
        gateway.migrations.propose(new Migrations.Request(
                gateway.ref,
                "ALTER TABLE orders …",
                Plans.decision(Plans.ref(ID, List.of(), "gen_random_uuid()")),
                "postgres",
                "test"));

        assertThatThrownBy(() -> server.execute(database, "SELECT sluice.expanded(1, 'guess')"))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("no such proposal");
    }

    @Test
    void laterPhasesRunUnderTheRoleThatAskedAndCodeOfItsCannotLeaveIt() throws Exception {
        String role = "owner_" + database;
        server.execute(
                database,
                "CREATE ROLE " + role,
                "GRANT CREATE ON SCHEMA public TO " + role,
                "ALTER TABLE orders OWNER TO " + role,
                "CREATE FUNCTION sneaky() RETURNS uuid LANGUAGE plpgsql AS"
                        + " 'BEGIN RESET ROLE; RETURN gen_random_uuid(); END'",
                "CREATE FUNCTION who() RETURNS uuid LANGUAGE plpgsql AS"
                        + " 'BEGIN IF current_user <> ''" + role
                        + "'' THEN RAISE EXCEPTION ''%'', current_user; END IF;"
                        + " RETURN gen_random_uuid(); END'");
        try (Connection client = server.connect(database)) {
            client.setAutoCommit(false);
            try (Statement statement = client.createStatement()) {
                statement.execute("SET ROLE " + role);
            }
            long honest = gateway.expandIn(client, Plans.ref(ID, List.of(), "who()"), role);
            client.commit();
            assertThat(gateway.await(honest))
                    .extracting(Migration::state, Migration::reason)
                    .containsExactly(Migration.State.COMPLETE, "");
            server.execute(database, "UPDATE orders SET ref = NULL");
            long sneaky = gateway.migrations
                    .propose(new Migrations.Request(
                            gateway.ref, "again", Plans.decision(Plans.ref(ID, List.of(), "sneaky()")), role, "test"))
                    .id();
            gateway.migrations.expanded(gateway.ref, sneaky);

            Migration failed = gateway.await(sneaky);

            assertThat(failed.state()).isEqualTo(Migration.State.FAILED);
            assertThat(failed.reason()).contains("cannot set parameter \"role\"");
        }
    }

    @Test
    void codeOfTheRoleThatReplacesWhatHoldsItIsNoticed() throws Exception {
        String role = "thief_" + database;
        server.execute(
                database,
                "CREATE ROLE " + role,
                "ALTER TABLE orders OWNER TO " + role,
                "CREATE FUNCTION swap() RETURNS uuid LANGUAGE plpgsql AS $f$ BEGIN"
                        + " CREATE OR REPLACE FUNCTION pg_temp.sluice_run(IN probe text, IN work text[], OUT rows int8,"
                        + " OUT reached text[], OUT seconds float8) LANGUAGE plpgsql AS 'BEGIN RESET ROLE; rows := 0; END';"
                        + " RETURN gen_random_uuid(); END $f$");
        server.execute(database, "ALTER TABLE orders ADD COLUMN ref uuid");
        long id = gateway.migrations
                .propose(new Migrations.Request(
                        gateway.ref, "…", Plans.decision(Plans.ref(ID, List.of(), "swap()")), role, "test"))
                .id();
        gateway.migrations.expanded(gateway.ref, id);

        Migration failed = gateway.await(id);

        assertThat(failed.state()).isEqualTo(Migration.State.FAILED);
        assertThat(failed.reason()).contains("has replaced it");
    }

    @Test
    void aDuplicateEndsAsFailedAndTheTableStaysUsable() throws Exception {
        var plan = Plans.uniqueRef(ID, List.of());
        var same = new Step.Backfill(
                Plans.ORDERS,
                List.of(new Step.Assignment("ref", "'00000000-0000-0000-0000-000000000000'::uuid")),
                "\"ref\" IS NULL",
                ID,
                List.of(),
                true);
        var phases = plan.phases().stream()
                .map(p -> p.name() == PhaseName.BACKFILL ? Plans.phase(PhaseName.BACKFILL, same) : p)
                .toList();
        long id = gateway.expand(Plans.plan(phases, plan.undo()));

        Migration failed = gateway.await(id);

        assertThat(failed.state()).isEqualTo(Migration.State.FAILED);
        assertThat(failed.sqlState()).contains("23505");
        assertThat(text("SELECT count(*) FROM pg_index WHERE NOT indisvalid")).isEqualTo("0");
        server.execute(database, "INSERT INTO orders VALUES (0, 0)");

        Migration cancelled = gateway.migrations.command(gateway.ref, id, new Migrations.Command.Cancel(), "test");

        assertThat(cancelled.state()).isEqualTo(Migration.State.CANCELLED);
        assertThat(cancelled.sqlState()).contains("23505");
        assertThat(text("SELECT count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'ref'"))
                .isEqualTo("0");
    }

    @Test
    void aFailedMigrationCanBeRetriedOnceTheDataIsPutRight() throws Exception {
        server.execute(database, "CREATE TABLE gate (open bool)", "INSERT INTO gate VALUES (false)");
        server.execute(
                database,
                "CREATE FUNCTION gated() RETURNS uuid LANGUAGE plpgsql AS 'BEGIN IF NOT (SELECT open FROM public.gate)"
                        + " THEN RAISE EXCEPTION ''closed'' USING ERRCODE = ''23514''; END IF; RETURN gen_random_uuid(); END'");
        long id = gateway.expand(Plans.ref(ID, List.of(), "gated()"));
        assertThat(gateway.await(id).sqlState()).contains("23514");
        server.execute(database, "UPDATE gate SET open = true");

        gateway.migrations.command(gateway.ref, id, new Migrations.Command.Retry(), "test");

        assertThat(gateway.await(id).state()).isEqualTo(Migration.State.COMPLETE);
    }

    @Test
    void aRowThatIsLockedIsSkippedNamedAndFilledLater() throws Exception {
        server.execute(
                database,
                "ALTER TABLE orders ADD COLUMN ref uuid DEFAULT gen_random_uuid()",
                "UPDATE orders SET ref = NULL");
        try (Connection holder = server.connect(database)) {
            holder.setAutoCommit(false);
            try (Statement statement = holder.createStatement()) {
                statement.execute("SET application_name = 'the holder'");
                statement.execute("SELECT * FROM orders WHERE id = 777 FOR UPDATE");
            }
            long id = gateway.propose(Plans.ref(ID, List.of(), "gen_random_uuid()"));
            gateway.migrations.await(gateway.ref, id, Duration.ZERO, m -> {});
            Awaitility.await()
                    .untilAsserted(() -> assertThat(gateway.find(id)).satisfies(m -> {
                        assertThat(m.rowsDone()).isEqualTo(19_999);
                        assertThat(m.blocked()).isTrue();
                        assertThat(m.reason()).contains("the holder");
                    }));
            holder.commit();

            assertThat(gateway.await(id).state()).isEqualTo(Migration.State.COMPLETE);
        }
    }

    @Test
    void aTableWithoutAKeyIsFilledWhileUpdatesMoveItsRows() throws Exception {
        server.execute(database, "ALTER TABLE orders DROP CONSTRAINT orders_pkey");
        try (Writer writer = new Writer(() -> server.connect(database), 20_000)) {
            long id = gateway.expand(Plans.ref(List.of(), List.of(), "gen_random_uuid()"));

            assertThat(gateway.await(id))
                    .extracting(Migration::state, Migration::reason)
                    .containsExactly(Migration.State.COMPLETE, "");
            writer.stop();
        }
        assertThat(text("SELECT count(*) FROM orders WHERE ref IS NULL")).isEqualTo("0");
        assertThat(text("SELECT count(DISTINCT ref) = count(*) FROM orders")).isEqualTo("t");
    }

    @Test
    void aPartitionedTableWithATwoColumnKeyIsFilledLeafByLeaf() throws Exception {
        server.execute(
                database,
                "DROP TABLE orders",
                "CREATE TABLE orders (k text, id bigint, v int, PRIMARY KEY (k, id)) PARTITION BY RANGE (id)",
                "CREATE TABLE orders_1 PARTITION OF orders FOR VALUES FROM (0) TO (5000)",
                "CREATE TABLE orders_2 PARTITION OF orders FOR VALUES FROM (5000) TO (100000)",
                "INSERT INTO orders SELECT 'k''\\' || i % 7, i, i FROM generate_series(1, 20000) i",
                "ANALYZE orders");
        var leaves = List.of(QualifiedName.of("public", "orders_1"), QualifiedName.of("public", "orders_2"));
        long id = gateway.expand(Plans.ref(List.of("k", "id"), leaves, "gen_random_uuid()"));

        Migration done = gateway.await(id);

        assertThat(done.state()).as(done.reason()).isEqualTo(Migration.State.COMPLETE);
        assertThat(done.rowsDone()).isEqualTo(20_000);
        assertThat(done.rowsTotal()).isEqualTo(20_000);
    }

    @Test
    void userTriggersDoNotFire() throws Exception {
        server.execute(
                database,
                "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''fired''; END'",
                "CREATE TRIGGER no BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION no()");
        long id = gateway.expand(Plans.ref(ID, List.of(), "gen_random_uuid()"));

        assertThat(gateway.await(id).state()).isEqualTo(Migration.State.COMPLETE);
    }

    @Test
    void aMigrationIsPausedResumedThrottledAndCancelled() throws Exception {
        long id = gateway.expand(Plans.ref(ID, List.of(), "gen_random_uuid()"));
        gateway.migrations.command(gateway.ref, id, new Migrations.Command.Throttle(2_000), "test");
        Awaitility.await().until(() -> gateway.find(id).rowsDone() > 0);

        Migration paused = gateway.migrations.command(gateway.ref, id, new Migrations.Command.Pause(), "test");

        assertThat(paused.state()).isEqualTo(Migration.State.PAUSED);
        assertThatThrownBy(() -> gateway.migrations.command(gateway.ref, id, new Migrations.Command.Retry(), "test"))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("is paused");
        Migration resumed = gateway.migrations.command(gateway.ref, id, new Migrations.Command.Resume(), "test");
        assertThat(resumed.state()).isIn(Migration.State.READY, Migration.State.RUNNING, Migration.State.THROTTLED);
        Awaitility.await()
                .untilAsserted(() -> assertThat(gateway.find(id).reason()).contains("2000 rows/s"));

        Migration cancelled = gateway.migrations.command(gateway.ref, id, new Migrations.Command.Cancel(), "test");

        assertThat(cancelled.state()).isEqualTo(Migration.State.CANCELLED);
        assertThat(text("SELECT count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'ref'"))
                .isEqualTo("0");
    }

    @Test
    void aConcurrentIndexBuildSaysWhomItWaitsForAndCanBeCancelled() throws Exception {
        try (Connection runner = server.connect(database)) {
            runner.setAutoCommit(false);
            try (Statement statement = runner.createStatement()) {
                statement.execute("SET application_name = 'flyway'");
                statement.execute("SELECT pg_advisory_xact_lock(1)");
                statement.execute("SELECT * FROM orders LIMIT 1");
            }
            long id = gateway.expand(Plans.index());
            gateway.migrations.await(gateway.ref, id, Duration.ZERO, m -> {});
            Awaitility.await().untilAsserted(() -> {
                assertThat(gateway.find(id).blocked()).isTrue();
                assertThat(gateway.find(id).reason()).contains("flyway");
            });

            gateway.migrations.command(gateway.ref, id, new Migrations.Command.Pause(), "test");
            assertThat(gateway.find(id).state()).isEqualTo(Migration.State.PAUSED);
            runner.commit();
            gateway.migrations.command(gateway.ref, id, new Migrations.Command.Resume(), "test");
            assertThat(gateway.await(id).state()).isEqualTo(Migration.State.COMPLETE);
        }
        assertThat(text("SELECT indisvalid FROM pg_index WHERE indexrelid = 'orders_v'::regclass"))
                .isEqualTo("t");
    }

    @Test
    void aShortStatementThatMustWaitStopsNobodyAndNamesTheHolder() throws Exception {
        var add = Plans.plan(
                List.of(Plans.phase(
                        PhaseName.ENFORCE, Step.Statements.of("ALTER TABLE public.orders ADD COLUMN ref uuid"))),
                List.of());
        try (Connection reader = server.connect(database)) {
            reader.setAutoCommit(false);
            try (Statement statement = reader.createStatement()) {
                statement.execute("SET application_name = 'the reader'");
                statement.execute("SELECT count(*) FROM orders");
            }
            long id = gateway.propose(add);
            gateway.migrations.await(gateway.ref, id, Duration.ZERO, m -> {});
            Awaitility.await()
                    .untilAsserted(() -> assertThat(gateway.find(id).reason()).contains("the reader"));
            reader.commit();

            assertThat(gateway.await(id).state()).isEqualTo(Migration.State.COMPLETE);
        }
    }

    @Test
    void functionsOfTheGatewaysSchemaAreMadeAndDroppedUnderItsOwnRole() throws Exception {
        String role = "plain_" + database;
        server.execute(database, "CREATE ROLE " + role, "ALTER TABLE orders OWNER TO " + role);
        var plan = Plans.plan(
                List.of(
                        Plans.phase(
                                PhaseName.EXPAND,
                                Step.Statements.of(
                                        "CREATE FUNCTION sluice.fill_{id}() RETURNS trigger LANGUAGE plpgsql AS"
                                                + " $f$ BEGIN NEW.ref := coalesce(NEW.ref, gen_random_uuid()); RETURN NEW; END $f$",
                                        "ALTER TABLE public.orders ADD COLUMN ref uuid",
                                        "CREATE TRIGGER sluice_fill_{id} BEFORE INSERT OR UPDATE ON public.orders"
                                                + " FOR EACH ROW EXECUTE FUNCTION sluice.fill_{id}()")),
                        Plans.phase(PhaseName.BACKFILL, Plans.backfill(ID, List.of(), "gen_random_uuid()")),
                        Plans.phase(
                                PhaseName.ENFORCE,
                                Step.Statements.of("DROP TRIGGER sluice_fill_{id} ON public.orders"))),
                List.of());
        try (Connection client = server.connect(database)) {
            client.setAutoCommit(false);
            try (Statement statement = client.createStatement()) {
                statement.execute("SET ROLE " + role);
            }
            long id = gateway.expandIn(client, plan, role);
            client.commit();

            assertThat(gateway.await(id))
                    .extracting(Migration::state, Migration::reason)
                    .containsExactly(Migration.State.COMPLETE, "");
        }
        assertThat(text("SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
                        + " WHERE nspname = 'sluice' AND proname LIKE 'fill%'"))
                .isEqualTo("0");
    }

    @Test
    void aBrokenPromiseIsNotCalledComplete() throws Exception {
        long id = gateway.propose(Plans.plan(
                List.of(Plans.phase(PhaseName.VERIFY, new Step.Verify("SELECT false", "the impossible holds"))),
                List.of()));

        Migration failed = gateway.await(id);

        assertThat(failed.state()).isEqualTo(Migration.State.FAILED);
        assertThat(failed.reason()).contains("the impossible holds");
    }

    private String text(String sql) throws SQLException {
        return server.text(database, sql);
    }
}
