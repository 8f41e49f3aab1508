package dev.sluice.proxy.migration;

import dev.sluice.policies.plan.Plan;
import dev.sluice.proxy.catalog.ControlDatabase;
import dev.sluice.proxy.ledger.ApprovalLedger;
import dev.sluice.proxy.ledger.Ending;
import dev.sluice.proxy.ledger.Ledger;
import dev.sluice.proxy.session.ErrorObject;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** What differs between database products. Thread-safe. */
public interface Engine {

    Ledger ledger();

    /** The requests for approval beside the ledger. */
    ApprovalLedger approvals();

    /** Makes a runner for one migration; connects when it is first used. */
    StepRunner open(ControlDatabase database, RunnerSettings settings);

    /**
     * Makes what the expand phase needs and the client could not make itself, under the gateway's role.
     *
     * @return the plan without those statements
     */
    Plan prepare(Connection connection, Plan plan, long id) throws SQLException;

    /** Removes what {@link #prepare} made, for a proposal that is not taken up. */
    default void forget(Connection connection, long id) throws SQLException {}

    /** Databases of a server that have a ledger. */
    List<String> databasesWithLedger(ControlDatabase any) throws SQLException;

    Failure classify(SQLException e);

    /** What the server said, as a client would have heard it: the message and, on a line of its own, its detail. */
    default String words(SQLException e) {
        return String.valueOf(e.getMessage());
    }

    /** The failure of a migration by an error that is none of the passing ones. */
    default Ending failure(SQLException e, String sqlState) {
        return Ending.failed(sqlState, words(e), ErrorObject.NONE);
    }

    /** What an error means for a migration. */
    enum Failure {
        /** The next try may succeed: a lost connection, a deadlock, a full disk. */
        TRANSIENT,
        /** Somebody holds a lock. */
        LOCKED,
        /** A statement was cancelled. */
        CANCELLED,
        /** It would fail again. */
        PERMANENT
    }
}
