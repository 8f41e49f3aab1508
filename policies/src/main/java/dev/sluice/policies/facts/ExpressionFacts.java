package dev.sluice.policies.facts;

/** What the server says of an expression. */
public enum ExpressionFacts {
    /** The same for every row of a statement: adding it as a default changes only the catalog. */
    STABLE,
    /** Evaluated for each row: adding it as a default rewrites the table. */
    VOLATILE,
    /** The server refuses the expression; its own error is what the client should see. */
    INVALID
}
