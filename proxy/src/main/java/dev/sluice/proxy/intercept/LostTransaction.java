package dev.sluice.proxy.intercept;

import dev.sluice.proxy.migration.MigrationException;
import dev.sluice.proxy.migration.Migrations;
import java.time.Duration;
import java.util.List;

/**
 * What became of statements whose connection was lost before their end was told. The ledger knows: a migration is seen
 * there exactly when its expansion is committed. A proposal is never taken back here, since a server that has lost its
 * client may still be about to commit; the sweeper takes what came to nothing. Thread-safe; blocks.
 */
final class LostTransaction {

    /** How long a commit that was on its way is looked for. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Duration LOOK = Duration.ofMillis(200);
    private static final String CONNECTION_FAILURE = "08006";

    private final Migrations migrations;
    private final StatementTrail trail;

    LostTransaction(Migrations migrations, StatementTrail trail) {
        this.migrations = migrations;
        this.trail = trail;
    }

    void of(List<Sent> statements, boolean perhapsCommitted) {
        if (!perhapsCommitted) {
            statements.forEach(sent -> record(sent, "rolled back", "the connection was lost"));
            return;
        }
        long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
        for (Sent sent : statements) {
            if (sent.migration()
                    .filter(id -> isCommitted(sent, id, deadlineNanos))
                    .isPresent()) {
                record(sent, "committed", "the connection was lost; the migration goes on");
            } else {
                record(sent, "unknown", "the connection was lost before the server's answer");
            }
        }
    }

    /** Looked at once at least, and the executor starts on it at once. */
    private boolean isCommitted(Sent sent, long id, long deadlineNanos) {
        try {
            while (true) {
                if (isStarted(sent, id)) {
                    return true;
                }
                if (System.nanoTime() >= deadlineNanos) {
                    return false;
                }
                Thread.sleep(LOOK);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean isStarted(Sent sent, long id) throws InterruptedException {
        try {
            if (migrations.find(sent.database(), id).isEmpty()) {
                return false;
            }
            migrations.await(sent.database(), id, Duration.ZERO, begun -> {});
            return true;
        } catch (MigrationException e) {
            // The database may be what was lost: it is looked for again while there is time.
            return false;
        }
    }

    private void record(Sent sent, String result, String message) {
        trail.outcome(sent, result, CONNECTION_FAILURE, message);
    }
}
