package dev.sluice.proxy.plan;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Everything of a schema that pg_dump --schema-only would print, as text in a fixed order. */
final class CatalogPicture {

    private static final String QUERY = """
            SELECT string_agg(line, E'\\n' ORDER BY line COLLATE "C") FROM (
              SELECT format('column %s.%s %s %s %s notnull=%s default=%s identity=%s generated=%s collation=%s options=%s storage=%s comp=%s acl=%s',
                  c.relnamespace::regnamespace, c.relname,
                  row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum), a.attname, format_type(a.atttypid, a.atttypmod),
                  a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated,
                  (SELECT l.collname FROM pg_collation l WHERE l.oid = a.attcollation),
                  a.attoptions, a.attstorage, to_jsonb(a) ->> 'attcompression', a.attacl) || format(' local=%s inh=%s', a.attislocal, a.attinhcount) AS line
                FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
               WHERE c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)' AND a.attnum > 0
                 AND NOT a.attisdropped AND c.relkind IN ('r','p','v','m','f','S')
              UNION ALL
              SELECT format('constraint %s %s %s validated=%s deferrable=%s,%s local=%s inh=%s noinherit=%s index=%s',
                  coalesce(nullif(k.conrelid, 0)::regclass::text, k.contypid::regtype::text), k.conname,
                  pg_get_constraintdef(k.oid), k.convalidated, k.condeferrable, k.condeferred,
                  -- A partition's own NOT NULL beside its parent's is no difference that a dump would show.
                  k.conislocal AND NOT (k.contype = 'n' AND k.coninhcount > 0), k.coninhcount,
                  k.connoinherit AND k.contype IN ('c', 'n'), nullif(k.conindid, 0)::regclass)
                FROM pg_constraint k WHERE k.connamespace::regnamespace::text !~ '^(pg_|information_schema)'
              UNION ALL
              SELECT format('index %s valid=%s ready=%s options=%s parent=%s', pg_get_indexdef(i.indexrelid), i.indisvalid,
                  i.indisready, c.reloptions, (SELECT h.inhparent::regclass FROM pg_inherits h WHERE h.inhrelid = c.oid))
                FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
               WHERE c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
              UNION ALL
              SELECT format('relation %s.%s %s %s owner=%s options=%s partition=%s', c.relnamespace::regnamespace, c.relname, c.relkind,
                  c.relpersistence, c.relowner::regrole, c.reloptions, pg_get_expr(c.relpartbound, c.oid))
                FROM pg_class c WHERE c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
              UNION ALL
              SELECT format('sequence %s %s %s %s %s %s %s owned=%s', s.seqrelid::regclass, s.seqtypid::regtype, s.seqstart, s.seqincrement,
                  s.seqmin, s.seqmax, s.seqcycle, (SELECT format('%s.%s %s', e.refobjid::regclass, a.attname, e.deptype)
                     FROM pg_depend e JOIN pg_attribute a ON a.attrelid = e.refobjid AND a.attnum = e.refobjsubid
                    WHERE e.objid = s.seqrelid AND e.deptype IN ('a','i') AND e.refclassid = 'pg_class'::regclass))
                FROM pg_sequence s
              UNION ALL
              SELECT 'trigger ' || pg_get_triggerdef(t.oid) FROM pg_trigger t WHERE NOT t.tgisinternal
              UNION ALL
              SELECT format('function %s.%s', p.pronamespace::regnamespace, p.proname) FROM pg_proc p
               WHERE p.pronamespace::regnamespace::text !~ '^(pg_|information_schema)') l
            """;

    private CatalogPicture() {}

    static String of(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(QUERY)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
