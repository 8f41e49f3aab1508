package dev.sluice.policies.ddl;

import java.util.List;
import java.util.Optional;

/** What may stand behind a column's type. {@code source} is the constraint as written, its name included. */
public sealed interface ColumnConstraint {

    SourceText source();

    /** @param name the name that CONSTRAINT gives */
    record NotNull(SourceText source, Optional<String> name, boolean notValid, boolean noInherit)
            implements ColumnConstraint {}

    record Null(SourceText source) implements ColumnConstraint {}

    /** @param expression the exact text of the default, parentheses included where written */
    record Default(SourceText source, SourceText expression) implements ColumnConstraint {}

    /** MySQL's {@code ON UPDATE CURRENT_TIMESTAMP}. */
    record OnUpdate(SourceText source, SourceText expression) implements ColumnConstraint {}

    record Generated(SourceText source, SourceText expression, Storage storage) implements ColumnConstraint {
        /** DEFAULT: neither keyword was written, which versions read differently. */
        public enum Storage {
            STORED,
            VIRTUAL,
            DEFAULT
        }
    }

    /** @param always GENERATED ALWAYS rather than BY DEFAULT; options: what stands in parentheses */
    record Identity(SourceText source, boolean always, Optional<SourceText> options) implements ColumnConstraint {}

    record AutoIncrement(SourceText source) implements ColumnConstraint {}

    record Unique(SourceText source, Optional<String> name, boolean nullsNotDistinct, Optional<SourceText> parameters)
            implements ColumnConstraint {}

    record PrimaryKey(SourceText source, Optional<String> name, Optional<SourceText> parameters)
            implements ColumnConstraint {}

    record Check(
            SourceText source,
            Optional<String> name,
            SourceText expression,
            boolean notValid,
            boolean noInherit,
            boolean enforced)
            implements ColumnConstraint {}

    record References(
            SourceText source,
            Optional<String> name,
            QualifiedName table,
            List<String> columns,
            boolean notValid,
            boolean enforced)
            implements ColumnConstraint {}

    /** COMMENT, INVISIBLE, STORAGE, COMPRESSION, COLUMN_FORMAT, SRID and the like: {@code keyword} in upper case. */
    record Attribute(SourceText source, String keyword) implements ColumnConstraint {}

    /** DEFERRABLE, INITIALLY DEFERRED and their opposites, which belong to the constraint before them. */
    record Deferrability(SourceText source) implements ColumnConstraint {}
}
