package dev.sluice.proxy.intercept;

import dev.sluice.proxy.audit.AuditLog;
import dev.sluice.proxy.migration.Migration;
import dev.sluice.proxy.migration.MigrationException;
import dev.sluice.proxy.migration.Migrations;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/**
 * Looks after migrations that no client waits for any more, so that their end is on record too. What another gateway
 * finishes after this one has ended is not. Thread-safe.
 */
final class MigrationFollower {

    private static final Duration LOOK = Duration.ofSeconds(2);

    private final Migrations migrations;
    private final AuditLog audit;
    private final Clock clock;

    MigrationFollower(Migrations migrations, AuditLog audit, Clock clock) {
        this.migrations = migrations;
        this.audit = audit;
        this.clock = clock;
    }

    /** Returns at once; ends with the migration, or when the ledger cannot be read. */
    void follow(Sent sent, long id, PhaseLog phases) {
        Thread.ofVirtual().name("migration " + id).start(() -> {
            try {
                untilEnd(sent, id, phases);
            } catch (MigrationException e) {
                // The database is gone, or this gateway is being closed: nothing is known that could be recorded.
                return;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void untilEnd(Sent sent, long id, PhaseLog phases) throws MigrationException, InterruptedException {
        while (true) {
            Optional<Migration> now = migrations.find(sent.database(), id);
            if (now.isEmpty()) {
                return;
            }
            phases.saw(now.get(), clock.instant());
            if (now.get().state().ended()) {
                audit.appendOrKeep(phases.end(now.get(), clock.instant()));
                return;
            }
            Thread.sleep(LOOK);
        }
    }
}
