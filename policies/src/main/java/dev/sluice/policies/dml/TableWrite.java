package dev.sluice.policies.dml;

import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.SqlText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An UPDATE or DELETE of one table that was understood in full: each row's part in it depends on that row alone, as far
 * as the text can tell.
 *
 * @param statement the statement's text, which the positions are in
 * @param schema as it is named
 * @param assigned the columns that an UPDATE sets, folded as the server does
 * @param set what stands behind SET; empty for a DELETE
 * @param where the condition, if there is one
 * @param functions that are called, without those that are time words
 * @param operators that are used
 * @param casts whether something is cast
 * @param times words that mean the moment of the statement, in order
 */
public record TableWrite(
        Dialect dialect,
        String statement,
        Verb verb,
        Optional<String> schema,
        String table,
        Optional<String> alias,
        List<String> assigned,
        Optional<Part> set,
        Optional<Part> where,
        Set<Function> functions,
        Set<String> operators,
        boolean casts,
        List<Time> times) {

    /** What it does. */
    public enum Verb {
        UPDATE,
        DELETE
    }

    /** A stretch of the statement. */
    public record Part(int start, int end) {}

    /** @param schema as it is named, if it is */
    public record Function(Optional<String> schema, String name) {}

    /**
     * A word that means the moment at which the statement began: in batches it must go on meaning that.
     *
     * @param word in lower case, without parentheses: {@code now}, {@code current_date}
     */
    public record Time(int start, int end, String word) {}

    public TableWrite {
        assigned = List.copyOf(assigned);
        functions = Set.copyOf(functions);
        operators = Set.copyOf(operators);
        times = List.copyOf(times);
    }

    /**
     * The table as the statement has it, by the name that it really has.
     *
     * @param only what stands before the table's name
     */
    public String from(String only, String realSchema) {
        return only
                + SqlText.quoteQualified(dialect, Optional.of(realSchema), table)
                + alias.map(a -> " AS " + SqlText.quoteIdentifier(dialect, a)).orElse("");
    }

    /**
     * What an UPDATE assigns; empty for a DELETE.
     *
     * @param moments SQL for each time word
     */
    public String assignments(Map<String, String> moments) {
        return set.map(part -> text(part, moments)).orElse("");
    }

    /** The condition, or one that every row satisfies. */
    public String condition(Map<String, String> moments) {
        return where.map(part -> text(part, moments)).orElse("1 = 1");
    }

    private String text(Part part, Map<String, String> moments) {
        StringBuilder text = new StringBuilder();
        int from = part.start();
        List<Time> inside = new ArrayList<>(times);
        inside.removeIf(time -> time.start() < part.start() || time.end() > part.end());
        for (Time time : inside) {
            String moment = moments.get(time.word());
            if (moment == null) {
                throw new IllegalArgumentException("no moment for " + time.word());
            }
            text.append(statement, from, time.start()).append(moment);
            from = time.end();
        }
        return text.append(statement, from, part.end()).toString();
    }
}
