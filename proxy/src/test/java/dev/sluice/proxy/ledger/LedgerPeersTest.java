package dev.sluice.proxy.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.proxy.mysql.EmbeddedMariaDb;
import dev.sluice.proxy.mysql.TestDatabase;
import dev.sluice.proxy.testing.TestPostgres;
import dev.sluice.proxy.throttle.Peers;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("integration")
class LedgerPeersTest {

    private static LedgerPeers.Connections postgres() throws SQLException {
        String database = TestPostgres.newDatabase();
        try (Connection connection = TestPostgres.connect(database)) {
            new PostgresLedger().install(connection);
        }
        return () -> TestPostgres.connect(database);
    }

    private static LedgerPeers.Connections mariaDb() throws SQLException {
        TestDatabase server = new TestDatabase(EmbeddedMariaDb.address(), true);
        try (Connection connection = server.connect("")) {
            new MySqlLedger().install(connection);
        }
        return () -> server.connect("");
    }

    /** Each of two gateways takes ten times 100 rows of a budget of 1,000 rows/s, as fast as it can. */
    private static Duration taken(Peers one, Peers two) throws Exception {
        long begin = System.nanoTime();
        List<Callable<Duration>> work = new ArrayList<>();
        for (Peers peers : List.of(one, two)) {
            work.add(() -> {
                Duration wait = Duration.ZERO;
                for (int i = 0; i < 10; i++) {
                    wait = peers.take(100, 1_000);
                }
                return wait.plusNanos(System.nanoTime() - begin);
            });
        }
        Duration longest = Duration.ZERO;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Duration> each : threads.invokeAll(work)) {
                longest = each.get().compareTo(longest) > 0 ? each.get() : longest;
            }
        }
        return longest;
    }

    private static void meet(Peers one, Peers two) {
        assertThat(two.meet(0, 1.5)).isEmpty();
        assertThat(one.meet(2, 0)).isEmpty();
        assertThat(two.meet(0, 1.5)).containsExactly(new Peers.Peer("one", 2, 0));
        assertThat(one.meet(2, 0)).containsExactly(new Peers.Peer("two", 0, 1.5));
    }

    @Test
    void gatewaysTellOneAnotherWhileSomebodyIsAtWorkOnPostgres() throws Exception {
        LedgerPeers.Connections database = postgres();
        meet(LedgerPeers.postgres("one", database), LedgerPeers.postgres("two", database));
    }

    @Test
    void gatewaysTogetherDoNotExceedTheBudgetOnPostgres() throws Exception {
        LedgerPeers.Connections database = postgres();
        assertThat(taken(LedgerPeers.postgres("one", database), LedgerPeers.postgres("two", database)))
                .isGreaterThan(Duration.ofMillis(1_990));
    }

    @Test
    void gatewaysTellOneAnotherOnMariaDb() throws Exception {
        LedgerPeers.Connections database = mariaDb();
        meet(LedgerPeers.mysql("one", database), LedgerPeers.mysql("two", database));
    }

    @Test
    void gatewaysTogetherDoNotExceedTheBudgetOnMariaDb() throws Exception {
        LedgerPeers.Connections database = mariaDb();
        assertThat(taken(LedgerPeers.mysql("one", database), LedgerPeers.mysql("two", database)))
                .isGreaterThan(Duration.ofMillis(1_990));
    }
}
