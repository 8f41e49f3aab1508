package dev.sluice.proxy.intercept;

import dev.sluice.policies.ddl.QualifiedName;
import dev.sluice.proxy.audit.AuditEvent;
import dev.sluice.proxy.migration.DatabaseRef;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A schema change that was let through: what is needed again when the server has answered and when its transaction ends.
 *
 * @param auditId ties its audit records together
 * @param migration the migration that it proposed
 * @param table what it changes, where that is one table
 * @param approval the approval that it used up
 * @param creates the table that is new when it has succeeded
 * @param alone whether it is all of its transaction, so that undoing it leaves nothing half done
 * @param waits whether the client wants its answer when the migration is complete
 */
record Sent(
        String auditId,
        AuditEvent.Who who,
        DatabaseRef database,
        String statement,
        Optional<QualifiedName> table,
        Optional<Long> migration,
        Optional<Long> approval,
        Optional<QualifiedName> creates,
        boolean alone,
        boolean waits,
        Instant at) {

    /** What travels in {@link Ruling.Substitute#memo}. */
    record Memo(List<Sent> statements) {
        Memo {
            statements = List.copyOf(statements);
        }

        static List<Sent> of(Ruling.Substitute ruling) {
            return ruling.memo() instanceof Memo memo ? memo.statements() : List.of();
        }
    }
}
