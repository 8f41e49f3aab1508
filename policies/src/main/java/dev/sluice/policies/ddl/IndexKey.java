package dev.sluice.policies.ddl;

import java.util.Optional;

/**
 * One key of an index.
 *
 * @param source the key as written, with length, collation, operator class and order
 * @param column the column, absent for an expression
 */
public record IndexKey(SourceText source, Optional<String> column) {}
