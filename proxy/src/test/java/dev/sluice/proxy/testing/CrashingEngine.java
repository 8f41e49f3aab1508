package dev.sluice.proxy.testing;

import dev.sluice.policies.plan.Plan;
import dev.sluice.proxy.catalog.ControlDatabase;
import dev.sluice.proxy.ledger.ApprovalLedger;
import dev.sluice.proxy.ledger.Ledger;
import dev.sluice.proxy.migration.Engine;
import dev.sluice.proxy.migration.RunnerSettings;
import dev.sluice.proxy.migration.StepRunner;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An engine whose ledger halts the process, as SIGKILL would, or does what else is death, at its n-th write: as soon as
 * that is sent, which is before the commit where it belongs to a transaction, or when the ledger is asked for anything
 * behind it.
 */
public final class CrashingEngine implements Engine {

    /** The heartbeat, and what is written in the transaction of the advance itself. */
    private static final Set<String> STILL_BEFORE_THE_COMMIT = Set.of("renew", "entered");

    private final Engine engine;
    private final Set<String> writes;
    private final int at;
    private final boolean atOnce;
    private final AtomicInteger seen = new AtomicInteger();
    private final Ledger ledger;
    private volatile boolean doomed;
    private volatile boolean dead;

    /**
     * @param writes the methods of {@link Ledger} that count
     * @param at at which one it halts; 0: never
     * @param atOnce whether it halts as soon as that one is sent, or at the next call behind it
     */
    public CrashingEngine(Engine engine, Set<String> writes, int at, boolean atOnce) {
        this(engine, writes, at, atOnce, () -> Runtime.getRuntime().halt(137));
    }

    /** @param death does not return; it may be died again */
    public CrashingEngine(Engine engine, Set<String> writes, int at, boolean atOnce, Runnable death) {
        this.engine = engine;
        this.writes = Set.copyOf(writes);
        this.at = at;
        this.atOnce = atOnce;
        this.ledger = (Ledger) Proxy.newProxyInstance(
                Ledger.class.getClassLoader(), new Class<?>[] {Ledger.class}, (proxy, method, values) -> {
                    if (dead || (doomed && !STILL_BEFORE_THE_COMMIT.contains(method.getName()))) {
                        dead = true;
                        death.run();
                    }
                    Object result;
                    try {
                        result = method.invoke(engine.ledger(), values);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                    // What the server refused was no write: who was to die of it would live for ever.
                    boolean counted = this.writes.contains(method.getName()) && seen.incrementAndGet() == this.at;
                    if (counted && this.atOnce) {
                        dead = true;
                        death.run();
                    }
                    doomed |= counted;
                    return result;
                });
    }

    /** Whether it has died; that may be before death has done its work. */
    public boolean isDead() {
        return dead;
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
