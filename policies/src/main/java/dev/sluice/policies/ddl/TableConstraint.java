package dev.sluice.policies.ddl;

import java.util.List;
import java.util.Optional;

/** A constraint on a table, in CREATE TABLE or behind ADD. {@code source} is all of it, its name included. */
public sealed interface TableConstraint {

    SourceText source();

    Optional<String> name();

    record Check(
            SourceText source,
            Optional<String> name,
            SourceText expression,
            boolean notValid,
            boolean noInherit,
            boolean enforced)
            implements TableConstraint {}

    record ForeignKey(
            SourceText source,
            Optional<String> name,
            List<String> columns,
            QualifiedName referenced,
            List<String> referencedColumns,
            boolean notValid,
            boolean enforced)
            implements TableConstraint {}

    /** @param usingIndex the index of ADD CONSTRAINT … UNIQUE USING INDEX */
    record Unique(
            SourceText source,
            Optional<String> name,
            List<IndexKey> keys,
            boolean nullsNotDistinct,
            Optional<String> usingIndex)
            implements TableConstraint {}

    record PrimaryKey(SourceText source, Optional<String> name, List<IndexKey> keys, Optional<String> usingIndex)
            implements TableConstraint {}

    record Exclude(SourceText source, Optional<String> name) implements TableConstraint {}

    /** PostgreSQL 18's table-level NOT NULL. */
    record NotNull(SourceText source, Optional<String> name, String column, boolean notValid, boolean noInherit)
            implements TableConstraint {}
}
