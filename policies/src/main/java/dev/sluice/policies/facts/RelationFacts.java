package dev.sluice.policies.facts;

import dev.sluice.policies.ddl.QualifiedName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A table or another relation as the catalog has it.
 *
 * @param name its real name, schema included
 * @param id PostgreSQL's oid, InnoDB's table id; 0 where unknown
 * @param kind what it is
 * @param temporary whether it belongs to the session alone
 * @param owned whether the statement's role may alter it
 * @param manageable whether the gateway's own role may do what the later phases need
 * @param rows estimated rows, partitions included; 0 only where the relation is certainly empty
 * @param bytes size on disk, partitions included
 * @param columns in order, dropped ones left out
 * @param attributeSlots columns ever added, dropped ones included (PostgreSQL's limit is 1600)
 * @param constraints of every kind, primary key included
 * @param indexes valid or not
 * @param triggers names of user triggers that are enabled
 * @param children partitions or inheritors, direct ones
 * @param partitionOf the parent of a partition
 * @param owner the role that owns it
 * @param dependents views and routines that name it, as the server prints them
 * @param indexOf for an index: its table
 * @param options storage and engine options by lower-case name: {@code fillfactor}, {@code engine},
 *     {@code row_format}, {@code total_row_versions}, {@code create_options}; PostgreSQL also {@code partition_key}
 *     ({@code RANGE (at)}, as {@code pg_get_partkeydef} prints it), {@code partition_bound} of a partition,
 *     {@code persistence} ({@code p}, {@code u}), {@code populated} of a materialized view, and {@code rows_guessed} where
 *     the rows are estimated from the size alone, {@code replica_triggers} the names of triggers that fire while others
 *     are kept from it, {@code virtual.c} where a column {@code c} is generated when it is read
 * @param inFlight the migrations that are on their way on this relation
 */
public record RelationFacts(
        QualifiedName name,
        long id,
        Kind kind,
        boolean temporary,
        boolean owned,
        boolean manageable,
        long rows,
        long bytes,
        List<ColumnFacts> columns,
        int attributeSlots,
        List<ConstraintFacts> constraints,
        List<IndexFacts> indexes,
        List<String> triggers,
        List<QualifiedName> children,
        Optional<QualifiedName> partitionOf,
        String owner,
        List<String> dependents,
        Optional<QualifiedName> indexOf,
        Map<String, String> options,
        List<MigrationFacts> inFlight) {

    /** The kinds of relations that statements name. */
    public enum Kind {
        TABLE,
        PARTITIONED_TABLE,
        FOREIGN_TABLE,
        VIEW,
        MATERIALIZED_VIEW,
        INDEX,
        PARTITIONED_INDEX,
        SEQUENCE,
        OTHER
    }

    /**
     * @param type as the server prints it
     * @param defaultExpression as the server prints it
     * @param generated stored or virtual generated
     */
    public record ColumnFacts(
            String name,
            String type,
            boolean notNull,
            Optional<String> defaultExpression,
            boolean generated,
            boolean identity) {}

    /**
     * @param type PostgreSQL's letter: p, u, f, c, x, n
     * @param definition as the server prints it
     * @param validated whether every row is known to satisfy it
     * @param referenced the parent of a foreign key
     */
    public record ConstraintFacts(
            String name,
            char type,
            List<String> columns,
            String definition,
            boolean validated,
            Optional<QualifiedName> referenced) {
        public ConstraintFacts {
            columns = List.copyOf(columns);
        }
    }

    /** @param columns key columns in order, an empty string for an expression */
    public record IndexFacts(
            String name,
            boolean unique,
            boolean primary,
            boolean valid,
            boolean partial,
            String method,
            List<String> columns,
            String definition) {
        public IndexFacts {
            columns = List.copyOf(columns);
        }
    }

    public RelationFacts {
        columns = List.copyOf(columns);
        constraints = List.copyOf(constraints);
        indexes = List.copyOf(indexes);
        triggers = List.copyOf(triggers);
        children = List.copyOf(children);
        dependents = List.copyOf(dependents);
        options = Map.copyOf(options);
        inFlight = List.copyOf(inFlight);
    }

    /** The same with nothing known of its size. */
    public RelationFacts unsized() {
        return new RelationFacts(
                name,
                id,
                kind,
                temporary,
                owned,
                manageable,
                -1,
                -1,
                columns,
                attributeSlots,
                constraints,
                indexes,
                triggers,
                children,
                partitionOf,
                owner,
                dependents,
                indexOf,
                options,
                inFlight);
    }

    public Optional<ColumnFacts> column(String column) {
        return named(columns, ColumnFacts::name, column);
    }

    public Optional<ConstraintFacts> constraint(String constraint) {
        return named(constraints, ConstraintFacts::name, constraint);
    }

    public Optional<IndexFacts> index(String index) {
        return named(indexes, IndexFacts::name, index);
    }

    /** MySQL, which alone has engines, takes names of columns, constraints and indexes in whatever case. */
    private <T> Optional<T> named(List<T> all, Function<T, String> nameOf, String wanted) {
        boolean caseless = options.containsKey("engine");
        return all.stream()
                .filter(one -> nameOf.apply(one).equals(wanted))
                .findFirst()
                .or(() -> all.stream()
                        .filter(one -> caseless && nameOf.apply(one).equalsIgnoreCase(wanted))
                        .findFirst());
    }

    public Optional<IndexFacts> primaryKey() {
        return indexes.stream().filter(IndexFacts::primary).findFirst();
    }
}
