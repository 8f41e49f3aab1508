package dev.sluice.proxy.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.policies.plan.Phase;
import dev.sluice.policies.plan.PhaseName;
import dev.sluice.policies.plan.Plan;
import dev.sluice.policies.plan.Step;
import dev.sluice.proxy.testing.ChildJvm;
import dev.sluice.proxy.testing.Patience;
import dev.sluice.proxy.testing.Seed;
import dev.sluice.proxy.testing.TestServer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A client's own UPDATE in batches, by gateways that die at each commit: what is not idempotent happens once a row. */
@Tag("integration")
class StatementBatchesCrashTest {

    private static final int ROWS = 6_000;
    private static final int MOST_CRASHES = 20;

    private final TestServer server = TestServer.newest();
    private final String database = server.newDurableDatabase();

    @Test
    void killedAtOneCommitAfterTheOtherEveryRowIsWrittenOnceAndCountedOnce() throws Exception {
        Seed seed = Seed.fresh();
        Random random = seed.random();
        server.execute(
                database,
                "CREATE TABLE orders (id bigint PRIMARY KEY, v int NOT NULL)",
                "INSERT INTO orders SELECT i, i FROM generate_series(1, " + ROWS + ") i");
        long id;
        try (Gateway gateway = new Gateway(server, database, Gateway.settings("proposer"))) {
            id = gateway.propose(plan());
        }
        int crashes = 0;
        while (ends(random.nextInt(1, CrashingGateway.MOST_COMMITS + 1), random.nextBoolean()) != 0) {
            assertThat(++crashes).as(seed.toString()).isLessThan(MOST_CRASHES);
        }

        assertThat(crashes)
                .as(seed.toString())
                .isGreaterThanOrEqualTo(ROWS / CrashingGateway.MOST_ROWS / CrashingGateway.MOST_COMMITS);
        try (Gateway gateway = new Gateway(server, database, Gateway.settings("witness"))) {
            assertThat(gateway.await(id).state()).isEqualTo(Migration.State.COMPLETE);
            assertThat(gateway.find(id).rowsDone()).isEqualTo(ROWS);
        }
        assertThat(server.text(database, "SELECT count(*) FROM orders WHERE v = id + 1000000"))
                .isEqualTo(String.valueOf(ROWS));
    }

    private int ends(int commits, boolean behind) throws Exception {
        return ChildJvm.end(CrashingGateway.start(server, database, commits, behind), Patience.LONG.plusSeconds(30));
    }

    private static Plan plan() {
        Step.Batches batches = new Step.Batches(
                Plans.ORDERS,
                List.of("id"),
                "ONLY \"public\".\"orders\" AS o",
                "v = o.v + 1000000",
                "1 = 1",
                Map.of("TimeZone", "UTC"),
                false);
        return new Plan(
                Optional.of(Plans.ORDERS),
                List.of("v"),
                List.of(new Phase(PhaseName.BACKFILL, List.of(batches), "ROW EXCLUSIVE", false, ROWS, "")),
                List.of());
    }
}
