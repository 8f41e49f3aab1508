package dev.sluice.proxy.backfill;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.plan.Step;
import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.SqlText;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The SQL of a backfill of one table on PostgreSQL. Keys are compared as rows, so an index on them serves; values come as
 * text constants cast to the column's type, or as elements of the array {@code $1}.
 *
 * @param keyTypes the types of the key's columns, as the server prints them with every name qualified
 * @param whole whether the table is walked with its partitions, by a key of them all
 */
record PostgresBackfillSql(Step.Backfill step, QualifiedName table, List<String> keyTypes, boolean whole) {

    PostgresBackfillSql(Step.Backfill step, QualifiedName table, List<String> keyTypes) {
        this(step, table, keyTypes, false);
    }

    private String only() {
        return (whole ? "" : "ONLY ") + table.schema().map(s -> quoted(s) + ".").orElse("") + quoted(table.name());
    }

    private String keys() {
        return step.keyColumns().stream().map(PostgresBackfillSql::quoted).collect(Collectors.joining(", "));
    }

    private String keysDescending() {
        return step.keyColumns().stream().map(k -> quoted(k) + " DESC").collect(Collectors.joining(", "));
    }

    private String keysAsText() {
        return "ARRAY["
                + step.keyColumns().stream()
                        .map(k -> quoted(k) + "::pg_catalog.text")
                        .collect(Collectors.joining(", "))
                + "]";
    }

    private String row(List<String> values) {
        return "("
                + IntStream.range(0, values.size())
                        .mapToObj(i -> literal(values.get(i)) + "::" + keyTypes.get(i))
                        .collect(Collectors.joining(", "))
                + ")";
    }

    private String after(List<String> last) {
        return last.isEmpty() ? "true" : "(" + keys() + ") > " + row(last);
    }

    private String upTo(List<String> upper) {
        return "(" + keys() + ") <= " + row(upper);
    }

    private String set() {
        return step.assignments().stream()
                .map(a -> quoted(a.column()) + " = " + a.expression())
                .collect(Collectors.joining(", "));
    }

    private String pending() {
        return "(" + step.pending() + ")";
    }

    /** The last key there is. */
    String lastKey() {
        return "SELECT " + keysAsText() + " FROM " + only() + " ORDER BY " + keysDescending() + " LIMIT 1";
    }

    /** The key that ends a batch of so many rows; NULL when fewer are left. */
    String endOfBatch(List<String> last, List<String> upper, int rows) {
        // The keys that are passed over are not put into words.
        return "SELECT " + keysAsText() + " FROM (SELECT " + keys() + " FROM " + only() + " WHERE " + after(last)
                + " AND " + upTo(upper) + " ORDER BY " + keys() + " OFFSET " + (rows - 1) + " LIMIT 1) sluice_end";
    }

    /** Fills from behind one key to another, or to the probe's where that is not NULL. */
    String fill(List<String> last, List<String> upper) {
        return "UPDATE " + only() + " SET " + set() + " WHERE " + within(last, upper) + " AND " + pending();
    }

    String within(List<String> last, List<String> upper) {
        return after(last) + " AND (" + keys() + ") <= " + coalesced(upper);
    }

    private String coalesced(List<String> upper) {
        return "("
                + IntStream.range(0, keyTypes.size())
                        .mapToObj(i -> "coalesce($1[" + (i + 1) + "]::" + keyTypes.get(i) + ", " + literal(upper.get(i))
                                + "::" + keyTypes.get(i) + ")")
                        .collect(Collectors.joining(", "))
                + ")";
    }

    /** Like {@link #fill}, without waiting for rows that others hold. */
    String fillUnlocked(List<String> last, List<String> upper) {
        return unlocked(within(last, upper), "");
    }

    /** Fills rows of a range of blocks. */
    String fillBlocks(long from, long to, boolean tidRangeScan, boolean skipLocked) {
        String range = blocks(from, to, tidRangeScan);
        return skipLocked
                ? unlocked(range, "")
                : "UPDATE " + only() + " SET " + set() + " WHERE " + range + " AND " + pending();
    }

    private static String blocks(long from, long to, boolean tidRangeScan) {
        if (tidRangeScan) {
            return "ctid >= '(" + from + ",0)'::pg_catalog.tid AND ctid < '(" + to + ",0)'::pg_catalog.tid";
        }
        // Before 14 only a list of row addresses is looked up without reading the whole table; 291 rows fit on a page.
        return "ctid = ANY (ARRAY(SELECT ('(' || b || ',' || i || ')')::pg_catalog.tid FROM"
                + " pg_catalog.generate_series(" + from + ", " + (to - 1)
                + ") b, pg_catalog.generate_series(1, 291) i))";
    }

    /** Fills what is pending anywhere, without waiting for rows that others hold. */
    String sweep(int rows) {
        return unlocked("true", " LIMIT " + rows);
    }

    private String unlocked(String range, String limit) {
        return "UPDATE " + only() + " SET " + set() + " WHERE ctid = ANY (ARRAY(SELECT ctid FROM " + only() + " WHERE "
                + range + " AND " + pending() + limit + " FOR UPDATE SKIP LOCKED)) AND " + pending();
    }

    /** Fills rows of a range that was gone over before, but for what others hold. */
    String refill(BackfillCursor.Range range) {
        return unlocked(after(range.after()) + " AND " + upTo(range.to()), "");
    }

    /** Runs what fills, and tells as texts how many rows that were and how many of them are not pending any more. */
    String counted(String fill) {
        return "WITH filled AS (" + fill + " RETURNING NOT " + pending() + " AS valued) SELECT ARRAY["
                + "pg_catalog.count(*)::pg_catalog.text, pg_catalog.count(*) FILTER (WHERE valued)::pg_catalog.text]"
                + " FROM filled";
    }

    /** Whether something is pending in a range, as an array of one text. */
    String pendingIn(BackfillCursor.Range range) {
        return "SELECT ARRAY[EXISTS (SELECT 1 FROM " + only() + " WHERE " + after(range.after()) + " AND "
                + upTo(range.to()) + " AND " + pending() + ")::pg_catalog.text]";
    }

    /** Whether anything is pending, as an array of one text. */
    String pendingAnywhere() {
        return "SELECT ARRAY[EXISTS (SELECT 1 FROM " + only() + " WHERE " + pending() + ")::pg_catalog.text]";
    }

    static String quoted(String identifier) {
        return SqlText.quoteIdentifier(Dialect.POSTGRES, identifier);
    }

    static String literal(String text) {
        return SqlText.quoteLiteral(Dialect.POSTGRES, text);
    }
}
