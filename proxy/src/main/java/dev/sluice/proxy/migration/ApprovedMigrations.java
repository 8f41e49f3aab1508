package dev.sluice.proxy.migration;

import dev.sluice.proxy.catalog.ControlPools;
import dev.sluice.proxy.session.ServerError;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Migrations and the requests for approval beside them, under one list of numbers: whoever shows, approves or cancels
 * migrations need not know that the two are kept apart. Thread-safe; blocks.
 */
public final class ApprovedMigrations implements Migrations, Approvals {

    private final Migrations migrations;
    private final ControlPools pools;
    private final Installation ledger;
    private final Duration validity;
    private final ApprovalLedger approvals = new ApprovalLedger();

    /** Installs the ledger where it is missing. */
    public interface Installation {
        void ensure(Connection connection) throws SQLException;
    }

    /** @param validity how long an approval may be used */
    public ApprovedMigrations(Migrations migrations, ControlPools pools, Installation ledger, Duration validity) {
        this.migrations = migrations;
        this.pools = pools;
        this.ledger = ledger;
        this.validity = validity;
    }

    private interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    @Override
    public long request(Approvals.Request request) throws MigrationException {
        if (!pools.upstream(request.database().upstream()).isPostgres()) {
            throw new MigrationException(ServerError.of(
                    "42000",
                    1235,
                    "this statement needs an approval, and approvals are not kept for this server: "
                            + request.decision().why(),
                    "Rules: " + String.join(", ", request.decision().ruleIds()),
                    "Allow it by a rule in the policy, for this table and for the time that it takes."));
        }
        return with(request.database(), connection -> {
            ledger.ensure(connection);
            approvals.install(connection);
            return approvals.request(connection, request);
        });
    }

    @Override
    public Optional<Long> take(DatabaseRef database, String requestedBy, String fingerprint) throws MigrationException {
        return with(
                database,
                connection -> kept(database, connection)
                        ? approvals.take(connection, requestedBy, fingerprint)
                        : Optional.<Long>empty());
    }

    @Override
    public void giveBack(DatabaseRef database, long id) throws MigrationException {
        with(database, connection -> {
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
        all.addAll(with(
                database,
                connection ->
                        kept(database, connection) ? approvals.list(connection, database) : List.<Migration>of()));
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
            case Command.Cancel ignored -> with(database, connection -> approvals.cancel(connection, id));
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
                connection -> approvals.approve(connection, request.id(), operator, reason, validity));
    }

    private Optional<Migration> approval(DatabaseRef database, long id) throws MigrationException {
        return with(
                database,
                connection -> kept(database, connection)
                        ? approvals.find(connection, database, id)
                        : Optional.<Migration>empty());
    }

    private boolean kept(DatabaseRef database, Connection connection) throws SQLException {
        return pools.database(database.upstream(), database.database())
                        .upstream()
                        .isPostgres()
                && approvals.installed(connection);
    }

    private <T> T with(DatabaseRef database, Work<T> work) throws MigrationException {
        try (Connection connection =
                pools.database(database.upstream(), database.database()).connection()) {
            return work.on(connection);
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
