package dev.sluice.proxy.ledger;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.facts.MigrationFacts;
import dev.sluice.policies.plan.Plan;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the migrations of a ledger that are not at their end work on. */
final class UnfinishedWork {

    private UnfinishedWork() {}

    private record Work(QualifiedName table, MigrationFacts migration) {}

    /** @param query schema, table, number and plan of each, without an order */
    static Map<QualifiedName, List<MigrationFacts>> read(Connection connection, String query) throws SQLException {
        Map<QualifiedName, List<MigrationFacts>> result = new HashMap<>();
        Sql.on(connection, query + " ORDER BY id")
                .all(row -> new Work(
                        QualifiedName.of(row.getString(1), row.getString(2)),
                        migration(row.getLong(3), PlanJson.read(row.getString(4)))))
                .forEach(work -> result.computeIfAbsent(work.table(), t -> new ArrayList<>())
                        .add(work.migration()));
        return result;
    }

    private static MigrationFacts migration(long id, Plan plan) {
        return new MigrationFacts(id, plan.columns(), plan.sql());
    }
}
