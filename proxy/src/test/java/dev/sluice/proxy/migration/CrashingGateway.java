package dev.sluice.proxy.migration;

import dev.sluice.policies.plan.Plan;
import dev.sluice.proxy.catalog.ControlDatabase;
import dev.sluice.proxy.catalog.ControlPools;
import dev.sluice.proxy.catalog.ControlUpstream;
import dev.sluice.proxy.ledger.ApprovalLedger;
import dev.sluice.proxy.ledger.Ledger;
import dev.sluice.proxy.migration.postgres.PostgresEngine;
import dev.sluice.proxy.throttle.Pacer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A gateway in a process of its own, which halts, as SIGKILL would, at its n-th advance: before the commit of that
 * transaction, or as soon as it asks the ledger for anything behind it.
 *
 * <p>Arguments: port, database, n (0: never), {@code before} or {@code after}.
 */
final class CrashingGateway {

    private CrashingGateway() {}

    public static void main(String[] arguments) throws Exception {
        String url = "jdbc:postgresql://localhost:" + arguments[0] + "/postgres";
        ControlPools pools = new ControlPools(List.of(new ControlUpstream("test", url, "postgres", "", 8)));
        int at = Integer.parseInt(arguments[2]);
        Engine engine = new CrashingEngine(at, arguments[3].equals("before"));
        LedgerMigrations migrations = new LedgerMigrations(
                pools,
                // A process that has just begun is slow: without time its batches would shrink with each crash.
                Gateway.settings("")
                        .withLease("child:" + ProcessHandle.current().pid(), Duration.ofMillis(300))
                        .withBatchTime(Duration.ofSeconds(2)),
                upstream -> engine,
                MigrationEnd.Listener.NONE);
        DatabaseRef ref = new DatabaseRef("test", arguments[1]);
        for (Migration migration : migrations.list(ref)) {
            migrations.await(ref, migration.id(), Gateway.PATIENCE, m -> {});
        }
        migrations.close();
        pools.close();
    }

    /** PostgreSQL with a ledger that halts the process. */
    private static final class CrashingEngine implements Engine {

        private final PostgresEngine engine = new PostgresEngine(Pacer.UNTHROTTLED);
        private final AtomicInteger advances = new AtomicInteger();
        private final int at;
        private final boolean before;
        private final Ledger ledger;
        private volatile boolean doomed;

        CrashingEngine(int at, boolean before) {
            this.at = at;
            this.before = before;
            this.ledger = (Ledger) Proxy.newProxyInstance(
                    Ledger.class.getClassLoader(), new Class<?>[] {Ledger.class}, (proxy, method, values) -> {
                        boolean advance = method.getName().equals("advance");
                        boolean counted = advance && advances.incrementAndGet() == this.at;
                        if (doomed && !method.getName().equals("renew")) {
                            Runtime.getRuntime().halt(137);
                        }
                        Object result;
                        try {
                            result = method.invoke(engine.ledger(), values);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                        if (counted && this.before) {
                            Runtime.getRuntime().halt(137);
                        }
                        doomed |= counted;
                        return result;
                    });
        }

        @Override
        public Ledger ledger() {
            return ledger;
        }

        @Override
        public ApprovalLedger approvals() {
            return engine.approvals();
        }

        @Override
        public StepRunner open(ControlDatabase database, RunnerSettings settings) {
            return engine.open(database, settings);
        }

        @Override
        public Plan prepare(Connection connection, Plan plan, long id) throws SQLException {
            return engine.prepare(connection, plan, id);
        }

        @Override
        public List<String> databasesWithLedger(ControlDatabase any) throws SQLException {
            return engine.databasesWithLedger(any);
        }

        @Override
        public Failure classify(SQLException e) {
            return engine.classify(e);
        }
    }
}
