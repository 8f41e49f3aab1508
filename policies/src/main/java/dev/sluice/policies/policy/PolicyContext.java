package dev.sluice.policies.policy;

import dev.sluice.policies.ddl.QualifiedName;
import java.time.Instant;
import java.util.Optional;

/**
 * Who runs a statement, where and when: what scopes of a policy match.
 *
 * @param environment the upstream's, empty when it has none
 * @param relation the table, with its schema
 * @param rows the table's estimated rows, -1 when unknown
 * @param bytes the table's size, -1 when unknown
 * @param caseless whether names of tables that differ in case alone mean the same to the server
 */
public record PolicyContext(
        String environment,
        String database,
        Optional<QualifiedName> relation,
        String role,
        String application,
        String clientAddress,
        long rows,
        long bytes,
        Instant now,
        boolean caseless) {

    /** On a server that tells names apart by case. */
    public PolicyContext(
            String environment,
            String database,
            Optional<QualifiedName> relation,
            String role,
            String application,
            String clientAddress,
            long rows,
            long bytes,
            Instant now) {
        this(environment, database, relation, role, application, clientAddress, rows, bytes, now, false);
    }

    /** A statement of which nothing is known but its moment: what holds for it holds everywhere. */
    public static PolicyContext anywhere(Instant now) {
        return new PolicyContext("", "", Optional.empty(), "", "", "", -1, -1, now);
    }

    /** The same statement, about this table. */
    public PolicyContext about(Optional<QualifiedName> table) {
        return new PolicyContext(
                environment, database, table, role, application, clientAddress, rows, bytes, now, caseless);
    }

    /** The same statement, about a table of this size. */
    public PolicyContext sized(long tableRows, long tableBytes) {
        return new PolicyContext(
                environment,
                database,
                relation,
                role,
                application,
                clientAddress,
                tableRows,
                tableBytes,
                now,
                caseless);
    }

    /** The same statement, on a server that tells names of tables apart by their case or does not. */
    public PolicyContext caseless(boolean isCaseless) {
        return new PolicyContext(
                environment, database, relation, role, application, clientAddress, rows, bytes, now, isCaseless);
    }
}
