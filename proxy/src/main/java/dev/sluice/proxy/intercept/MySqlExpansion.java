package dev.sluice.proxy.intercept;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.Splitter;
import dev.sluice.proxy.catalog.ControlPools;
import dev.sluice.proxy.ledger.MySqlLedger;
import dev.sluice.proxy.migration.DatabaseRef;
import dev.sluice.proxy.migration.Migration;
import dev.sluice.proxy.migration.MigrationException;
import dev.sluice.proxy.migration.Migrations;
import dev.sluice.proxy.migration.mysql.ShortLocks;
import dev.sluice.proxy.session.Gates;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.QueryResult;
import dev.sluice.proxy.session.ServerError;
import dev.sluice.proxy.session.ServerErrorException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Runs what stands in a statement's place on the client's own connection, one statement after the other, each under a
 * short lock. Each commits by itself; so the ledger is told before the first and after the last, and a lock of the
 * connection's own says in between that somebody is at it. Thread-safe; blocks.
 */
final class MySqlExpansion {

    private static final Duration UNDO_PATIENCE = Duration.ofMinutes(2);

    private final Migrations migrations;
    private final ControlPools pools;
    private final Gates gates;
    private final InterceptorSettings settings;

    MySqlExpansion(Migrations migrations, ControlPools pools, Gates gates, InterceptorSettings settings) {
        this.migrations = migrations;
        this.pools = pools;
        this.gates = gates;
        this.settings = settings;
    }

    private static final QueryResult NOTHING = new QueryResult(List.of(), List.of(), 0);

    private record Execution(HeldSession session, String statement)
            implements ShortLocks.Attempt<QueryResult, ServerErrorException> {

        @Override
        public QueryResult run() throws ServerErrorException {
            return session.query(statement);
        }

        @Override
        public int code(ServerErrorException e) {
            return e.error().code();
        }

        @Override
        public boolean triesInPassing() {
            return session.info().lexicalRules().dialect() == Dialect.MARIADB && ShortLocks.isInstant(statement);
        }

        @Override
        public void lockWait(int seconds) throws ServerErrorException {
            session.query("SET SESSION lock_wait_timeout = " + seconds);
        }

        @Override
        public void absorbKill() throws ServerErrorException {
            session.query("DO 0");
        }
    }

    private static final class Failure extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient ServerError error;

        Failure(ServerError error) {
            super(error.message());
            this.error = error;
        }
    }

    /** What came of it: what the last statement gave, or the error that the client gets. */
    record Outcome(QueryResult result, Optional<ServerError> error) {}

    Outcome run(HeldSession session, String sql, Optional<Long> migration, Optional<QualifiedName> table) {
        DatabaseRef database = new DatabaseRef(session.info().upstream(), "");
        LexicalRules rules = session.info().lexicalRules();
        List<String> statements = Splitter.splitWithoutDirectives(sql, rules).stream()
                .map(statement -> statement.in(sql))
                .toList();
        int done = 0;
        try {
            if (migration.isPresent()) {
                begin(session, database, migration.get());
            }
            QueryResult result = NOTHING;
            String before = only(session.query("SELECT @@session.lock_wait_timeout"));
            session.query("SET SESSION lock_wait_timeout = 1");
            try {
                for (String statement : statements) {
                    result = one(session, statement, table);
                    done++;
                }
            } finally {
                restore(session, before);
            }
            if (migration.isPresent()) {
                migrations.expanded(database, migration.get());
            }
            return new Outcome(result, Optional.empty());
        } catch (Failure e) {
            return failed(session, database, migration, done, e.error);
        } catch (ServerErrorException e) {
            return failed(session, database, migration, done, e.error());
        } catch (MigrationException e) {
            return failed(session, database, migration, done, e.error());
        }
    }

    private void begin(HeldSession session, DatabaseRef database, long id)
            throws ServerErrorException, MigrationException {
        session.query("SELECT GET_LOCK('" + MySqlLedger.lockName(id) + "', 0)");
        migrations.expanding(database, id);
    }

    private QueryResult one(HeldSession session, String statement, Optional<QualifiedName> table)
            throws ServerErrorException, Failure {
        ShortLocks locks = new ShortLocks(
                pools.database(session.info().upstream(), ""),
                gates.of(session.info().upstream()),
                ShortLocks.Times.of(
                        settings.lock().timeout(),
                        settings.lock().retry(),
                        settings.lock().patience()));
        long backend = session.info().backendId();
        long deadline = System.nanoTime() + settings.lock().patience().toNanos();
        while (true) {
            ShortLocks.GaveWay<QueryResult> tried = locks.attempt(table, backend, new Execution(session, statement));
            if (tried.done().isPresent()) {
                return tried.done().get();
            }
            if (session.abandoned()) {
                throw new Failure(ServerError.of("70100", 1317, "Query execution was interrupted", "", ""));
            }
            if (System.nanoTime() > deadline) {
                throw new Failure(ServerError.of(
                        "HY000",
                        1205,
                        "Lock wait timeout exceeded; the gateway has tried for "
                                + settings.lock().patience().toSeconds() + " s",
                        locks.blockers(table, backend).orElse("the table was in use at each try"),
                        "End the transactions that use the table, then send the statement again."));
            }
            rest(locks.pause());
        }
    }

    private static void rest(Duration pause) throws Failure {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(ServerError.of("08S01", 1053, "Server shutdown in progress", "", ""));
        }
    }

    private static void restore(HeldSession session, String before) throws ServerErrorException {
        session.query("SET SESSION lock_wait_timeout = " + before);
    }

    /** What was begun is taken back by the executor, which knows how. */
    private Outcome failed(
            HeldSession session, DatabaseRef database, Optional<Long> migration, int done, ServerError error) {
        boolean begun = done > 0 || error.sqlState().startsWith("08");
        if (migration.isPresent() && begun && !session.abandoned()) {
            try {
                migrations.expanded(database, migration.get());
                migrations.command(database, migration.get(), new Migrations.Command.Cancel(), "sluice");
                migrations.await(database, migration.get(), UNDO_PATIENCE, progress -> {});
            } catch (MigrationException e) {
                // The ledger's own recovery finds an expansion that nobody is at.
                return new Outcome(NOTHING, Optional.of(error));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return new Outcome(NOTHING, Optional.of(error));
    }

    /** The ledger knows all by now: nobody needs to see any more that the expansion was under way. */
    void over(HeldSession session, long id) {
        try {
            session.query("DO RELEASE_LOCK('" + MySqlLedger.lockName(id) + "')");
        } catch (ServerErrorException e) {
            // The connection has gone, and the lock with it.
            return;
        }
    }

    /** How a migration stands, for the answer's text. */
    Optional<String> told(HeldSession session, long id) {
        try {
            return migrations
                    .find(new DatabaseRef(session.info().upstream(), ""), id)
                    .map(MySqlExpansion::sentence);
        } catch (MigrationException e) {
            return Optional.empty();
        }
    }

    private static String sentence(Migration migration) {
        return "sluice: migration " + migration.id() + " " + migration.state().word();
    }

    private static String only(QueryResult result) {
        return result.rows().getFirst().getFirst().orElse("0");
    }
}
