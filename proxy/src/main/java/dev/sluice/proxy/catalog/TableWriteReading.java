package dev.sluice.proxy.catalog;

import dev.sluice.policies.dml.TableWrite;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.ServerErrorException;
import java.util.Optional;

/** Looks up what a statement needs that writes a table as a whole, through the client's own connection. Thread-safe. */
public interface TableWriteReading {

    /** The size of a table, or empty where there is none of that name. */
    Optional<TableWriteFacts.Size> size(HeldSession session, TableWriteFacts.Name name) throws ServerErrorException;

    /**
     * The server's plan for the statement.
     *
     * @throws ServerErrorException where the server would not run it: it says so best by itself
     */
    String plan(HeldSession session, TableWrite write) throws ServerErrorException;

    /**
     * Everything that decides whether the statement may be carried out in batches.
     *
     * @param plan what {@link #plan} has told
     */
    TableWriteFacts facts(HeldSession session, TableWrite write, String plan) throws ServerErrorException;

    /** @param mySql whether the server is one of MySQL's family */
    static TableWriteReading of(boolean mySql) {
        return mySql ? new MySqlTableWrites() : new PostgresTableWrites();
    }
}
