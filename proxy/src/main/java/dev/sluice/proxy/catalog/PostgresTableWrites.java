package dev.sluice.proxy.catalog;

import dev.sluice.policies.dml.TableWrite;
import dev.sluice.policies.dml.TableWrite.Verb;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.SqlText;
import dev.sluice.proxy.catalog.TableWriteFacts.Name;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.ServerErrorException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** PostgreSQL: tables, keys, triggers and foreign keys from the catalog. What the expressions call is for {@link PostgresExpressions}. */
final class PostgresTableWrites implements TableWriteReading {

    /** Settings that decide what an expression comes to. */
    private static final List<String> SETTINGS = List.of(
            "TimeZone",
            "DateStyle",
            "IntervalStyle",
            "bytea_output",
            "extra_float_digits",
            "lc_monetary",
            "lc_numeric",
            "lc_time",
            "default_text_search_config",
            "xmlbinary",
            "xmloption",
            "array_nulls",
            "transform_null_equals",
            "backslash_quote");

    private static final String TABLE = """
            SELECT c.relkind, c.relpersistence, c.relrowsecurity, c.relhasrules, c.relispartition,
              EXISTS (SELECT 1 FROM pg_catalog.pg_inherits h WHERE h.inhparent = c.oid),
              (SELECT pg_catalog.string_agg(a.attname, E'\\n' ORDER BY k.o)
                 FROM pg_catalog.pg_index i, pg_catalog.unnest(i.indkey) WITH ORDINALITY k (n, o)
                 JOIN pg_catalog.pg_attribute a ON a.attnum = k.n
                WHERE i.indrelid = c.oid AND i.indisprimary AND i.indisvalid AND a.attrelid = c.oid
                  AND k.o <= i.indnkeyatts),
              (SELECT pg_catalog.string_agg(t.tgname, ', ') FROM pg_catalog.pg_trigger t
                WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgtype & %2$d <> 0),
              (SELECT pg_catalog.string_agg(
                        CASE WHEN i.indpred IS NOT NULL OR a.attgenerated <> '' THEN '' ELSE coalesce(a.attname, '') END,
                        E'\\n')
                 FROM pg_catalog.pg_index i CROSS JOIN pg_catalog.unnest(i.indkey) k (n)
                 LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.n AND k.n <> 0
                WHERE i.indrelid = c.oid AND NOT i.indisprimary AND (i.indisunique OR i.indisexclusion)),
              EXISTS (SELECT 1 FROM pg_catalog.pg_constraint f
                       WHERE f.contype = 'f' AND f.conrelid = c.oid AND f.confrelid = c.oid),
              EXISTS (SELECT 1 FROM pg_catalog.pg_constraint f
                       WHERE f.contype = 'f' AND f.conrelid = c.oid AND f.confdeltype IN ('c', 'n', 'd'))
                AND EXISTS (SELECT 1 FROM pg_catalog.pg_constraint f
                       WHERE f.contype = 'f' AND f.confrelid = c.oid AND f.confdeltype IN ('c', 'n', 'd')),
              pg_catalog.current_setting('session_replication_role'), pg_catalog.current_setting('search_path')
            FROM pg_catalog.pg_class c WHERE c.oid = %1$s""";

    /** The table itself first, and behind it all partitions of it, at every level. */
    private static final String TREE = "SELECT c.oid, c.relkind FROM pg_catalog.pg_class c"
            + " WHERE c.oid = pg_catalog.to_regclass(%1$s) UNION ALL SELECT c.oid, c.relkind"
            + " FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass(%1$s)) p"
            + " JOIN pg_catalog.pg_class c ON c.oid = p.relid WHERE p.level > 0";

    /** Each is asked about by itself. */
    private static final int MOST_PARTITIONS = 200;

    private static final String PARTITIONED = "p";

    /** Bits of {@code pg_trigger.tgtype}: which statements a trigger fires for. */
    private static final int FIRES_FOR_DELETE = 1 << 3;

    private static final int FIRES_FOR_UPDATE = 1 << 4;

    @Override
    public Optional<TableWriteFacts.Size> size(HeldSession session, Name name) throws ServerErrorException {
        List<List<Optional<String>>> rows = session.query(
                        "SELECT n.nspname, (CASE WHEN c.reltuples < 0 THEN -1 ELSE c.reltuples END)::int8,"
                                + " pg_catalog.pg_total_relation_size(c.oid) FROM pg_catalog.pg_class c"
                                + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                                + " WHERE c.oid = pg_catalog.to_regclass(" + literal(name.schema(), name.table())
                                + ")")
                .rows();
        return rows.stream()
                .findFirst()
                .map(row -> new TableWriteFacts.Size(row.get(0).orElse(""), number(row.get(1)), number(row.get(2))));
    }

    private static long number(Optional<String> text) {
        return text.map(Long::parseLong).orElse(-1L);
    }

    private static String literal(Optional<String> schema, String table) {
        return SqlText.quoteLiteral(Dialect.POSTGRES, SqlText.quoteQualified(Dialect.POSTGRES, schema, table));
    }

    @Override
    public TableWriteFacts facts(HeldSession session, TableWrite write, String plan) throws ServerErrorException {
        Set<String> obstacles = new LinkedHashSet<>();
        List<List<Optional<String>>> tree = session.query(TREE.formatted(literal(write.schema(), write.table())))
                .rows();
        boolean partitioned = tree.getFirst().get(1).filter(PARTITIONED::equals).isPresent();
        List<Optional<String>> row = one(session, write, tree.getFirst());
        List<String> key = lines(row.get(6));
        about(write, row, key, obstacles);
        if (tree.size() > MOST_PARTITIONS) {
            obstacles.add("the table has more than " + MOST_PARTITIONS + " partitions");
        } else {
            for (List<Optional<String>> partition : tree.subList(1, tree.size())) {
                about(write, one(session, write, partition), key, obstacles);
            }
        }
        List<String> expressions = new ArrayList<>();
        PostgresExpressions.check(session, write, expressions);
        obstacles.addAll(expressions);
        if (readsMore(plan, partitioned ? tree.size() : 1)) {
            obstacles.add("the server's plan for it reads more than the table itself");
        }
        List<String> others = new ArrayList<>();
        Map<String, String> settings = settings(session, others);
        obstacles.addAll(others);
        return new TableWriteFacts(
                key,
                partitioned,
                List.copyOf(obstacles),
                settings,
                moments(session, write),
                row.get(12).orElse(""));
    }

    private static List<Optional<String>> one(HeldSession session, TableWrite write, List<Optional<String>> relation)
            throws ServerErrorException {
        int event = write.verb() == Verb.UPDATE ? FIRES_FOR_UPDATE : FIRES_FOR_DELETE;
        return session.query(TABLE.formatted(relation.getFirst().orElse("0"), event))
                .rows()
                .getFirst();
    }

    private static void about(TableWrite write, List<Optional<String>> row, List<String> key, Set<String> obstacles) {
        List<String> found = new ArrayList<>();
        table(row, found);
        keys(write, row, key, found);
        obstacles.addAll(found);
    }

    private static List<String> lines(Optional<String> text) {
        return text.map(t -> Arrays.asList(t.split("\n", -1))).orElse(List.of());
    }

    private static boolean is(Optional<String> flag) {
        return flag.filter("t"::equals).isPresent();
    }

    private static void table(List<Optional<String>> row, List<String> obstacles) {
        boolean partitioned = row.get(0).filter(PARTITIONED::equals).isPresent();
        if (!partitioned && !row.get(0).orElse("").equals("r")) {
            obstacles.add("it is about more than ordinary tables and their partitions");
        }
        if (row.get(1).orElse("").equals("t")) {
            obstacles.add("the table is temporary");
        }
        if (is(row.get(2))) {
            obstacles.add("the table has row security");
        }
        if (is(row.get(3))) {
            obstacles.add("the table has rules");
        }
        if (is(row.get(5)) && !partitioned) {
            obstacles.add("the table has inheritors");
        }
        row.get(7)
                .ifPresent(triggers -> obstacles.add(
                        "triggers fire for it, whose work may depend on the order of the rows: " + triggers));
        if (!row.get(11).orElse("").equals("origin")) {
            obstacles.add("session_replication_role is not origin");
        }
    }

    private static void keys(TableWrite write, List<Optional<String>> row, List<String> key, List<String> obstacles) {
        if (key.isEmpty()) {
            obstacles.add("the table has no primary key to walk by");
        }
        write.assigned().stream()
                .filter(key::contains)
                .findFirst()
                .ifPresent(column -> obstacles.add("it changes the primary key column " + column));
        List<String> unique = lines(row.get(8));
        if (write.verb() == Verb.UPDATE && unique.contains("")) {
            obstacles.add("the table has a unique index over an expression, a generated column or a part of its rows");
        }
        write.assigned().stream()
                .filter(unique::contains)
                .findFirst()
                .ifPresent(column -> obstacles.add("it changes " + column + ", which a unique index is over"));
        if (is(row.get(9))) {
            obstacles.add("the table has a foreign key to itself");
        }
        if (write.verb() == Verb.DELETE && is(row.get(10))) {
            obstacles.add("foreign keys with actions lead to the table and from it");
        }
    }

    @Override
    public String plan(HeldSession session, TableWrite write) throws ServerErrorException {
        StringBuilder plan = new StringBuilder();
        for (List<Optional<String>> line : session.query("EXPLAIN (VERBOSE, FORMAT JSON) " + write.statement())
                .rows()) {
            plan.append(line.getFirst().orElse("")).append('\n');
        }
        return plan.toString();
    }

    /** A table stands in a plan twice: it is scanned, and modified. */
    private static boolean readsMore(String plan, int tables) {
        return plan.split("\"Relation Name\"", -1).length - 1 > 2 * tables
                || plan.contains("\"Subplan Name\"")
                || plan.contains("\"InitPlan\"");
    }

    private static Map<String, String> settings(HeldSession session, List<String> obstacles)
            throws ServerErrorException {
        StringBuilder sql = new StringBuilder("SELECT ");
        for (int i = 0; i < SETTINGS.size(); i++) {
            sql.append(i == 0 ? "" : ", ")
                    .append("pg_catalog.current_setting('")
                    .append(SETTINGS.get(i))
                    .append("')");
        }
        List<Optional<String>> row = session.query(sql.toString()).rows().getFirst();
        Map<String, String> settings = new HashMap<>();
        for (int i = 0; i < SETTINGS.size(); i++) {
            settings.put(SETTINGS.get(i), row.get(i).orElse(""));
        }
        if (!settings.getOrDefault("DateStyle", "").startsWith("ISO")) {
            obstacles.add("DateStyle is not ISO");
        }
        return settings;
    }

    private static Map<String, String> moments(HeldSession session, TableWrite write) throws ServerErrorException {
        if (write.times().isEmpty()) {
            return Map.of();
        }
        List<Optional<String>> row = session.query("SELECT pg_catalog.now()::text, current_date::text,"
                        + " current_time::text, localtimestamp::text, localtime::text")
                .rows()
                .getFirst();
        String now = moment(row.get(0), "timestamptz");
        return Map.of(
                "now",
                now,
                "transaction_timestamp",
                now,
                "statement_timestamp",
                now,
                "current_timestamp",
                now,
                "current_date",
                moment(row.get(1), "date"),
                "current_time",
                moment(row.get(2), "timetz"),
                "localtimestamp",
                moment(row.get(3), "timestamp"),
                "localtime",
                moment(row.get(4), "time"));
    }

    private static String moment(Optional<String> text, String type) {
        return "('" + text.orElse("") + "'::pg_catalog." + type + ")";
    }
}
