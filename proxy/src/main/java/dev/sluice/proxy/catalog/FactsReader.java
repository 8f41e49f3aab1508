package dev.sluice.proxy.catalog;

import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.FactsRequest;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.ServerErrorException;
import java.sql.Connection;
import java.sql.SQLException;

/** Reads what a schema change must be judged on. Thread-safe; blocks. */
public interface FactsReader {

    /**
     * Reads through the client's own connection, so names mean what they mean there. Leaves a client's transaction as
     * it was; not to be called in a failed one.
     *
     * @throws ServerErrorException the client's connection, or the gateway's own, is lost or refused
     */
    Facts read(HeldSession session, FactsRequest request) throws ServerErrorException;

    /** Reads over a connection of one's own, for the command line. The connection is in autocommit, and stays so. */
    Facts read(Connection connection, FactsRequest request) throws SQLException;
}
