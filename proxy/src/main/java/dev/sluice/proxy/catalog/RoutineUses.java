package dev.sluice.proxy.catalog;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How a routine of PostgreSQL's is run without being called.
 *
 * @param number its own, by which the catalog knows it
 * @param ofRow whether it may stand behind a row, like a column
 * @param usedBy something that runs it by itself, for people; triggers are not counted, since their functions are judged
 *     when they are made
 */
record RoutineUses(String number, boolean ofRow, Optional<String> usedBy) {

    static final RoutineUses NONE = new RoutineUses("", false, Optional.empty());

    /** Another one whenever something else runs a routine of the users'. */
    static final String STAMP = """
            (SELECT pg_catalog.concat_ws(':', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtext(d.objid::text)))
               FROM pg_catalog.pg_depend d
              WHERE d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.refobjid >= 16384),
            (SELECT pg_catalog.concat_ws(':', pg_catalog.count(*), pg_catalog.max(r.oid::text)) FROM pg_catalog.pg_rewrite r)
            """;

    static final String USED_BY = """
            (SELECT pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid) FROM pg_catalog.pg_depend d
              WHERE d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.refobjid = p.oid
                AND d.deptype = ANY ('{n,a}') AND d.classid <> 'pg_catalog.pg_trigger'::pg_catalog.regclass
              ORDER BY d.classid, d.objid LIMIT 1)
            """;

    /** From the routines to what runs them, and from that to what uses it: a rule's view, a cast's type, its columns. */
    private static final String NAMES = """
            WITH RECURSIVE used (root, class, object) AS (
              SELECT d.refobjid, d.classid, d.objid FROM pg_catalog.pg_depend d
               WHERE d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass
                 AND d.refobjid = ANY (?::pg_catalog.oid[]) AND d.deptype = ANY ('{n,a}')
              UNION
              SELECT u.root, n.class, n.object FROM used u CROSS JOIN LATERAL (
                SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid AS class, r.ev_class AS object
                  FROM pg_catalog.pg_rewrite r
                 WHERE u.class = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND r.oid = u.object
                UNION ALL SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, a.adrelid FROM pg_catalog.pg_attrdef a
                 WHERE u.class = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND a.oid = u.object
                UNION ALL SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, c.conrelid FROM pg_catalog.pg_constraint c
                 WHERE u.class = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND c.oid = u.object
                UNION ALL SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, c.contypid FROM pg_catalog.pg_constraint c
                 WHERE u.class = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND c.oid = u.object
                UNION ALL SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, p.polrelid FROM pg_catalog.pg_policy p
                 WHERE u.class = 'pg_catalog.pg_policy'::pg_catalog.regclass AND p.oid = u.object
                UNION ALL SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, i.indrelid FROM pg_catalog.pg_index i
                 WHERE u.class = 'pg_catalog.pg_class'::pg_catalog.regclass AND i.indexrelid = u.object
                UNION ALL SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, x.type FROM pg_catalog.pg_cast k
                 CROSS JOIN LATERAL (VALUES (k.castsource), (k.casttarget)) x (type)
                 WHERE u.class = 'pg_catalog.pg_cast'::pg_catalog.regclass AND k.oid = u.object
                UNION ALL SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, t.attrelid FROM pg_catalog.pg_attribute t
                 WHERE u.class = 'pg_catalog.pg_type'::pg_catalog.regclass AND t.atttypid = u.object AND u.object >= 16384
                UNION ALL SELECT d.classid, d.objid FROM pg_catalog.pg_depend d
                 WHERE d.refclassid = u.class AND d.refobjid = u.object AND d.deptype = ANY ('{n,a}')
                   AND (u.class = 'pg_catalog.pg_operator'::pg_catalog.regclass
                     OR u.class = 'pg_catalog.pg_proc'::pg_catalog.regclass
                     OR (u.class = 'pg_catalog.pg_class'::pg_catalog.regclass
                         AND d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND EXISTS (
                           SELECT 1 FROM pg_catalog.pg_class v WHERE v.oid = u.object AND v.relkind = ANY ('{v,m}'))))
              ) n
            )
            SELECT u.root::text, x.name FROM used u CROSS JOIN LATERAL (
              SELECT c.relname::text FROM pg_catalog.pg_class c
               WHERE u.class = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = u.object
                 AND c.relkind = ANY ('{r,v,m,f,p}')
              UNION ALL SELECT t.typname::text FROM pg_catalog.pg_type t
               WHERE u.class = 'pg_catalog.pg_type'::pg_catalog.regclass AND t.oid = u.object AND u.object >= 16384
              UNION ALL SELECT o.oprname::text FROM pg_catalog.pg_operator o
               WHERE u.class = 'pg_catalog.pg_operator'::pg_catalog.regclass AND o.oid = u.object
            ) x (name)
            """;

    /**
     * The names and operators by which a statement runs one of some routines.
     *
     * @param numbers those routines
     * @return the number of the routine by the name, as the catalog has it
     */
    static Map<String, String> read(Connection connection, Collection<String> numbers) throws SQLException {
        Map<String, String> names = new HashMap<>();
        if (numbers.isEmpty()) {
            return names;
        }
        try (PreparedStatement statement = connection.prepareStatement(NAMES)) {
            statement.setString(1, "{" + String.join(",", numbers) + "}");
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    names.put(rows.getString(2), rows.getString(1));
                }
            }
        }
        return names;
    }
}
