package dev.sluice.proxy.catalog;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.facts.FactsRequest;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.SqlText;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The one query that asks PostgreSQL 12 to 18 for everything about the relations of a request, as a JSON document.
 *
 * <p>It may run inside a client's transaction, so nothing in it can fail: names are compared with the catalog instead of
 * being cast, schemas without USAGE are left out, and every function takes an oid and answers NULL for what has gone.
 * Every function and operator is qualified, so that no search_path changes what is asked.
 *
 * <p>What a recursion has found passes through arrays: the planner takes them to be short, where it would expect thousands of
 * rows of the recursion and have the query compiled, which takes seconds each time and saves nothing ({@code jit}).
 */
final class PostgresCatalogQuery {

    private static final String QUERY = """
            WITH RECURSIVE wanted(n, fresh, s, r) AS (VALUES %s),
            path AS (SELECT nspname, n FROM unnest(current_schemas(true)) WITH ORDINALITY AS u(nspname, n)),
            hit AS (
              SELECT w.n, w.fresh, w.s, w.r, (
                SELECT c.oid FROM pg_class c JOIN pg_namespace ns ON ns.oid = c.relnamespace
                  LEFT JOIN path ON path.nspname = ns.nspname
                 WHERE c.relname = w.r
                   AND (CASE WHEN w.s = 'pg_temp' THEN ns.oid = pg_my_temp_schema()
                             WHEN w.s IS NOT NULL THEN ns.nspname = w.s
                             ELSE path.n IS NOT NULL END)
                   AND has_schema_privilege(ns.oid, 'USAGE')
                 ORDER BY path.n LIMIT 1) AS oid
                FROM wanted w WHERE NOT w.fresh),
            taken AS (
              SELECT w.n, w.fresh, w.s, w.r, (
                SELECT c.oid FROM pg_class c JOIN pg_namespace ns ON ns.oid = c.relnamespace
                 WHERE c.relname = w.r
                   AND (CASE WHEN w.s IS NOT NULL THEN ns.nspname = w.s
                             ELSE ns.nspname = current_schema() OR ns.oid = ANY (
                               SELECT t.relnamespace FROM hit h JOIN pg_class t ON t.oid = h.oid) END)
                 LIMIT 1) AS oid
                FROM wanted w WHERE w.fresh),
            found AS (SELECT * FROM hit WHERE oid IS NOT NULL UNION ALL SELECT * FROM taken WHERE oid IS NOT NULL),
            roots(oid) AS (
              SELECT f.oid FROM found f
              UNION
              SELECT i.inhrelid FROM roots JOIN pg_inherits i ON i.inhparent = roots.oid),
            tree(root, oid, depth) AS (
              SELECT r.oid, r.oid, 0 FROM unnest(ARRAY(SELECT oid FROM roots)) AS r(oid)
              UNION ALL
              SELECT tree.root, i.inhrelid, tree.depth + 1 FROM tree JOIN pg_inherits i ON i.inhparent = tree.oid
               WHERE tree.depth < 32),
            sizes AS (
              SELECT tree.root,
                     sum(CASE WHEN c.relkind = ANY ('{p,I}') THEN 0::numeric
                              WHEN c.reltuples > 0 THEN c.reltuples::numeric
                              WHEN pg_stat_get_live_tuples(c.oid) > 0 THEN pg_stat_get_live_tuples(c.oid)::numeric
                              -- Statistics come late; that a table has no row is said only where it has no page.
                              WHEN pg_relation_size(c.oid) > 0 THEN (SELECT greatest(1::numeric,
                                  pg_relation_size(c.oid)::numeric OPERATOR(pg_catalog./) (28::numeric + coalesce(sum(
                                    CASE WHEN a.attlen > 0 THEN a.attlen::numeric ELSE 32::numeric END), 0::numeric)))
                                FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
                              ELSE 0::numeric END) AS rows,
                     sum(c.relpages::numeric) AS pages,
                     -- As the planner would guess: from the size, with 32 bytes for what has no fixed width.
                     bool_or(c.relkind <> ALL ('{p,I}') AND c.reltuples <= 0 AND pg_relation_size(c.oid) > 0
                       AND pg_stat_get_live_tuples(c.oid) = 0) AS guessed
                FROM ROWS FROM (unnest(ARRAY(SELECT root FROM tree)), unnest(ARRAY(SELECT oid FROM tree))) AS tree(root, oid)
                JOIN pg_class c ON c.oid = tree.oid GROUP BY tree.root),
            below AS (
              SELECT tree.oid FROM tree WHERE tree.depth > 0
              UNION
              SELECT i.indrelid FROM found f JOIN pg_index i ON i.indexrelid = f.oid),
            listed AS (
              SELECT f.s, f.r, f.oid, true AS asked FROM found f
              UNION ALL
              SELECT ns.nspname::text, c.relname::text, c.oid, false
                FROM below b JOIN pg_class c ON c.oid = b.oid JOIN pg_namespace ns ON ns.oid = c.relnamespace
               WHERE c.relkind <> ALL ('{i,I}')
                 AND NOT EXISTS (SELECT 1 FROM found f WHERE f.s = ns.nspname AND f.r = c.relname)),
            shown AS (
              SELECT u.* FROM ROWS FROM (unnest(ARRAY(SELECT s FROM listed)), unnest(ARRAY(SELECT r FROM listed)),
                unnest(ARRAY(SELECT oid FROM listed)), unnest(ARRAY(SELECT asked FROM listed))) AS u(s, r, oid, asked))
            SELECT json_build_object(
              'version', current_setting('server_version_num'),
              'role', current_user,
              'schema', current_schema(),
              'settings', json_build_object(
                'search_path', current_setting('search_path'),
                'lock_timeout', current_setting('lock_timeout'),
                'session_user', session_user,
                'session_replication_role', current_setting('session_replication_role', true),
                'standard_conforming_strings', current_setting('standard_conforming_strings'),
                'block_size', current_setting('block_size')),
              'relations', (SELECT json_agg(json_build_object(
                'askedSchema', f.s, 'askedName', f.r,
                'schema', ns.nspname, 'name', c.relname, 'oid', c.oid::text, 'kind', c.relkind::text,
                'temporary', c.relpersistence = 't', 'persistence', c.relpersistence::text,
                'owned', pg_has_role(c.relowner, 'USAGE'),
                'rows', trunc(z.rows)::text,
                'rowsGuessed', z.guessed, 'populated', c.relispopulated,
                'partitionKey', CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
                'partitionBound', CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END,
                'pages', z.pages::text,
                'slots', c.relnatts,
                'owner', (SELECT a.rolname FROM pg_roles a WHERE a.oid = c.relowner),
                'options', c.reloptions,
                'columns', (SELECT json_agg(json_build_object(
                    'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'notNull', a.attnotnull,
                    'default', pg_get_expr(d.adbin, d.adrelid), 'generated', a.attgenerated::text,
                    'identity', a.attidentity::text) ORDER BY a.attnum)
                  FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                 WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
                'constraints', (SELECT json_agg(json_build_object(
                    'name', k.conname, 'type', k.contype::text, 'definition', pg_get_constraintdef(k.oid),
                    'validated', k.convalidated,
                    'columns', (SELECT json_agg(a.attname ORDER BY u.n)
                       FROM unnest(k.conkey) WITH ORDINALITY AS u(attnum, n)
                       JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum),
                    'parentSchema', pn.nspname, 'parent', p.relname) ORDER BY k.conname)
                  FROM pg_constraint k LEFT JOIN pg_class p ON p.oid = k.confrelid
                  LEFT JOIN pg_namespace pn ON pn.oid = p.relnamespace
                 WHERE k.conrelid = c.oid),
                'indexes', (SELECT json_agg(json_build_object(
                    'name', ic.relname, 'unique', i.indisunique, 'primary', i.indisprimary,
                    'valid', i.indisvalid AND i.indisready, 'partial', i.indpred IS NOT NULL,
                    'method', (SELECT m.amname FROM pg_am m WHERE m.oid = ic.relam),
                    'columns', (SELECT json_agg(coalesce(a.attname::text, '') ORDER BY u.n)
                       FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS u(attnum, n)
                       LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.attnum AND a.attnum > 0
                      WHERE u.n <= i.indnkeyatts),
                    'definition', pg_get_indexdef(i.indexrelid)) ORDER BY ic.relname)
                  FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid
                 WHERE i.indrelid = c.oid OR i.indexrelid = c.oid),
                'replicaTriggers', (SELECT json_agg(t.tgname ORDER BY t.tgname) FROM pg_trigger t
                 WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgenabled = ANY ('{A,R}')),
                'triggers', (SELECT json_agg(t.tgname ORDER BY t.tgname) FROM pg_trigger t
                 WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgenabled <> 'D'),
                'children', (SELECT json_agg(json_build_array(kn.nspname, kc.relname) ORDER BY kn.nspname, kc.relname)
                  FROM pg_inherits h JOIN pg_class kc ON kc.oid = h.inhrelid JOIN pg_namespace kn ON kn.oid = kc.relnamespace
                 WHERE h.inhparent = c.oid AND kc.relkind <> ALL ('{i,I}')),
                'partitionOf', (SELECT json_build_array(kn.nspname, kc.relname)
                  FROM pg_inherits h JOIN pg_class kc ON kc.oid = h.inhparent JOIN pg_namespace kn ON kn.oid = kc.relnamespace
                 WHERE h.inhrelid = c.oid AND c.relispartition LIMIT 1),
                'indexOf', (SELECT json_build_array(kn.nspname, kc.relname)
                  FROM pg_index i JOIN pg_class kc ON kc.oid = i.indrelid JOIN pg_namespace kn ON kn.oid = kc.relnamespace
                 WHERE i.indexrelid = c.oid LIMIT 1),
                'dependents', (SELECT json_agg(d.what ORDER BY d.what) FROM (
                  SELECT (CASE WHEN v.relkind = 'm' THEN 'materialized view ' ELSE 'view ' END)
                         || quote_ident(vn.nspname) || '.' || quote_ident(v.relname) AS what
                    FROM pg_depend e JOIN pg_rewrite w ON w.oid = e.objid JOIN pg_class v ON v.oid = w.ev_class
                    JOIN pg_namespace vn ON vn.oid = v.relnamespace
                   WHERE e.classid = 'pg_rewrite'::regclass AND e.refclassid = 'pg_class'::regclass
                     AND e.refobjid = c.oid AND v.oid <> c.oid
                   GROUP BY 1
                  UNION ALL
                  (SELECT 'routine ' || quote_ident(pn.nspname) || '.' || quote_ident(p.proname)
                    FROM pg_proc p JOIN pg_namespace pn ON pn.oid = p.pronamespace
                   WHERE f.asked AND pn.nspname <> ALL ('{pg_catalog,information_schema,sluice}')
                     AND p.prolang > 13 AND strpos(p.prosrc, c.relname::text) > 0
                   GROUP BY 1 LIMIT 20)) d)
                )) FROM shown f JOIN pg_class c ON c.oid = f.oid JOIN pg_namespace ns ON ns.oid = c.relnamespace
                   LEFT JOIN sizes z ON z.root = c.oid))
            """;

    private static final String QUALIFIED = qualify(QUERY);

    private PostgresCatalogQuery() {}

    /** The query's text for a request; a single SELECT with one row and one column. */
    static String of(FactsRequest request) {
        List<String> rows = new ArrayList<>();
        add(rows, request.relations(), false);
        add(rows, request.newRelations(), true);
        String values = rows.isEmpty()
                ? "(0, NULL::pg_catalog.bool, NULL::pg_catalog.text, NULL::pg_catalog.text)"
                : String.join(", ", rows);
        return QUALIFIED.replace("%s", values);
    }

    private static void add(List<String> rows, Collection<QualifiedName> names, boolean fresh) {
        for (QualifiedName name : names) {
            String schema = name.schema().map(PostgresCatalogQuery::literal).orElse("NULL");
            rows.add("(" + rows.size() + ", " + fresh + ", " + schema + "::pg_catalog.text, " + literal(name.name())
                    + "::pg_catalog.text)");
        }
    }

    /** A string constant that reads the same whatever standard_conforming_strings says. */
    static String literal(String text) {
        return SqlText.quoteLiteral(Dialect.POSTGRES, text);
    }

    /**
     * Puts {@code pg_catalog.} before every table, function and type of such a text, and {@code OPERATOR(…)} around
     * every operator; the text itself stays readable.
     */
    static String qualify(String sql) {
        String functions =
                "unnest|trunc|bool_or|current_schemas|current_schema|pg_my_temp_schema|has_schema_privilege|sum|"
                        + "pg_stat_get_live_tuples|pg_relation_size|pg_get_partkeydef|json_build_object|json_build_array|json_agg|current_setting|pg_has_role|"
                        + "format_type|pg_get_expr|pg_get_constraintdef|pg_get_indexdef|quote_ident|strpos";
        String tables = "pg_class|pg_namespace|pg_inherits|pg_roles|pg_attribute|pg_attrdef|pg_constraint|pg_index|"
                + "pg_am|pg_trigger|pg_depend|pg_rewrite|pg_proc|pg_type";
        return sql.replaceAll("(?<![\\w.'])(" + functions + ")\\(", "pg_catalog.$1(")
                .replaceAll("\\b(FROM|JOIN) (" + tables + ")\\b", "$1 pg_catalog.$2")
                .replaceAll("::(text|numeric|regclass|int2)\\b", "::pg_catalog.$1")
                .replaceAll(" (=|<>|<=|<|>|\\+|\\|\\|) ", " OPERATOR(pg_catalog.$1) ");
    }
}
