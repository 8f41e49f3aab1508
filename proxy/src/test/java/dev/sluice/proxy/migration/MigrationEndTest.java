package dev.sluice.proxy.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.plan.PhaseName;
import dev.sluice.proxy.ledger.LedgerState;
import dev.sluice.proxy.ledger.PhaseSpan;
import dev.sluice.proxy.testing.TestServer;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is told of a migration when it has ended. */
class MigrationEndTest {

    private static final int ROWS = 20_000;

    private final TestServer server = TestServer.newest();
    private String database = "";

    @BeforeEach
    void table() throws Exception {
        database = server.newDatabase();
        server.execute(
                database,
                "CREATE TABLE orders (id bigint PRIMARY KEY, v int)",
                "INSERT INTO orders SELECT i, i FROM generate_series(1, " + ROWS + ") i",
                "ANALYZE orders");
    }

    @Test
    void eachPhaseIsToldWithItsTimeAndItsRows() throws Exception {
        try (Gateway gateway = new Gateway(server, database, Gateway.settings("one"))) {
            gateway.await(gateway.expand(Plans.ref(List.of("id"), List.of(), "gen_random_uuid()")));

            MigrationEnd end = onlyEnd(gateway);
            assertThat(end.state()).isEqualTo(LedgerState.COMPLETE);
            assertThat(end.phases())
                    .extracting(PhaseSpan::phase)
                    .startsWith(PhaseName.EXPAND, PhaseName.BACKFILL)
                    .endsWith(PhaseName.VERIFY);
            assertThat(end.phases()).allSatisfy(span -> assertThat(span.until()).isAfterOrEqualTo(span.from()));
            assertThat(rows(end, PhaseName.BACKFILL)).isEqualTo(ROWS);
        }
    }

    @Test
    void whatOneGatewayBeganAnotherTellsAsAWhole() throws Exception {
        long id;
        try (Gateway first = new Gateway(server, database, Gateway.settings("first"))) {
            id = first.expand(Plans.ref(List.of("id"), List.of(), "gen_random_uuid()"));
            first.migrations.command(first.ref, id, new Migrations.Command.Throttle(2_000), "test");
            Awaitility.await().until(() -> first.find(id).rowsDone() > 0);
            assertThat(first.ends).isEmpty();
        }
        try (Gateway second = new Gateway(server, database, Gateway.settings("second"))) {
            second.migrations.command(second.ref, id, new Migrations.Command.Throttle(0), "test");
            second.await(id);

            MigrationEnd end = onlyEnd(second);
            assertThat(end.phases()).extracting(PhaseSpan::phase).startsWith(PhaseName.EXPAND, PhaseName.BACKFILL);
            assertThat(rows(end, PhaseName.BACKFILL)).isEqualTo(ROWS);
        }
    }

    private static MigrationEnd onlyEnd(Gateway gateway) {
        assertThat(gateway.ends).hasSize(1);
        return gateway.ends.getFirst();
    }

    private static long rows(MigrationEnd end, PhaseName phase) {
        return end.phases().stream()
                .filter(span -> span.phase() == phase)
                .mapToLong(PhaseSpan::rows)
                .sum();
    }
}
