package dev.sluice.policies.plan.postgres;

import dev.sluice.policies.ddl.QualifiedName;

/** Questions to the catalog about indexes. */
final class Indexes {

    private Indexes() {}

    static String isValid(QualifiedName index) {
        return "SELECT COALESCE((SELECT i.indisvalid FROM pg_catalog.pg_index i WHERE i.indexrelid = "
                + Pg.regclass(index) + "), false)";
    }

    static String isGone(QualifiedName index) {
        return "SELECT " + Pg.regclass(index) + " IS NULL";
    }
}
