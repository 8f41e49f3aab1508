package dev.sluice.proxy.intercept;

import dev.sluice.policies.plan.PhaseName;
import dev.sluice.proxy.migration.Approvals;
import dev.sluice.proxy.migration.DatabaseRef;
import dev.sluice.proxy.migration.Migration;
import dev.sluice.proxy.migration.Migration.State;
import dev.sluice.proxy.migration.Migrations;
import dev.sluice.proxy.session.ErrorObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Migrations that are in the state that a test puts them in, and approvals in memory. */
final class FakeMigrations implements Migrations, Approvals {

    final List<Migrations.Request> proposed = new ArrayList<>();
    final List<Long> discarded = new ArrayList<>();
    final List<String> commands = new ArrayList<>();
    final Map<Long, Migration> committed = new HashMap<>();
    final List<Approvals.Request> requests = new ArrayList<>();
    final List<Approvals.Request> approved = new ArrayList<>();
    private long lastId;

    void commit(long id, State state, String reason, String sqlState) {
        committed.put(id, migration(id, state, reason, sqlState));
    }

    static Migration migration(long id, State state, String reason, String sqlState) {
        return new Migration(
                new DatabaseRef("test", "shop"),
                id,
                "public.t",
                "ALTER TABLE t …",
                state,
                PhaseName.BACKFILL,
                250,
                1000,
                50,
                reason,
                sqlState.isEmpty() ? Optional.empty() : Optional.of(sqlState),
                ErrorObject.NONE,
                "anna",
                "gateway-1",
                Instant.EPOCH,
                Instant.EPOCH);
    }

    @Override
    public Proposal propose(Migrations.Request request) {
        proposed.add(request);
        return new Proposal(++lastId, "SELECT sluice.expanded(" + lastId + ", 'token')", request.decision());
    }

    @Override
    public void expanding(DatabaseRef database, long id) {}

    @Override
    public void expanded(DatabaseRef database, long id) {}

    @Override
    public void discard(DatabaseRef database, long id) {
        discarded.add(id);
    }

    @Override
    public Optional<Migration> find(DatabaseRef database, long id) {
        return Optional.ofNullable(committed.get(id));
    }

    @Override
    public List<Migration> list(DatabaseRef database) {
        return List.copyOf(committed.values());
    }

    @Override
    public Migration await(DatabaseRef database, long id, Duration patience, Consumer<Migration> progress) {
        return Optional.ofNullable(committed.get(id)).orElseThrow();
    }

    @Override
    public Migration command(DatabaseRef database, long id, Command command, String operator) {
        commands.add(command + " " + id + " by " + operator);
        Migration before = Optional.ofNullable(committed.get(id)).orElseThrow();
        if (command instanceof Command.Cancel) {
            commit(id, State.CANCELLED, before.reason(), "");
        }
        return Optional.ofNullable(committed.get(id)).orElseThrow();
    }

    @Override
    public long request(Approvals.Request request) {
        requests.add(request);
        return 100 + requests.size();
    }

    @Override
    public List<Long> lapse(DatabaseRef database, String requestedBy, String statement, String fingerprint) {
        return List.of();
    }

    @Override
    public Optional<Long> take(DatabaseRef database, String requestedBy, String fingerprint) {
        for (Approvals.Request request : approved) {
            if (request.fingerprint().equals(fingerprint)
                    && request.requestedBy().equals(requestedBy)) {
                approved.remove(request);
                return Optional.of(101L);
            }
        }
        return Optional.empty();
    }

    @Override
    public void giveBack(DatabaseRef database, long id) {
        approved.add(requests.getFirst());
    }
}
