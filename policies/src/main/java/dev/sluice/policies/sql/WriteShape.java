package dev.sluice.policies.sql;

import java.util.Locale;

/** What a statement that writes rows looks like: what can be told of its size from its text. */
public enum WriteShape {
    /** UPDATE or DELETE without a WHERE, or with one that every row satisfies: {@code WHERE 1 = 1}. */
    UNBOUNDED,
    /** INSERT or REPLACE of what a query finds. */
    INSERT_SELECT,
    /** COPY … FROM. */
    COPY,
    /** LOAD DATA, LOAD XML. */
    LOAD_DATA,
    MERGE,
    /**
     * UPDATE or DELETE with a WHERE that says nothing of which rows are meant: {@code WHERE ref IS NULL}. It is an
     * {@link #UPDATE} or {@link #DELETE} besides.
     */
    UNSELECTIVE,
    /** UPDATE with a WHERE. */
    UPDATE,
    /** DELETE with a WHERE. */
    DELETE,
    /** INSERT or REPLACE of values. */
    INSERT;

    /** The word that a policy uses: {@code insert-select}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
