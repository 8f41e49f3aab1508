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
        Instant now) {

    /** A statement of which nothing is known but its moment: what holds for it holds everywhere. */
    public static PolicyContext anywhere(Instant now) {
        return new PolicyContext("", "", Optional.empty(), "", "", "", -1, -1, now);
    }

    /** The same statement, about this table. */
    public PolicyContext about(Optional<QualifiedName> table) {
        return new PolicyContext(environment, database, table, role, application, clientAddress, rows, bytes, now);
    }

    /** The same statement, about a table of this size. */
    public PolicyContext sized(long tableRows, long tableBytes) {
        return new PolicyContext(
                environment, database, relation, role, application, clientAddress, tableRows, tableBytes, now);
    }
}
