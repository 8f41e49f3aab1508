package dev.sluice.policies.ddl;

import java.util.Optional;

/**
 * The name of a table, index, type or other object, folded and cut as the server would.
 *
 * @param schema the schema (PostgreSQL) or database (MySQL) where the statement names it
 * @param name the object's own name
 */
public record QualifiedName(Optional<String> schema, String name) {

    public static QualifiedName of(String name) {
        return new QualifiedName(Optional.empty(), name);
    }

    public static QualifiedName of(String schema, String name) {
        return new QualifiedName(Optional.of(schema), name);
    }

    @Override
    public String toString() {
        return schema.map(s -> s + "." + name).orElse(name);
    }
}
