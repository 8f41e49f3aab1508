package dev.sluice.proxy.api;

import dev.sluice.policies.plan.PhaseName;
import dev.sluice.proxy.migration.DatabaseRef;
import dev.sluice.proxy.migration.Migration;
import dev.sluice.proxy.migration.Migrations;
import dev.sluice.proxy.session.ErrorObject;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A control plane that remembers what it is told. */
final class FakeControlPlane implements ControlPlane, Migrations {

    final List<String> commands = new CopyOnWriteArrayList<>();
    volatile double pressure;
    volatile boolean loaded = true;
    private final Path audit;
    private final Map<String, Migration> migrations = new ConcurrentHashMap<>();

    FakeControlPlane(Path audit) {
        this.audit = audit;
    }

    void migration(long id, String database, Migration.State state) {
        Migration m = new Migration(
                new DatabaseRef("main", database),
                id,
                "public.orders",
                "ALTER TABLE orders ADD COLUMN ref uuid",
                state,
                PhaseName.BACKFILL,
                10,
                100,
                5.0,
                "",
                Optional.empty(),
                ErrorObject.NONE,
                "app",
                "gw",
                Instant.EPOCH,
                Instant.EPOCH);
        migrations.put(database + id, m);
    }

    @Override
    public Migrations migrations() {
        return this;
    }

    @Override
    public Migration command(DatabaseRef database, long id, Command command, String operator, String client) {
        return command(database, id, command, operator);
    }

    @Override
    public List<DatabaseRef> databases() {
        return List.of(new DatabaseRef("main", "orders"), new DatabaseRef("main", "billing"));
    }

    @Override
    public Path auditFile() {
        return audit;
    }

    @Override
    public List<RuleRow> policies() {
        return List.of(new RuleRow("drop-column", "approve", "", ""));
    }

    @Override
    public PolicyState policyState() {
        return new PolicyState("sluice.yaml", Instant.EPOCH, Optional.of("sluice.yaml:3: wrong"));
    }

    @Override
    public List<ThrottleRow> throttle() {
        Optional<String> reason = pressure >= 1 ? Optional.of("replication lag 5 s, at most 2 s") : Optional.empty();
        SignalRow lag = new SignalRow("replication_lag", "a", OptionalDouble.of(5), "s", 1, 2, pressure, "lag 5 s");
        return List.of(new ThrottleRow(
                "main",
                pressure < 1,
                pressure,
                1 - pressure,
                1,
                0,
                reason,
                reason.map(r -> lag),
                List.of(lag),
                reason.map(r -> new DelayedRow(12, "nightly", Duration.ofSeconds(3), r)).stream()
                        .toList()));
    }

    @Override
    public Proposal propose(Request request) {
        throw new AssertionError("the HTTP interface proposes nothing");
    }

    @Override
    public void expanding(DatabaseRef database, long id) {}

    @Override
    public void expanded(DatabaseRef database, long id) {}

    @Override
    public void discard(DatabaseRef database, long id) {}

    @Override
    public Optional<Migration> find(DatabaseRef database, long id) {
        return Optional.ofNullable(migrations.get(database.database() + id));
    }

    @Override
    public List<Migration> list(DatabaseRef database) {
        return migrations.values().stream()
                .filter(m -> m.database().equals(database))
                .toList();
    }

    @Override
    public Migration await(DatabaseRef database, long id, Duration patience, Consumer<Migration> progress) {
        return find(database, id).orElseThrow();
    }

    @Override
    public Migration command(DatabaseRef database, long id, Command command, String operator) {
        commands.add(id + " " + command + " by " + operator);
        return find(database, id).orElseThrow();
    }
}
