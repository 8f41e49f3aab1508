package dev.sluice.proxy.intercept;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.plan.Plan;
import java.util.Set;

/**
 * A migration that an open transaction has proposed: it starts once the transaction commits.
 *
 * @param table the real name of the table
 * @param columns what it changes
 */
record Pending(long migration, QualifiedName table, Set<String> columns) {

    Pending {
        columns = Set.copyOf(columns);
    }

    static Pending of(long migration, QualifiedName table, Plan plan) {
        return new Pending(migration, table, Set.copyOf(plan.columns()));
    }
}
