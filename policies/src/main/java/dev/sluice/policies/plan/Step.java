package dev.sluice.policies.plan;

import dev.sluice.policies.ddl.QualifiedName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One piece of work of a phase. The executor may run a step again after a crash; {@code doneWhen} is a query whose first
 * column is true once the step's effect is there, for engines and statements without transactional DDL.
 */
public sealed interface Step {

    /**
     * Short statements, together in one transaction where the engine has transactional DDL, each under the lock timeout
     * with retries.
     */
    record Statements(List<String> sql, Optional<String> doneWhen) implements Step {
        public Statements {
            sql = List.copyOf(sql);
        }

        public static Statements of(String... sql) {
            return new Statements(List.of(sql), Optional.empty());
        }
    }

    /**
     * One long statement that admits readers and writers, outside a transaction: VALIDATE CONSTRAINT, CREATE INDEX
     * CONCURRENTLY, an online index build. What it waits for stops nobody, so no lock timeout cuts it short.
     *
     * @param cleanup what removes the remains of a failed try, before the next one: an invalid index
     */
    record Online(String sql, Optional<String> doneWhen, List<String> cleanup) implements Step {
        public Online {
            cleanup = List.copyOf(cleanup);
        }
    }

    /**
     * Fills columns of existing rows in small batches, each committed with its cursor.
     *
     * @param table the table with its schema; a partitioned table is walked leaf by leaf
     * @param assignments column and SQL expression, in the order of the statement
     * @param pending the predicate of a row that is still to be filled: {@code "ref" IS NULL}
     * @param keyColumns the key to walk by, in order; empty: PostgreSQL walks by ctid range, MySQL has no way
     * @param leaves the leaf partitions to walk, each with its schema; empty: the table itself
     * @param suppressTriggers whether user triggers must not fire
     */
    record Backfill(
            QualifiedName table,
            List<Assignment> assignments,
            String pending,
            List<String> keyColumns,
            List<QualifiedName> leaves,
            boolean suppressTriggers)
            implements Step {
        public Backfill {
            assignments = List.copyOf(assignments);
            keyColumns = List.copyOf(keyColumns);
            leaves = List.copyOf(leaves);
        }

        /** The parts that its batches are made of. */
        Stream<String> sql() {
            return Stream.of(
                            assignments.stream().flatMap(a -> Stream.of(a.column(), a.expression())),
                            Stream.of(pending),
                            keyColumns.stream())
                    .flatMap(s -> s);
        }
    }

    /**
     * One UPDATE or DELETE of the client's, carried out in small batches by key, each committed with its cursor: so every
     * row that is there when it begins is treated once, whatever the statement makes of it. Needs no undo, and has none:
     * what is committed stays.
     *
     * @param table the table with its schema; it has neither partitions nor inheritors
     * @param keyColumns the primary key, none of which is changed
     * @param from the table as the statement has it, with its alias
     * @param set the assignments of an UPDATE; empty for a DELETE
     * @param condition which rows it is about
     * @param settings the client's, under which the text is read and run
     * @param countsMatched MySQL: whether the client wants rows counted that were found, not only those that changed
     */
    record Batches(
            QualifiedName table,
            List<String> keyColumns,
            String from,
            String set,
            String condition,
            Map<String, String> settings,
            boolean countsMatched)
            implements Step {
        public Batches {
            keyColumns = List.copyOf(keyColumns);
            settings = Map.copyOf(settings);
        }

        /** The statement without its condition. */
        public String head() {
            return set.isEmpty() ? "DELETE FROM " + from : "UPDATE " + from + " SET " + set;
        }
    }

    /**
     * @param column unquoted name
     * @param expression an SQL expression over the row, resolved with the search path of the statement, or the bare word
     *     {@code DEFAULT}: then the column's own default, evaluated for each row ({@code SET c = DEFAULT})
     */
    record Assignment(String column, String expression) {}

    /**
     * A promise to be seen kept before a migration is called complete.
     *
     * @param sql a query whose first column is true when the promise holds
     * @param promise the promise in words, for the message when it is broken
     */
    record Verify(String sql, String promise) implements Step {

        /** Whether it asks for just the rows that a backfill of its plan has to fill. */
        public boolean isOf(Backfill backfill) {
            return sql.endsWith(" WHERE " + backfill.pending() + ")");
        }
    }
}
