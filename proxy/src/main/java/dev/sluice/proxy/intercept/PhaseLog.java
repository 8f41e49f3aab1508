package dev.sluice.proxy.intercept;

import dev.sluice.policies.plan.PhaseName;
import dev.sluice.proxy.audit.AuditEvent;
import dev.sluice.proxy.audit.AuditEvent.PhaseTimes;
import dev.sluice.proxy.migration.Migration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * When a migration was in which phase, as it was seen from time to time; a phase that came and went between two looks is
 * not in it. Follows one migration; not thread-safe.
 */
final class PhaseLog {

    private final List<PhaseTimes> phases = new ArrayList<>();
    private PhaseName current = PhaseName.EXPAND;
    private Instant since;
    private long rowsBefore;

    /** @param since when the statement was let through */
    PhaseLog(Instant since) {
        this.since = since;
    }

    void saw(Migration migration, Instant at) {
        if (migration.phase() != current) {
            close(migration, at);
            current = migration.phase();
            since = at;
            rowsBefore = migration.rowsDone();
        }
    }

    /** The record of how it ended. */
    AuditEvent.MigrationEnd end(Migration migration, Instant at) {
        saw(migration, at);
        close(migration, at);
        return new AuditEvent.MigrationEnd(
                migration.database().upstream(),
                migration.database().database(),
                migration.id(),
                migration.table(),
                migration.requestedBy(),
                migration.state().word(),
                migration.sqlState().orElse(""),
                migration.reason(),
                phases);
    }

    private void close(Migration migration, Instant at) {
        phases.add(new PhaseTimes(current.word(), since, at, migration.rowsDone() - rowsBefore));
    }
}
