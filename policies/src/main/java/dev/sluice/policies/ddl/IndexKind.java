package dev.sluice.policies.ddl;

/** What an index is for. */
public enum IndexKind {
    PLAIN,
    UNIQUE,
    FULLTEXT,
    SPATIAL
}
