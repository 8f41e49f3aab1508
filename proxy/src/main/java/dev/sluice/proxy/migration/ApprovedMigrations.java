package dev.sluice.proxy.migration;

import dev.sluice.proxy.audit.SecretMask;
import dev.sluice.proxy.catalog.ControlPools;
import dev.sluice.proxy.catalog.ControlUpstream;
import dev.sluice.proxy.ledger.ApprovalDraft;
import dev.sluice.proxy.ledger.ApprovalEntry;
import dev.sluice.proxy.ledger.ApprovalLedger;
import dev.sluice.proxy.session.ServerError;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Migrations and the requests for approval beside them, under one list of numbers: whoever shows, approves or cancels
 * migrations need not know that the two are kept apart. Thread-safe; blocks.
 */
public final class ApprovedMigrations implements Migrations, Approvals {

    private final Migrations migrations;
    private final ControlPools pools;
    private final Function<ControlUpstream, Engine> engines;
    private final Duration validity;

    /** @param validity how long an approval may be used */
    public ApprovedMigrations(
            Migrations migrations, ControlPools pools, Function<ControlUpstream, Engine> engines, Duration validity) {
        this.migrations = migrations;
        this.pools = pools;
        this.engines = engines;
        this.validity = validity;
    }

    private interface Work<T> {
        T on(ApprovalLedger approvals, Connection connection) throws SQLException;
    }

    @Override
    public long request(Approvals.Request request) throws MigrationException {
        ApprovalDraft draft = new ApprovalDraft(
                request.fingerprint(),
                request.decision().plan().target().map(Object::toString).orElse(""),
                SecretMask.mask(request.statement()),
                String.join(", ", request.decision().ruleIds()) + ": "
                        + request.decision().why(),
                request.requestedBy(),
                request.session());
        Engine engine = engine(request.database());
        return with(request.database(), (approvals, connection) -> {
            if (!engine.ledger().installed(connection)) {
                engine.ledger().install(connection);
            }
            approvals.install(connection);
            return approvals.request(connection, draft);
        });
    }

    @Override
    public List<Long> lapse(DatabaseRef database, String requestedBy, String statement, String fingerprint)
            throws MigrationException {
        return kept(
                database,
                (approvals, connection) ->
                        approvals.lapse(connection, requestedBy, SecretMask.mask(statement), fingerprint),
                List.<Long>of());
    }

    @Override
    public Optional<Long> take(DatabaseRef database, String requestedBy, String fingerprint) throws MigrationException {
        return kept(
                database,
                (approvals, connection) -> approvals.take(connection, requestedBy, fingerprint),
                Optional.<Long>empty());
    }

    @Override
    public void giveBack(DatabaseRef database, long id) throws MigrationException {
        with(database, (approvals, connection) -> {
            approvals.giveBack(connection, id);
            return id;
        });
    }

    @Override
    public Migrations.Proposal propose(Migrations.Request request) throws MigrationException {
        return migrations.propose(request);
    }

    @Override
    public void expanding(DatabaseRef database, long id) throws MigrationException {
        migrations.expanding(database, id);
    }

    @Override
    public void expanded(DatabaseRef database, long id) throws MigrationException {
        migrations.expanded(database, id);
    }

    @Override
    public void discard(DatabaseRef database, long id) throws MigrationException {
        migrations.discard(database, id);
    }

    @Override
    public Optional<Migration> find(DatabaseRef database, long id) throws MigrationException {
        Optional<Migration> migration = migrations.find(database, id);
        return migration.isPresent() ? migration : approval(database, id);
    }

    @Override
    public List<Migration> list(DatabaseRef database) throws MigrationException {
        List<Migration> all = new ArrayList<>(migrations.list(database));
        kept(database, (approvals, connection) -> approvals.list(connection), List.<ApprovalEntry>of())
                .forEach(entry -> all.add(ApprovalView.of(database, entry)));
        all.sort(Comparator.comparingLong(Migration::id).reversed());
        return all;
    }

    @Override
    public Migration await(DatabaseRef database, long id, Duration patience, Consumer<Migration> progress)
            throws MigrationException, InterruptedException {
        return migrations.await(database, id, patience, progress);
    }

    @Override
    public Migration command(DatabaseRef database, long id, Command command, String operator)
            throws MigrationException {
        Optional<Migration> approval = approval(database, id);
        if (approval.isEmpty()) {
            return migrations.command(database, id, command, operator);
        }
        boolean done = switch (command) {
            case Command.Approve approve -> approve(approval.get(), approve.reason(), operator);
            case Command.Cancel ignored -> with(database, (approvals, connection) -> approvals.cancel(connection, id));
            case Command.Pause ignored -> false;
            case Command.Resume ignored -> false;
            case Command.Retry ignored -> false;
            case Command.Throttle ignored -> false;
        };
        if (!done) {
            throw new MigrationException(ServerError.of(
                    "55000",
                    1235,
                    "request " + id + " is " + approval.get().state().word() + ": "
                            + approval.get().reason(),
                    "A request for approval can be approved or cancelled while it waits.",
                    "SHOW SLUICE APPROVALS lists those that wait."));
        }
        return approval(database, id).orElse(approval.get());
    }

    private boolean approve(Migration request, String reason, String operator) throws MigrationException {
        if (request.requestedBy().equals(operator)) {
            throw new MigrationException(ServerError.of(
                    "42501",
                    1227,
                    "permission denied: \"" + operator + "\" asked for " + request.id() + " and may not approve it",
                    "An approval needs a second person.",
                    "Let another operator approve it."));
        }
        return with(
                request.database(),
                (approvals, connection) -> approvals.approve(connection, request.id(), operator, reason, validity));
    }

    private Optional<Migration> approval(DatabaseRef database, long id) throws MigrationException {
        return kept(
                        database,
                        (approvals, connection) -> approvals.find(connection, id),
                        Optional.<ApprovalEntry>empty())
                .map(entry -> ApprovalView.of(database, entry));
    }

    private Engine engine(DatabaseRef database) {
        return engines.apply(pools.upstream(database.upstream()));
    }

    /** Where nothing was ever asked for, there is no table to look in. */
    private <T> T kept(DatabaseRef database, Work<T> work, T none) throws MigrationException {
        return with(
                database,
                (approvals, connection) -> approvals.installed(connection) ? work.on(approvals, connection) : none);
    }

    private <T> T with(DatabaseRef database, Work<T> work) throws MigrationException {
        try (Connection connection =
                pools.database(database.upstream(), database.database()).connection()) {
            return work.on(engine(database).approvals(), connection);
        } catch (SQLException e) {
            throw new MigrationException(ServerError.of(
                    e.getSQLState() == null ? "58000" : e.getSQLState(),
                    1105,
                    "the ledger cannot be reached: " + e.getMessage(),
                    "Requests for approval are kept in the schema sluice of the database.",
                    "Check the upstream's user and password in the gateway's configuration, or run sluice init."));
        }
    }
}
