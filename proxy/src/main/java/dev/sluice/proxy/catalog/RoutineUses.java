package dev.sluice.proxy.catalog;

import dev.sluice.policies.sql.RoutineReference;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
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

    /**
     * From the routines to what runs them, and from that to what uses it: a rule's view, a cast's type, its columns. How they
     * are run: {@code m} where the name stands, {@code w} where its rows are written, {@code t} then, and by a trigger. What
     * is written through a view, through a partitioned table or by a foreign key's action is written too.
     */
    private static final String NAMES = """
            WITH RECURSIVE used (root, class, object, how) AS (
              SELECT d.refobjid, d.classid, d.objid, 'm' FROM pg_catalog.pg_depend d
               WHERE d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass
                 AND d.refobjid = ANY (?::pg_catalog.oid[]) AND d.deptype = ANY ('{n,a}')
              UNION
              SELECT u.root, n.class, n.object, n.how FROM used u CROSS JOIN LATERAL (
                SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid AS class, r.ev_class AS object,
                       CASE WHEN r.ev_type = '1' THEN u.how ELSE 'w' END AS how
                  FROM pg_catalog.pg_rewrite r
                 WHERE u.class = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND r.oid = u.object
                UNION ALL SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, t.tgrelid, 't' FROM pg_catalog.pg_trigger t
                 WHERE u.class = 'pg_catalog.pg_trigger'::pg_catalog.regclass AND t.oid = u.object
                UNION ALL SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, a.adrelid,
                       CASE WHEN c.attgenerated = 'v' THEN 'm' ELSE 'w' END
                  FROM pg_catalog.pg_attrdef a
                  JOIN pg_catalog.pg_attribute c ON c.attrelid = a.adrelid AND c.attnum = a.adnum
                 WHERE u.class = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND a.oid = u.object
                UNION ALL SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, c.conrelid, 'w' FROM pg_catalog.pg_constraint c
                 WHERE u.class = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND c.oid = u.object
                UNION ALL SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, c.contypid, 'w' FROM pg_catalog.pg_constraint c
                 WHERE u.class = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND c.oid = u.object
                UNION ALL SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, p.polrelid,
                       CASE WHEN p.polcmd = ANY ('{*,r}') THEN 'm' ELSE 'w' END
                  FROM pg_catalog.pg_policy p
                 WHERE u.class = 'pg_catalog.pg_policy'::pg_catalog.regclass AND p.oid = u.object
                UNION ALL SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, i.indrelid, 'm' FROM pg_catalog.pg_index i
                 WHERE u.class = 'pg_catalog.pg_class'::pg_catalog.regclass AND i.indexrelid = u.object
                UNION ALL SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, x.type, 'm' FROM pg_catalog.pg_cast k
                 CROSS JOIN LATERAL (VALUES (k.castsource), (k.casttarget)) x (type)
                 WHERE u.class = 'pg_catalog.pg_cast'::pg_catalog.regclass AND k.oid = u.object
                UNION ALL SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, t.attrelid, u.how FROM pg_catalog.pg_attribute t
                 WHERE u.class = 'pg_catalog.pg_type'::pg_catalog.regclass AND t.atttypid = u.object AND u.object >= 16384
                UNION ALL SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, i.inhparent, u.how FROM pg_catalog.pg_inherits i
                 WHERE u.class = 'pg_catalog.pg_class'::pg_catalog.regclass AND i.inhrelid = u.object AND u.how <> 'm'
                UNION ALL SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, c.confrelid, u.how FROM pg_catalog.pg_constraint c
                 WHERE u.class = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.conrelid = u.object AND c.contype = 'f'
                   AND u.how <> 'm' AND (c.confdeltype = ANY ('{n,d}') OR c.confupdtype = ANY ('{n,d}')
                     OR (u.how = 't' AND (c.confdeltype = 'c' OR c.confupdtype = 'c')))
                UNION ALL SELECT d.classid, d.objid, u.how FROM pg_catalog.pg_depend d
                 WHERE d.refclassid = u.class AND d.refobjid = u.object AND d.deptype = ANY ('{n,a}')
                   AND (u.class = 'pg_catalog.pg_operator'::pg_catalog.regclass
                     OR u.class = 'pg_catalog.pg_proc'::pg_catalog.regclass
                     OR (u.class = 'pg_catalog.pg_class'::pg_catalog.regclass
                         AND d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass))
              ) n
            )
            SELECT u.root::text, x.name, x.how FROM used u CROSS JOIN LATERAL (
              SELECT c.relname::text, u.how FROM pg_catalog.pg_class c
               WHERE u.class = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = u.object
                 AND c.relkind = ANY ('{r,v,m,f,p}')
              UNION ALL SELECT t.typname::text, 'm' FROM pg_catalog.pg_type t
               WHERE u.class = 'pg_catalog.pg_type'::pg_catalog.regclass AND t.oid = u.object AND u.object >= 16384
              UNION ALL SELECT o.oprname::text, 'm' FROM pg_catalog.pg_operator o
               WHERE u.class = 'pg_catalog.pg_operator'::pg_catalog.regclass AND o.oid = u.object
            ) x (name, how)
            """;

    /**
     * What has a routine run.
     *
     * @param number the routine's
     * @param trigger whether a trigger runs it, which may fire or not
     */
    record Run(String number, RoutineReference reference, boolean trigger) {}

    /**
     * What has one of some routines run that is not called.
     *
     * @param numbers those routines
     */
    static List<Run> read(Connection connection, Collection<String> numbers) throws SQLException {
        List<Run> runs = new ArrayList<>();
        if (numbers.isEmpty()) {
            return runs;
        }
        try (PreparedStatement statement = connection.prepareStatement(NAMES)) {
            statement.setString(1, "{" + String.join(",", numbers) + "}");
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    String name = rows.getString(2);
                    String how = rows.getString(3);
                    RoutineReference reference =
                            how.equals("m") ? new RoutineReference.Mentioned(name) : new RoutineReference.Written(name);
                    runs.add(new Run(rows.getString(1), reference, how.equals("t")));
                }
            }
        }
        return runs;
    }
}
