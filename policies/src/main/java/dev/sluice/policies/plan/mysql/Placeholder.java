package dev.sluice.policies.plan.mysql;

import dev.sluice.policies.ddl.TypeName;
import java.util.Locale;
import java.util.Optional;

/**
 * The constant that stands in a NOT NULL column until its rows are filled: there is no way to make a column NOT NULL later
 * that leaves the table alone.
 *
 * @param clause DEFAULT and the constant; empty for types that take no constant default, whose rows get an empty value
 * @param pending the predicate of a row that still has it
 */
record Placeholder(String clause, String pending) {

    /** None for types that have no value that could stand for "none". */
    static Optional<Placeholder> of(TypeName type, String column) {
        String name = type.name().toLowerCase(Locale.ROOT);
        String base = name.contains(" ") && !name.startsWith("double") ? name.substring(0, name.indexOf(' ')) : name;
        return switch (base) {
            case "char", "varchar", "nchar", "nvarchar", "varbinary", "set", "character", "national" ->
                constant("''", column);
            case "binary" ->
                Optional.of(new Placeholder("DEFAULT ''", column + " = UNHEX(REPEAT('00', " + length(type) + "))"));
            case "tinyint",
                    "smallint",
                    "mediumint",
                    "int",
                    "integer",
                    "bigint",
                    "decimal",
                    "dec",
                    "numeric",
                    "fixed",
                    "float",
                    "double",
                    "double precision",
                    "real",
                    "bool",
                    "boolean",
                    "int1",
                    "int2",
                    "int3",
                    "int4",
                    "int8",
                    "float4",
                    "float8" -> constant("0", column);
            case "bit" -> constant("b'0'", column);
            case "date" -> constant("'1000-01-01'", column);
            case "datetime" -> constant("'1000-01-01 00:00:00'", column);
            case "timestamp" -> constant("'1971-01-01 00:00:00'", column);
            case "time" -> constant("'00:00:00'", column);
            case "year" -> constant("1901", column);
            case "uuid" -> constant("'00000000-0000-0000-0000-000000000000'", column);
            case "tinytext", "text", "mediumtext", "longtext", "tinyblob", "blob", "mediumblob", "longblob" ->
                Optional.of(new Placeholder("", column + " = ''"));
            case "json" -> Optional.of(new Placeholder("", "JSON_TYPE(" + column + ") = 'NULL'"));
            default -> Optional.empty();
        };
    }

    private static Optional<Placeholder> constant(String value, String column) {
        return Optional.of(new Placeholder("DEFAULT " + value, column + " = " + value));
    }

    private static String length(TypeName type) {
        return type.arguments().isEmpty() ? "1" : type.arguments().getFirst();
    }
}
