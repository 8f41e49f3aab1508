package dev.sluice.policies.ddl;

import java.util.List;
import java.util.Optional;

/**
 * A column as ADD COLUMN, CREATE TABLE, MODIFY or CHANGE describes it.
 *
 * @param source the whole description, from the name to the last constraint
 * @param name the column's name
 * @param type the type as written, with modifiers and array bounds
 * @param collation COLLATE as written, the collation alone
 * @param constraints everything behind the type, in the order written
 */
public record ColumnSpec(
        SourceText source,
        String name,
        TypeName type,
        Optional<SourceText> collation,
        List<ColumnConstraint> constraints) {

    public ColumnSpec {
        constraints = List.copyOf(constraints);
    }

    /** The constraints of one kind, in the order written. */
    public <C extends ColumnConstraint> List<C> all(Class<C> kind) {
        return constraints.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** The last constraint of one kind, which is the one that a server takes where it allows several. */
    public <C extends ColumnConstraint> Optional<C> last(Class<C> kind) {
        List<C> found = all(kind);
        return found.isEmpty() ? Optional.empty() : Optional.of(found.getLast());
    }

    public boolean has(Class<? extends ColumnConstraint> kind) {
        return !all(kind).isEmpty();
    }
}
