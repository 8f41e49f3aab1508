package dev.sluice.policies.judge;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.policies.policy.PolicyContext;
import dev.sluice.policies.sql.Directives;
import java.util.Set;

/**
 * What surrounds a statement.
 *
 * @param inTransaction whether it runs inside a transaction block, or beside other statements in one message
 * @param createdHere tables that earlier statements of the same transaction or file created: they are empty and nobody
 *     else sees them
 * @param directives what a comment in the statement asks for
 * @param policy who, where and when; its relation, rows and bytes are filled in from the facts
 */
public record StatementContext(
        boolean inTransaction, Set<QualifiedName> createdHere, Directives directives, PolicyContext policy) {
    public StatementContext {
        createdHere = Set.copyOf(createdHere);
    }
}
