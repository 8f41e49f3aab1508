package dev.sluice.proxy.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.proxy.testing.ChildJvm;
import dev.sluice.proxy.testing.Patience;
import dev.sluice.proxy.testing.TestServer;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Gateways and servers that die while several batches of one backfill are under way side by side: whatever has committed
 * is the beginning of the walk, and as long as the ledger's cursor says.
 */
@Tag("integration")
class SideBatchesCrashTest {

    private static final int ROWS = 4_000;

    /** Beside the migration's own; of what sleeps, each connection more brings more rows. */
    private static final int AT_LEAST_BESIDE = 2;

    private static final Duration OFTEN = Duration.ofMillis(5);

    private final TestServer server = TestServer.newest();
    private final String database = server.newDurableDatabase();

    @BeforeEach
    void table() throws Exception {
        // What fills a row tells of it and takes its time; what is rolled back is not told.
        server.execute(
                database,
                "CREATE TABLE orders (id bigint PRIMARY KEY, v int)",
                "INSERT INTO orders SELECT i, i FROM generate_series(1, " + ROWS + ") i",
                "CREATE TABLE filled (id bigint)",
                "CREATE TABLE pace (seconds float8)",
                "INSERT INTO pace VALUES (0.01)",
                "CREATE FUNCTION told(bigint) RETURNS uuid LANGUAGE sql VOLATILE AS"
                        + " 'INSERT INTO public.filled VALUES ($1); SELECT pg_sleep(seconds) FROM public.pace;"
                        + " SELECT gen_random_uuid()'");
    }

    @Test
    void aGatewayKilledThenHasFilledTheBeginningOfTheWalkAndTheNextOneGoesOnThere() throws Exception {
        long id = propose();
        for (int i = 0; i < 2; i++) {
            Process child = CrashingGateway.startFilling(server, database);
            awaitSeveralBatches();
            child.destroyForcibly().waitFor();
            Awaitility.await().until(() -> beside("TRUE") == 0);
            whatIsFilledIsTheBeginning();
        }
        hurry();
        assertThat(ChildJvm.end(CrashingGateway.startFilling(server, database), Patience.LONG.plusSeconds(30)))
                .isZero();
        checkEnd(id);
    }

    @Test
    void aServerKilledThenHasFilledTheBeginningOfTheWalkAndTheMigrationGoesOnThere() throws Exception {
        try (Gateway gateway = new Gateway(
                server, database, Gateway.settings("survivor"), server.upstream(), CrashingGateway.SIDE_BY_SIDE)) {
            long id = gateway.expand(Plans.ref(List.of("id"), List.of(), "public.told(id)"));
            gateway.migrations.await(gateway.ref, id, Duration.ZERO, begun -> {});
            awaitSeveralBatches();
            server.crash(database);
            whatIsFilledIsTheBeginning();
            hurry();
            assertThat(gateway.await(id).state()).isEqualTo(Migration.State.COMPLETE);
            checkEnd(id);
        }
    }

    private long propose() throws Exception {
        try (Gateway gateway = new Gateway(server, database, Gateway.settings("proposer"))) {
            return gateway.expand(Plans.ref(List.of("id"), List.of(), "public.told(id)"));
        }
    }

    private void awaitSeveralBatches() {
        Awaitility.await()
                .pollInterval(OFTEN)
                .ignoreExceptions()
                .until(() -> beside("state = 'active'") >= AT_LEAST_BESIDE);
    }

    /** Connections of batches beside the migration's own. */
    private int beside(String which) throws Exception {
        return Integer.parseInt(server.text(
                database,
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                        + " AND application_name LIKE 'sluice migration % lane %' AND " + which));
    }

    /** As many rows as the ledger says, each once, and none behind one that is not filled: all in one snapshot. */
    private void whatIsFilledIsTheBeginning() throws Exception {
        String counts = server.text(
                database,
                "SELECT concat_ws(' ', (SELECT rows_done FROM sluice.migrations), (SELECT count(*) FROM filled),"
                        + " count(ref), coalesce(max(id) FILTER (WHERE ref IS NOT NULL), 0)) FROM orders");
        assertThat(new HashSet<>(List.of(counts.split(" ")))).as(counts).hasSize(1);
    }

    private void hurry() throws Exception {
        server.execute(database, "UPDATE pace SET seconds = 0");
    }

    private void checkEnd(long id) throws Exception {
        assertThat(server.text(
                        database, "SELECT concat_ws(' ', state, rows_done) FROM sluice.migrations WHERE id = " + id))
                .isEqualTo("complete " + ROWS);
        assertThat(
                        server.text(
                                database,
                                "SELECT concat_ws(' ', count(*), count(DISTINCT id), (SELECT count(DISTINCT ref) FROM orders)) FROM filled"))
                .isEqualTo(ROWS + " " + ROWS + " " + ROWS);
    }
}
