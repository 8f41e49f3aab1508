package dev.sluice.proxy.migration.mysql;

import dev.sluice.proxy.mysql.TestDatabase;
import dev.sluice.proxy.session.Gates;
import dev.sluice.proxy.testing.CrashingEngine;
import dev.sluice.proxy.testing.GatewayFixture;
import dev.sluice.proxy.testing.MySqlGatewayFixture;
import dev.sluice.proxy.testing.SmallBatches;
import dev.sluice.proxy.throttle.Pacer;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/**
 * A whole gateway in a process of its own, which halts, as SIGKILL would, at its n-th write to the ledger.
 *
 * <p>Arguments: the server's port, whether it is MariaDB, the port to listen on, n (0: never), {@code at} that write or
 * {@code behind} it, and whether it fills several ranges at once as soon as nobody else writes, in batches that become small.
 */
final class CrashingMySqlGateway {

    static final Set<String> WRITES = Set.of("propose", "expanding", "expanded", "mustHold", "advance", "finish");

    /** The rows of a batch. */
    static final int MOST_ROWS = 1_000;

    private CrashingMySqlGateway() {}

    public static void main(String[] arguments) throws Exception {
        TestDatabase server = new TestDatabase(
                new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[0])), Boolean.parseBoolean(arguments[1]));
        int at = Integer.parseInt(arguments[3]);
        boolean several = Boolean.parseBoolean(arguments[5]);
        Pacer pacer = several ? Pacer.unthrottled(Duration.ofNanos(1)) : SmallBatches.of(MOST_ROWS);
        new MySqlGatewayFixture(
                server,
                GatewayFixture.settings(),
                MySqlGatewayFixture.settings()
                        // What the last one left is taken up soon.
                        .withLease("child " + ProcessHandle.current().pid(), Duration.ofMillis(500)),
                Integer.parseInt(arguments[2]),
                engine ->
                        new CrashingEngine(new MySqlEngine(pacer, new Gates()), WRITES, at, arguments[4].equals("at")));
        // Whoever started it kills it; or dies, and then nobody is left at the other end.
        new CountDownLatch(1).await();
    }
}
