package dev.sluice.policies.sql;

/** What the relay must do with a message's text. The order is from least to most: a message has its statements' greatest. */
public enum Interest {
    /** Forward the bytes: no statement in the text changes a schema or speaks to the gateway. */
    NONE,
    /** Forward, but the text may write many rows (no bounding WHERE, INSERT … SELECT, COPY FROM, LOAD DATA). */
    BULK_WRITE,
    /** Hold and judge: a schema change, something opaque that may hold one, or a gateway command or directive. */
    JUDGE
}
