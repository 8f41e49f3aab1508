package dev.sluice.policies.plan.mysql;

import dev.sluice.policies.ddl.TypeName;
import dev.sluice.policies.sql.Dialect;
import java.util.Optional;

/**
 * The constant that stands in a column until its rows are filled: there is no way to make a column NOT NULL later that
 * leaves the table alone. Where the type has room it is a value of this addition's own, which nobody writes by chance; so
 * a value that somebody does write is never taken for a row that is still to be filled.
 *
 * @param clause DEFAULT and the constant; empty for types that take no constant default, whose rows get an empty value
 * @param pending the predicate of a row that still has it
 * @param shown the value as a reader sees it meanwhile
 * @param own whether it is a value that nobody else writes
 */
record Placeholder(String clause, String pending, String shown, boolean own) {

    /** What a nullable column's rows have until they are filled. */
    static Placeholder ofNull(String column) {
        return new Placeholder("DEFAULT NULL", column + " IS NULL", "NULL", false);
    }

    /**
     * None for types that have no value that could stand for "none".
     *
     * @param seed of the value; the same for the same addition
     */
    static Optional<Placeholder> of(TypeName type, String column, Dialect dialect, String seed) {
        Unlikely unlikely = new Unlikely(type, seed);
        Optional<String> own = unlikely.literal(dialect);
        if (own.isPresent()) {
            return Optional.of(new Placeholder("DEFAULT " + own.get(), column + " = " + own.get(), own.get(), true));
        }
        Optional<String> seldom = unlikely.seldom();
        return seldom.isPresent() ? constant(seldom.get(), column) : plain(type, column, dialect);
    }

    /** The type's natural "nothing". */
    private static Optional<Placeholder> plain(TypeName type, String column, Dialect dialect) {
        return switch (Unlikely.base(type)) {
            case "char", "varchar", "nchar", "nvarchar", "varbinary", "set", "character", "national" ->
                constant("''", column);
            case "binary" ->
                Optional.of(new Placeholder(
                        "DEFAULT ''", column + " = UNHEX(REPEAT('00', " + length(type) + "))", "''", false));
            case "bool", "boolean", "decimal", "dec", "numeric", "fixed" -> constant("0", column);
            case "float", "double", "double precision", "real", "float4", "float8" -> constant("0", column);
            case "bit" -> constant("b'0'", column);
            case "enum" ->
                type.arguments().isEmpty()
                        ? Optional.empty()
                        : constant(type.arguments().getFirst(), column);
            case "tinytext", "text", "mediumtext", "longtext", "tinyblob", "blob", "mediumblob", "longblob" ->
                Optional.of(new Placeholder("", column + " = ''", "''", false));
            case "json" ->
                dialect == Dialect.MYSQL
                        ? Optional.of(new Placeholder("", "JSON_TYPE(" + column + ") = 'NULL'", "JSON null", false))
                        : Optional.empty();
            default -> Optional.empty();
        };
    }

    private static Optional<Placeholder> constant(String value, String column) {
        return Optional.of(new Placeholder("DEFAULT " + value, column + " = " + value, value, false));
    }

    private static String length(TypeName type) {
        return type.arguments().isEmpty() ? "1" : type.arguments().getFirst();
    }

    /** What EXPLAIN says of it. */
    String note(String column) {
        String reads = "until it is filled, a row reads " + shown + " in " + column;
        return own
                ? reads + ", which nobody writes by chance"
                : reads
                        + "; if an application itself writes that to a row meanwhile, the row is filled all the same: its "
                        + shown + " is overwritten";
    }
}
