package dev.sluice.proxy.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.proxy.testing.TestServer;
import dev.sluice.proxy.throttle.Pacer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Batches of one backfill on PostgreSQL that are done side by side, where nobody else uses the server. */
@Tag("integration")
class SideBatchesTest {

    private static final int ROWS = 30_000;

    private static final Set<Migration.State> ENDED = Set.of(Migration.State.COMPLETE, Migration.State.FAILED);

    private final TestServer server = TestServer.newest();
    private final String database = server.newDatabase();

    @BeforeEach
    void table() throws Exception {
        // What fills a row tells which row it was and on which connection; what is rolled back is not told.
        server.execute(
                database,
                "CREATE TABLE orders (id bigint PRIMARY KEY, v int)",
                "INSERT INTO orders SELECT i, i FROM generate_series(1, " + ROWS + ") i",
                "CREATE TABLE filled (id bigint, backend int)",
                "CREATE FUNCTION told(bigint) RETURNS uuid LANGUAGE sql VOLATILE AS"
                        + " 'INSERT INTO public.filled VALUES ($1, pg_backend_pid()); SELECT gen_random_uuid()'");
    }

    /** So short that some of them are looked at before the table is full. */
    private Gateway gateway(String name) {
        return new Gateway(
                server, database, Gateway.settings(name), server.upstream(), Pacer.unthrottled(Duration.ofMillis(2)));
    }

    private long begin(Gateway gateway, List<String> key, String expression) throws Exception {
        return gateway.expand(Plans.ref(key, List.of(), expression));
    }

    private void everyRowIsFilledOnce() throws Exception {
        assertThat(server.text(
                        database,
                        "SELECT count(*) || ' ' || count(DISTINCT id) || ' ' || (SELECT count(DISTINCT ref) FROM orders)"
                                + " FROM filled"))
                .isEqualTo(ROWS + " " + ROWS + " " + ROWS);
    }

    private int connections() throws Exception {
        return Integer.parseInt(server.text(database, "SELECT count(DISTINCT backend) FROM filled"));
    }

    @Test
    void severalConnectionsFillATableByItsKeyAndEveryRowOnce() throws Exception {
        try (Gateway gateway = gateway("one")) {
            Migration end = gateway.await(begin(gateway, List.of("id"), "public.told(id)"));

            assertThat(end.state()).as(end.reason()).isEqualTo(Migration.State.COMPLETE);
            assertThat(end.rowsDone()).isEqualTo(ROWS);
        }
        everyRowIsFilledOnce();
        assertThat(connections()).isGreaterThan(1);
    }

    @Test
    void severalConnectionsFillATableWithoutAKey() throws Exception {
        server.execute(database, "ALTER TABLE orders DROP CONSTRAINT orders_pkey");
        try (Gateway gateway = gateway("one")) {
            Migration end = gateway.await(begin(gateway, List.of(), "public.told(id)"));

            assertThat(end.state()).as(end.reason()).isEqualTo(Migration.State.COMPLETE);
        }
        everyRowIsFilledOnce();
        assertThat(connections()).isGreaterThan(1);
    }

    @Test
    void whicheverConnectionIsCutEveryRowIsFilledOnce() throws Exception {
        try (Gateway gateway = gateway("one")) {
            long id = begin(gateway, List.of("id"), "public.told(id)");
            gateway.migrations.await(gateway.ref, id, Duration.ZERO, m -> {});
            for (String whose : List.of("lane 1", "", "lane 1", "")) {
                long filled = gateway.find(id).rowsDone();
                Awaitility.await()
                        .until(() -> gateway.find(id).rowsDone() > filled
                                || ENDED.contains(gateway.find(id).state()));
                server.execute(
                        database,
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                                + " AND application_name LIKE 'sluice migration %" + whose + "'");
            }
            Migration end = gateway.await(id);

            assertThat(end.state()).as(end.reason()).isEqualTo(Migration.State.COMPLETE);
            assertThat(end.rowsDone()).isEqualTo(ROWS);
        }
        everyRowIsFilledOnce();
    }

    @Test
    void aWalkWhoseBatchesStandInEachOthersWayEndsNevertheless() throws Exception {
        server.execute(
                database,
                "CREATE TABLE total (n bigint)",
                "INSERT INTO total VALUES (0)",
                "CREATE FUNCTION counted() RETURNS uuid LANGUAGE sql VOLATILE AS"
                        + " 'UPDATE public.total SET n = n + 1; SELECT gen_random_uuid()'",
                "DELETE FROM orders WHERE id > 2000");
        try (Gateway gateway = gateway("one")) {
            Migration end = gateway.await(begin(gateway, List.of("id"), "public.counted()"));

            assertThat(end.state()).as(end.reason()).isEqualTo(Migration.State.COMPLETE);
        }
        assertThat(server.text(database, "SELECT n FROM total")).isEqualTo("2000");
    }

    @Test
    void aSequencesNumbersFollowTheKey() throws Exception {
        server.execute(
                database,
                "CREATE SEQUENCE numbers",
                "CREATE FUNCTION number_of(bigint) RETURNS uuid LANGUAGE sql VOLATILE AS"
                        + " 'SELECT lpad($1::text, 32, ''0'')::uuid'");
        try (Gateway gateway = gateway("one")) {
            Migration end = gateway.await(
                    begin(gateway, List.of("id"), "public.number_of(nextval('public.numbers'::regclass))"));

            assertThat(end.state()).as(end.reason()).isEqualTo(Migration.State.COMPLETE);
        }
        assertThat(server.text(database, "SELECT count(*) FROM orders WHERE ref <> public.number_of(id)"))
                .isEqualTo("0");
    }
}
