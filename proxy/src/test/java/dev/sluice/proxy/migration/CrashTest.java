package dev.sluice.proxy.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.proxy.testing.ChildJvm;
import dev.sluice.proxy.testing.Patience;
import dev.sluice.proxy.testing.Seed;
import dev.sluice.proxy.testing.TestServer;
import dev.sluice.proxy.testing.Writer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Gateways and servers that die at any instant, under an application that goes on writing. */
@Tag("integration")
class CrashTest {

    private static final int ROWS = 6_000;
    private static final int MOST_CRASHES = 30;

    private final TestServer server = TestServer.newest();
    private final String database = server.newDurableDatabase();

    @BeforeEach
    void table() throws Exception {
        server.execute(
                database,
                "CREATE TABLE orders (id bigint PRIMARY KEY, v int)",
                "INSERT INTO orders SELECT i, i FROM generate_series(1, " + ROWS + ") i",
                "CREATE TABLE refilled (id bigint)");
    }

    /** Counts rows whose value is written a second time, whoever does it. */
    private void watchRefills() throws Exception {
        server.execute(
                database,
                "CREATE FUNCTION seen() RETURNS trigger LANGUAGE plpgsql AS"
                        + " 'BEGIN INSERT INTO public.refilled VALUES (OLD.id); RETURN NEW; END'",
                "CREATE TRIGGER seen AFTER UPDATE ON orders FOR EACH ROW"
                        + " WHEN (OLD.ref IS NOT NULL AND NEW.ref IS DISTINCT FROM OLD.ref) EXECUTE FUNCTION seen()",
                "ALTER TABLE orders ENABLE ALWAYS TRIGGER seen");
    }

    @Test
    void killedAtOneCommitAfterTheOtherItEndsRightAndEveryRowIsFilledOnce() throws Exception {
        Seed seed = Seed.fresh();
        Random random = seed.random();
        long id = propose();
        int crashes = 0;
        try (Writer writer = new Writer(() -> server.connect(database), ROWS)) {
            while (ends(CrashingGateway.start(
                            server,
                            database,
                            random.nextInt(1, CrashingGateway.MOST_COMMITS + 1),
                            random.nextBoolean()))
                    != 0) {
                assertThat(++crashes).as(seed.toString()).isLessThan(MOST_CRASHES);
            }
            checkEnd(id, writer.stop());
        }
        assertThat(crashes)
                .as(seed.toString())
                .isGreaterThanOrEqualTo(ROWS / CrashingGateway.MOST_ROWS / CrashingGateway.MOST_COMMITS);
    }

    @Test
    void killedAtRandomInstantsItEndsRightAndEveryRowIsFilledOnce() throws Exception {
        Seed seed = Seed.fresh();
        Random random = seed.random();
        long id = propose();
        server.execute(database, "UPDATE sluice.migrations SET max_rows_per_second = 1000");
        try (Writer writer = new Writer(() -> server.connect(database), ROWS)) {
            for (int i = 0; i < 6; i++) {
                Process child = CrashingGateway.startImmortal(server, database);
                if (child.waitFor(700 + random.nextInt(900), TimeUnit.MILLISECONDS)) {
                    break;
                }
                child.destroyForcibly().waitFor();
            }
            server.execute(database, "UPDATE sluice.migrations SET max_rows_per_second = 0");
            assertThat(ends(CrashingGateway.startImmortal(server, database)))
                    .as(seed.toString())
                    .isZero();
            checkEnd(id, writer.stop());
        }
    }

    @Test
    void theServerCrashesWhileRowsAreFilledAndTheMigrationEndsRight() throws Exception {
        try (Gateway gateway = new Gateway(server, database, Gateway.settings("survivor"))) {
            long id = gateway.expand(Plans.uniqueRef(List.of("id"), List.of()));
            watchRefills();
            gateway.migrations.command(gateway.ref, id, new Migrations.Command.Throttle(1_000), "test");
            for (int i = 0; i < 2; i++) {
                long filled = gateway.find(id).rowsDone();
                Awaitility.await()
                        .ignoreExceptions()
                        .until(() -> gateway.find(id).rowsDone() > filled);
                server.crash(database);
            }
            Awaitility.await()
                    .ignoreExceptions()
                    .untilAsserted(() ->
                            gateway.migrations.command(gateway.ref, id, new Migrations.Command.Throttle(0), "test"));

            assertThat(gateway.await(id))
                    .extracting(Migration::state, Migration::reason)
                    .containsExactly(Migration.State.COMPLETE, "");
            checkEnd(id, 0);
        }
    }

    @Test
    void whoHasLostTheLeaseWritesNothingMore() throws Exception {
        try (Gateway zombie = new Gateway(server, database, Gateway.settings("zombie"))) {
            long id = zombie.expand(Plans.uniqueRef(List.of("id"), List.of()));
            zombie.migrations.command(zombie.ref, id, new Migrations.Command.Throttle(500), "test");
            Awaitility.await().until(() -> zombie.find(id).rowsDone() > 0);

            server.execute(
                    database,
                    "UPDATE sluice.migrations SET owner = 'thief', epoch = epoch + 1, lease_until = now() + interval '1 hour'");

            String filled = server.text(database, "SELECT count(*) FROM orders WHERE ref IS NOT NULL");
            Awaitility.await().during(Duration.ofMillis(1500)).untilAsserted(() -> {
                assertThat(zombie.find(id).owner()).isEqualTo("thief");
                assertThat(server.text(database, "SELECT rows_done FROM sluice.migrations"))
                        .isEqualTo(server.text(database, "SELECT count(*) FROM orders WHERE ref IS NOT NULL"))
                        .isEqualTo(filled);
            });
            server.execute(database, "UPDATE sluice.migrations SET lease_until = NULL, max_rows_per_second = 0");
            assertThat(zombie.await(id).state()).isEqualTo(Migration.State.COMPLETE);
        }
    }

    @Test
    void twoGatewaysShareTheWorkOfOneDatabase() throws Exception {
        int tables = 6;
        for (int i = 0; i < tables; i++) {
            server.execute(database, "CREATE TABLE t" + i + " AS SELECT i AS id FROM generate_series(1, 5000) i");
        }
        RunnerSettings one = oneAtATime("one");
        RunnerSettings two = oneAtATime("two");
        try (Gateway first = new Gateway(server, database, one);
                Gateway second = new Gateway(server, database, two)) {
            List<Long> ids = new ArrayList<>();
            for (int i = 0; i < tables; i++) {
                ids.add(first.propose(Plans.fill("t" + i)));
            }
            server.execute(database, "UPDATE sluice.migrations SET max_rows_per_second = 5000");
            first.migrations.await(first.ref, ids.getFirst(), Duration.ZERO, m -> {});
            second.migrations.await(second.ref, ids.getFirst(), Duration.ZERO, m -> {});

            for (long id : ids) {
                assertThat(first.await(id).state()).isEqualTo(Migration.State.COMPLETE);
            }
            assertThat(first.migrations.list(first.ref))
                    .extracting(Migration::owner)
                    .contains("one", "two");
        }
    }

    private static RunnerSettings oneAtATime(String name) {
        RunnerSettings s = Gateway.settings(name);
        return new RunnerSettings(
                name, s.lease(), s.poll(), s.idlePoll(), s.lockTimeout(), s.lockRetry(), s.lockPatience(), 1);
    }

    private long propose() throws Exception {
        try (Gateway gateway = new Gateway(server, database, Gateway.settings("proposer"))) {
            long id = gateway.expand(Plans.uniqueRef(List.of("id"), List.of()));
            watchRefills();
            return id;
        }
    }

    /** A child that lives waits as long as that for each migration. */
    private static int ends(Process child) throws Exception {
        return ChildJvm.end(child, Patience.LONG.plusSeconds(30));
    }

    private void checkEnd(long id, long inserted) throws Exception {
        assertThat(server.text(database, "SELECT state || coalesce(error, '') FROM sluice.migrations WHERE id = " + id))
                .isEqualTo("complete");
        assertThat(server.text(database, "SELECT count(*) FROM orders")).isEqualTo(Long.toString(ROWS + inserted));
        assertThat(server.text(database, "SELECT count(DISTINCT ref) = count(*) FROM orders"))
                .isEqualTo("t");
        assertThat(server.text(database, "SELECT count(*) FROM refilled")).isEqualTo("0");
        assertThat(server.text(
                        database,
                        "SELECT string_agg(conname, ',' ORDER BY conname) FROM pg_constraint"
                                + " WHERE conrelid = 'orders'::regclass AND contype IN ('u', 'c')"))
                .isEqualTo("orders_ref_key");
        assertThat(server.text(database, "SELECT count(*) FROM pg_index WHERE NOT indisvalid"))
                .isEqualTo("0");
        assertThat(server.text(
                        database,
                        "SELECT attnotnull FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'ref'"))
                .isEqualTo("t");
    }
}
