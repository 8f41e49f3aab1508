package dev.sluice.proxy.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.proxy.testing.TestServer;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Batches that last far longer than they should. */
@Tag("integration")
class SplitBatchTest {

    private final TestServer server = TestServer.newest();

    @Test
    void aBatchThatTimesOutComesAgainInPiecesAndNothingIsSkipped() throws Exception {
        String database = server.newDatabase();
        server.execute(
                database,
                "CREATE TABLE orders (id bigint PRIMARY KEY, v int)",
                "INSERT INTO orders SELECT i, i FROM generate_series(1, 200) i",
                "CREATE SEQUENCE tries",
                "CREATE FUNCTION slow() RETURNS uuid LANGUAGE plpgsql AS 'BEGIN PERFORM nextval(''public.tries'');"
                        + " PERFORM pg_sleep(0.015); RETURN gen_random_uuid(); END'");

        try (Gateway gateway = new Gateway(server, database, Gateway.settings("one"))) {
            Migration end = gateway.await(gateway.expand(Plans.ref(List.of("id"), List.of(), "public.slow()")));

            assertThat(end.state()).as(end.reason()).isEqualTo(Migration.State.COMPLETE);
            assertThat(end.rowsDone()).isEqualTo(200);
        }
        assertThat(server.text(database, "SELECT count(DISTINCT ref) FROM orders"))
                .isEqualTo("200");
        // What was rolled back had been tried: some batch did time out.
        assertThat(Integer.parseInt(server.text(database, "SELECT last_value FROM tries")))
                .isGreaterThan(200);
    }
}
