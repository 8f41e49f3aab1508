package dev.sluice.proxy.catalog;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What must be known of a table, and of the session, to carry an UPDATE or DELETE out in batches.
 *
 * @param key the primary key's columns in order
 * @param partitioned whether its rows are in partitions
 * @param obstacles why it cannot be, each as half a sentence; empty when it can
 * @param settings of the session's, under which batches are run
 * @param moments SQL for each word that means the moment of the statement
 * @param searchPath what names are resolved by: PostgreSQL's search_path, MySQL's sql_mode
 */
public record TableWriteFacts(
        List<String> key,
        boolean partitioned,
        List<String> obstacles,
        Map<String, String> settings,
        Map<String, String> moments,
        String searchPath) {

    public TableWriteFacts {
        key = List.copyOf(key);
        obstacles = List.copyOf(obstacles);
        settings = Map.copyOf(settings);
        moments = Map.copyOf(moments);
    }

    /**
     * How large a table is.
     *
     * @param schema where it really is
     * @param rows estimated, -1 when unknown
     */
    public record Size(String schema, long rows, long bytes) {}

    /** A name as it is written. */
    public record Name(Optional<String> schema, String table) {}
}
