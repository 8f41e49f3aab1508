package dev.sluice.proxy.app;

import dev.sluice.policies.facts.Facts;
import dev.sluice.policies.facts.FactsRequest;
import dev.sluice.proxy.catalog.ControlPools;
import dev.sluice.proxy.catalog.FactsReader;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.ServerErrorException;
import java.sql.Connection;
import java.sql.SQLException;

/** Reads the catalog of each upstream in the way of its product. */
record FactsByProduct(ControlPools pools, FactsReader postgres, FactsReader mysql) implements FactsReader {

    @Override
    public Facts read(HeldSession session, FactsRequest request) throws ServerErrorException {
        boolean isPostgres = pools.upstream(session.info().upstream()).isPostgres();
        return (isPostgres ? postgres : mysql).read(session, request);
    }

    @Override
    public Facts read(Connection connection, FactsRequest request) throws SQLException {
        boolean isPostgres = connection.getMetaData().getDatabaseProductName().equals("PostgreSQL");
        return (isPostgres ? postgres : mysql).read(connection, request);
    }
}
