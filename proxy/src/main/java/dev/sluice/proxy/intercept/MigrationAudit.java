package dev.sluice.proxy.intercept;

import dev.sluice.proxy.audit.AuditEvent;
import dev.sluice.proxy.audit.AuditEvent.PhaseTimes;
import dev.sluice.proxy.audit.AuditLog;
import dev.sluice.proxy.ledger.Draft;
import dev.sluice.proxy.migration.MigrationEnd;
import java.util.List;

/** Puts on record how migrations end, whoever waits for them and whichever gateway began them. Thread-safe. */
public record MigrationAudit(AuditLog audit) implements MigrationEnd.Listener {

    @Override
    public void ended(MigrationEnd end) {
        Draft draft = end.entry().draft();
        List<PhaseTimes> phases = end.phases().stream()
                .map(span -> new PhaseTimes(span.phase().word(), span.from(), span.until(), span.rows()))
                .toList();
        audit.appendOrKeep(new AuditEvent.MigrationEnd(
                end.database().upstream(),
                end.database().database(),
                end.entry().id(),
                draft.targetSchema().isEmpty() ? draft.targetName() : draft.targetSchema() + "." + draft.targetName(),
                draft.requestedBy(),
                end.state().word(),
                end.sqlState().orElse(""),
                end.reason(),
                phases));
    }
}
