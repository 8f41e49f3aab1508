package dev.sluice.proxy.catalog;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.facts.MigrationFacts;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** Tells which migrations are in flight on a relation. */
@FunctionalInterface
public interface InFlight {

    /** Knows of none. */
    InFlight NONE = connection -> Map.of();

    /** Unfinished migrations by their table's real name, schema included. */
    Map<QualifiedName, List<MigrationFacts>> read(Connection connection) throws SQLException;
}
