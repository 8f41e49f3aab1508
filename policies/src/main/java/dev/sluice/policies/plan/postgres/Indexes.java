package dev.sluice.policies.plan.postgres;

import dev.sluice.policies.ddl.QualifiedName;
import java.util.Optional;

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

    /**
     * Drops what a REINDEX CONCURRENTLY that was broken off has left: indexes that are not valid under the names the
     * server gives to those it builds and replaces. One that somebody else is building is locked against it.
     */
    static String dropRemains(String target, Optional<QualifiedName> name) {
        return "DO "
                + Pg.dollar("DECLARE\n  remains text;\nBEGIN\n  FOR remains IN\n"
                        + "    SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_index x"
                        + " JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid"
                        + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                        + " WHERE NOT x.indisvalid AND c.relname ~ '_cc(new|old)[0-9]*$'"
                        + " AND x.indrelid IN (SELECT t.oid FROM (" + tables(target, name) + ") t(oid)"
                        + " UNION SELECT b.reltoastrelid FROM pg_catalog.pg_class b WHERE b.oid IN (SELECT t.oid FROM ("
                        + tables(target, name) + ") t(oid)))\n"
                        + "  LOOP\n    EXECUTE 'DROP INDEX ' || remains;\n  END LOOP;\nEND");
    }

    private static String tables(String target, Optional<QualifiedName> name) {
        String all = "SELECT oid FROM pg_catalog.pg_class";
        return switch (target) {
            case "INDEX" ->
                name.map(n -> "SELECT indrelid FROM pg_catalog.pg_index WHERE indexrelid IN (SELECT " + Pg.regclass(n)
                                + " UNION SELECT relid FROM pg_catalog.pg_partition_tree(" + Pg.regclass(n) + "))")
                        .orElse(all);
            case "TABLE" ->
                name.map(n -> "SELECT " + Pg.regclass(n) + "::pg_catalog.oid UNION SELECT relid::pg_catalog.oid FROM"
                                + " pg_catalog.pg_partition_tree(" + Pg.regclass(n) + ")")
                        .orElse(all);
            case "SCHEMA" ->
                name.map(n -> all + " WHERE relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = "
                                + Pg.literal(n.name()) + ")")
                        .orElse(all);
            default -> all;
        };
    }
}
