package dev.sluice.proxy.migration;

import dev.sluice.proxy.catalog.ControlPools;
import dev.sluice.proxy.catalog.ControlUpstream;
import dev.sluice.proxy.migration.postgres.PostgresEngine;
import dev.sluice.proxy.testing.ChildJvm;
import dev.sluice.proxy.testing.CrashingEngine;
import dev.sluice.proxy.testing.Patience;
import dev.sluice.proxy.testing.SmallBatches;
import dev.sluice.proxy.testing.TestServer;
import dev.sluice.proxy.throttle.Pacer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * A gateway in a process of its own, which halts, as SIGKILL would, at its n-th advance: before the commit of that
 * transaction, or as soon as it asks the ledger for anything behind it.
 *
 * <p>Arguments: port, database, n (0: never), {@code before}, {@code after} or {@code filling}.
 */
final class CrashingGateway {

    /** The rows of a batch. */
    static final int MOST_ROWS = 1_000;

    /** How many of its advances are kept at most, of one that dies. */
    static final int MOST_COMMITS = 3;

    /** Of batches side by side, where a row takes ten milliseconds. */
    static final Pacer SIDE_BY_SIDE = SmallBatches.alone(10, Duration.ofMillis(100));

    private CrashingGateway() {}

    /**
     * One that dies.
     *
     * @param commits how many of its advances are kept, one at least: else it would never come forward
     * @param behind whether it dies behind the last of them, or before the commit of the next one
     */
    static Process start(TestServer server, String database, int commits, boolean behind) throws IOException {
        return ChildJvm.start(
                CrashingGateway.class,
                server.port(),
                database,
                behind ? commits : commits + 1,
                behind ? "after" : "before");
    }

    static Process startImmortal(TestServer server, String database) throws IOException {
        return ChildJvm.start(CrashingGateway.class, server.port(), database, 0, "never");
    }

    /** One that never dies by itself, and fills on as many connections as bring it forward, in batches as they come. */
    static Process startFilling(TestServer server, String database) throws IOException {
        return ChildJvm.start(CrashingGateway.class, server.port(), database, 0, "filling");
    }

    public static void main(String[] arguments) throws Exception {
        String url = "jdbc:postgresql://localhost:" + arguments[0] + "/postgres";
        ControlPools pools = new ControlPools(List.of(new ControlUpstream("test", url, "postgres", "", 8)));
        int at = Integer.parseInt(arguments[2]);
        Pacer pacer = arguments[3].equals("filling") ? SIDE_BY_SIDE : SmallBatches.of(MOST_ROWS);
        Engine engine =
                new CrashingEngine(new PostgresEngine(pacer), Set.of("advance"), at, arguments[3].equals("before"));
        LedgerMigrations migrations = new LedgerMigrations(
                pools,
                Gateway.settings("")
                        .withLease("child:" + ProcessHandle.current().pid(), Duration.ofMillis(300)),
                upstream -> engine,
                MigrationEnd.Listener.NONE);
        DatabaseRef ref = new DatabaseRef("test", arguments[1]);
        for (Migration migration : migrations.list(ref)) {
            migrations.await(ref, migration.id(), Patience.LONG, m -> {});
        }
        migrations.close();
        pools.close();
    }
}
