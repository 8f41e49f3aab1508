package dev.sluice.proxy.mysql;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Settings of a session that would cut short or garble the answers to the gateway's own questions, or have the server
 * refuse them: they are set aside for each question, and put back behind it.
 *
 * @param off what sets them aside; empty where the session has none of them
 * @param back what puts them back
 */
record SetAside(String off, String back) {

    static final SetAside NONE = new SetAside("", "");

    /** What is asked to know them; a LIMIT of its own goes before the session's. */
    static final String COLUMNS = "@@sql_select_limit, @@sql_big_selects, @@character_set_results";

    private static final String UNLIMITED = "18446744073709551615";

    /** Each name comes as it is, or as the UTF-8 that the catalog is written in. */
    private static final Set<String> CLEAR = Set.of("", "binary", "utf8mb4");

    /** From the answer about {@link #COLUMNS}. */
    static SetAside of(List<Optional<String>> row) {
        String limit = row.get(0).orElse(UNLIMITED);
        String big = row.get(1).orElse("1");
        String results = row.get(2).orElse("");
        if (limit.equals(UNLIMITED) && big.equals("1") && CLEAR.contains(results)) {
            return NONE;
        }
        String back = "SET sql_select_limit = " + limit + ", sql_big_selects = " + big + ", character_set_results = "
                + (results.isEmpty() ? "NULL" : results);
        return new SetAside(
                "SET sql_select_limit = " + UNLIMITED + ", sql_big_selects = 1, character_set_results = utf8mb4", back);
    }

    /** Whether a statement of the gateway's may be touched by them: all but questions answer with a count. */
    boolean concerns(String sql) {
        return !off.isEmpty() && (sql.startsWith("SELECT") || sql.startsWith("SHOW") || sql.startsWith("EXPLAIN"));
    }
}
