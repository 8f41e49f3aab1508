package dev.sluice.proxy.migration;

import dev.sluice.policies.judge.Decision;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Migrations of every database that the gateway serves. Thread-safe; all methods block.
 *
 * <p>A migration is proposed on the control connection before the client's transaction is touched. The expand phase, in
 * that transaction, calls what {@link Proposal#expanded} names; so the record becomes visible exactly when the expansion
 * commits, and a rollback leaves a proposal that nobody sees and that is swept away.
 */
public interface Migrations {

    /**
     * @param requestedBy the role that the statement runs under; the later phases run under it too
     * @param session who asked, for the record
     * @param searchPath the statement's {@code search_path} setting, under which expressions of the client's are
     *     resolved in the later phases too; empty: the role's default. The facts have it among their settings
     */
    record Request(
            DatabaseRef database,
            String statement,
            Decision decision,
            String requestedBy,
            String session,
            String searchPath) {

        public Request(DatabaseRef database, String statement, Decision decision, String requestedBy, String session) {
            this(database, statement, decision, requestedBy, session, "");
        }
    }

    /**
     * @param id the migration's number
     * @param expanded PostgreSQL: the SQL that records the expansion within the client's transaction, a SELECT without
     *     a semicolon (EXECUTE it in PL/pgSQL); MySQL: empty
     * @param prepared the decision with {@code {id}} in the plan's SQL replaced by the migration's number, and without
     *     the functions of schema {@code sluice} that were already made
     */
    record Proposal(long id, String expanded, Decision prepared) {}

    /** Writes down what is about to be done. The ledger is installed when it is missing and may be. */
    Proposal propose(Request request) throws MigrationException;

    /** MySQL: the expand phase has begun / is through. PostgreSQL does it in the transaction. */
    void expanding(DatabaseRef database, long id) throws MigrationException;

    void expanded(DatabaseRef database, long id) throws MigrationException;

    /** Drops a proposal whose expansion failed or was rolled back. */
    void discard(DatabaseRef database, long id) throws MigrationException;

    /** The migration, when its expansion is committed. */
    Optional<Migration> find(DatabaseRef database, long id) throws MigrationException;

    List<Migration> list(DatabaseRef database) throws MigrationException;

    /**
     * Waits until a migration has ended or the time is over, and starts the executor on it at once.
     *
     * @param progress is told every few seconds
     * @return the migration as it then is
     */
    Migration await(DatabaseRef database, long id, Duration patience, Consumer<Migration> progress)
            throws MigrationException, InterruptedException;

    /** Pause, resume, cancel, retry, approve or throttle. */
    Migration command(DatabaseRef database, long id, Command command, String operator) throws MigrationException;

    /** What an operator may say of a migration. */
    sealed interface Command {
        record Pause() implements Command {}

        record Resume() implements Command {}

        record Cancel() implements Command {}

        record Retry() implements Command {}

        record Approve(String reason) implements Command {}

        /** @param rowsPerSecond 0: no limit of its own */
        record Throttle(long rowsPerSecond) implements Command {}
    }
}
