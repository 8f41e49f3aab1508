package dev.sluice.proxy.equivalence;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.TreeSet;

/** All that a schema dump shows, as sorted lines: for servers that no pg_dump at hand can read. */
public final class CatalogSnapshot {

    private static final String USERS = "n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'sluice')";

    private static final List<String> QUERIES = List.of(
            "SELECT 'schema ' || n.nspname || ' ' || pg_get_userbyid(n.nspowner) || ' ' || coalesce(n.nspacl::text, '')"
                    + " FROM pg_namespace n WHERE n.nspname !~ '^pg_temp|^pg_toast' AND " + USERS,
            "SELECT 'relation ' || n.nspname || '.' || c.relname || ' ' || concat_ws(' ', c.relkind, c.relpersistence,"
                    + " pg_get_userbyid(c.relowner), c.reloptions::text, c.relacl::text, c.relreplident, c.relrowsecurity,"
                    + " c.relforcerowsecurity, pg_get_expr(c.relpartbound, c.oid), pg_get_partkeydef(c.oid), c.relispopulated,"
                    + " (SELECT a.amname FROM pg_am a WHERE a.oid = c.relam), c.reltablespace)"
                    + " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE " + USERS,
            "SELECT 'column ' || n.nspname || '.' || c.relname || ' ' || concat_ws(' ',"
                    + " rank() OVER (PARTITION BY c.oid ORDER BY a.attnum), a.attname, format_type(a.atttypid, a.atttypmod),"
                    + " a.attnotnull, a.attidentity, a.attgenerated, a.attstorage, to_jsonb(a) ->> 'attcompression',"
                    + " a.attstattarget, a.attislocal, a.attinhcount, a.attoptions::text, (SELECT l.collname FROM pg_collation l WHERE l.oid ="
                    + " a.attcollation), pg_get_expr(d.adbin, d.adrelid), a.attacl::text)"
                    + " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
                    + " LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
                    + " WHERE a.attnum > 0 AND NOT a.attisdropped AND " + USERS,
            "SELECT 'constraint ' || n.nspname || '.' || coalesce(r.relname, t.typname) || ' ' || concat_ws(' ', c.conname,"
                    + " c.contype, c.convalidated, c.condeferrable, c.condeferred, c.coninhcount, c.conislocal,"
                    // Of the others it says only how they came to be.
                    + " c.connoinherit AND c.contype IN ('c', 'n'), pg_get_constraintdef(c.oid))"
                    + " FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace"
                    + " LEFT JOIN pg_class r ON r.oid = c.conrelid LEFT JOIN pg_type t ON t.oid = c.contypid WHERE "
                    + USERS,
            "SELECT 'index ' || n.nspname || '.' || c.relname || ' ' || concat_ws(' ', pg_get_indexdef(i.indexrelid),"
                    + " i.indisvalid, i.indisready, i.indisprimary, i.indisunique, i.indisclustered, i.indisreplident,"
                    + " (SELECT p.relname FROM pg_inherits h JOIN pg_class p ON p.oid = h.inhparent WHERE h.inhrelid = c.oid))"
                    + " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
                    + " WHERE " + USERS,
            "SELECT 'sequence ' || s.schemaname || '.' || s.sequencename || ' ' || concat_ws(' ', s.data_type, s.start_value,"
                    + " s.min_value, s.max_value, s.increment_by, s.cycle, s.cache_size, (SELECT x.refobjid::regclass::text || '.'"
                    + " || x.refobjsubid || x.deptype::text FROM pg_depend x WHERE x.objid = format('%I.%I', s.schemaname,"
                    + " s.sequencename)::regclass AND x.deptype IN ('a', 'i') AND x.refobjsubid > 0 LIMIT 1)) FROM pg_sequences s"
                    + " WHERE s.schemaname <> 'sluice'",
            "SELECT 'trigger ' || n.nspname || '.' || c.relname || ' ' || concat_ws(' ', t.tgname, t.tgenabled,"
                    + " pg_get_triggerdef(t.oid)) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
                    + " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal AND " + USERS,
            "SELECT 'function ' || n.nspname || '.' || p.proname || ' ' || pg_get_function_identity_arguments(p.oid) || ' '"
                    + " || md5(pg_get_functiondef(p.oid)) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
                    + " WHERE p.prokind <> 'a' AND " + USERS,
            "SELECT 'view ' || schemaname || '.' || viewname || ' ' || definition FROM pg_views n"
                    + " WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'sluice')",
            "SELECT 'type ' || n.nspname || '.' || t.typname || ' ' || concat_ws(' ', t.typtype, t.typnotnull, t.typdefault,"
                    + " format_type(t.typbasetype, t.typtypmod), (SELECT string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder)"
                    + " FROM pg_enum e WHERE e.enumtypid = t.oid)) FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace"
                    + " WHERE " + USERS,
            "SELECT 'policy ' || schemaname || '.' || tablename || ' ' || concat_ws(' ', policyname, permissive, roles::text,"
                    + " cmd, qual, with_check) FROM pg_policies",
            "SELECT 'comment ' || coalesce(i.identity, '') || ' ' || d.description FROM pg_description d,"
                    + " pg_identify_object(d.classoid, d.objoid, d.objsubid) i"
                    + " WHERE i.schema NOT IN ('pg_catalog', 'information_schema', 'sluice')");

    private CatalogSnapshot() {}

    public static TreeSet<String> of(Connection connection) throws SQLException {
        TreeSet<String> lines = new TreeSet<>();
        try (Statement statement = connection.createStatement()) {
            for (String query : QUERIES) {
                try (ResultSet rows = statement.executeQuery(query)) {
                    while (rows.next()) {
                        lines.add(rows.getString(1));
                    }
                }
            }
        }
        return lines;
    }
}
