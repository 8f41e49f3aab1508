package dev.sluice.proxy.ledger;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.facts.MigrationFacts;
import dev.sluice.policies.plan.PhaseName;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The record of migrations in one engine's SQL. Stateless and thread-safe: each method works on the connection that it
 * is given, in the transaction that is open there or in one of its own; times are the database's.
 */
public interface Ledger {

    boolean installed(Connection connection) throws SQLException;

    /** Whether it is installed; one of a former version is upgraded, where the role may: it may have migrations under way. */
    boolean upgraded(Connection connection) throws SQLException;

    /** Installs or upgrades; does nothing where it is up to date. Several gateways may do so at once. */
    void install(Connection connection) throws SQLException;

    /** Writes a proposal down and gives its number. */
    long propose(Connection connection, Draft draft) throws SQLException;

    /** The statement that records the expansion within the client's transaction; empty where there is none. */
    String expandedSql(Connection connection, long id) throws SQLException;

    /** The expansion is about to begin, where it is not part of the client's transaction. */
    default void expanding(Connection connection, long id) throws SQLException {}

    /** Records the expansion from here. */
    void expanded(Connection connection, long id) throws SQLException;

    /** Removes a proposal; one that is expanded stays. */
    void discard(Connection connection, long id) throws SQLException;

    /** Removes proposals whose expansion cannot come any more, and gives their numbers. */
    List<Long> sweep(Connection connection) throws SQLException;

    /** A migration that is expanded. */
    Optional<LedgerEntry> find(Connection connection, long id) throws SQLException;

    /** All migrations that are expanded, newest first. */
    List<LedgerEntry> list(Connection connection) throws SQLException;

    /** Unfinished migrations by table. Empty where no ledger is installed. */
    Map<QualifiedName, List<MigrationFacts>> inFlight(Connection connection) throws SQLException;

    /**
     * Takes a migration that waits to be run and that nobody runs: the oldest of its table, which is not waiting for
     * somebody's word.
     *
     * @param only the one to take, or empty for any
     */
    Optional<LedgerEntry> claim(Connection connection, String owner, Duration lease, OptionalLong only)
            throws SQLException;

    /** Whether there is something to run or running, by whomever. */
    boolean busy(Connection connection) throws SQLException;

    /** Prolongs a lease. */
    Signals renew(Connection connection, Lease lease, Duration duration) throws SQLException, LeaseLostException;

    /** Writes down how far a migration has come, in the transaction of the work itself, and prolongs the lease. */
    Signals advance(
            Connection connection,
            Lease lease,
            Duration duration,
            Position position,
            PhaseName phase,
            Progress progress)
            throws SQLException, LeaseLostException;

    /**
     * In the transaction of work whose progress is written down elsewhere than by {@link #advance}: that the lease is held
     * still. Nobody takes the migration over until that transaction has ended.
     */
    Signals mustHold(Connection connection, Lease lease) throws SQLException, LeaseLostException;

    /** Writes down, in the transaction of {@link #advance}, that a phase begins; what is known of it already stays. */
    void entered(Connection connection, long id, PhaseName phase, Progress progress) throws SQLException;

    /** The phases that a migration has been in so far, in their order; the last lasts until now. */
    List<PhaseSpan> phases(Connection connection, LedgerEntry entry) throws SQLException;

    /** Says why a migration waits. */
    void note(Connection connection, Lease lease, boolean throttled, String reason)
            throws SQLException, LeaseLostException;

    /** Ends or pauses a migration, and gives the lease back. */
    void finish(Connection connection, Lease lease, Ending ending) throws SQLException, LeaseLostException;

    /** Gives the lease back, so that another gateway can go on at once. */
    void release(Connection connection, Lease lease) throws SQLException;

    /** Passes an operator's word on; false where the migration's state does not admit it. */
    boolean command(Connection connection, long id, OperatorWord word) throws SQLException;

    /** Limits a migration; 0: no limit of its own. */
    void limit(Connection connection, long id, long maxRowsPerSecond) throws SQLException;

    /** What operators say. */
    enum OperatorWord {
        PAUSE,
        RESUME,
        CANCEL,
        RETRY,
        APPROVE
    }
}
