package dev.sluice.proxy.intercept;

import dev.sluice.proxy.migration.Migration;
import dev.sluice.proxy.migration.MigrationException;
import dev.sluice.proxy.migration.Migrations;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.HeldSession.Notice;
import dev.sluice.proxy.session.ServerError;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What happens to the migrations of a transaction when it has ended. Thread-safe; blocks. */
final class TransactionEnd {

    private static final Duration UNDO_PATIENCE = Duration.ofMinutes(2);

    private final Migrations migrations;
    private final StatementTrail trail;
    private final InterceptorSettings settings;

    TransactionEnd(Migrations migrations, StatementTrail trail, InterceptorSettings settings) {
        this.migrations = migrations;
        this.trail = trail;
        this.settings = settings;
    }

    /** @return the error that the client gets in place of success */
    Optional<ServerError> of(HeldSession session, List<Sent> statements) {
        CompletionWait wait = new CompletionWait(migrations, settings, session);
        Optional<ServerError> error = Optional.empty();
        for (Sent sent : statements) {
            if (sent.migration().isEmpty()) {
                continue;
            }
            Optional<ServerError> own =
                    one(session, wait, sent, sent.migration().get(), error.isPresent());
            error = error.or(() -> own);
        }
        return error;
    }

    private Optional<ServerError> one(
            HeldSession session, CompletionWait wait, Sent sent, long id, boolean alreadyFailed) {
        try {
            Optional<Migration> committed = migrations.find(sent.database(), id);
            if (committed.isEmpty()) {
                // Not discarded: a prepared transaction may still commit it. The ledger sweeps what came to nothing.
                trail.outcome(sent, "rolled back", "", "");
                return Optional.empty();
            }
            if (!sent.waits() || alreadyFailed) {
                // Nobody waits, but the executor starts at once rather than at its next look.
                migrations.await(sent.database(), id, Duration.ZERO, begun -> {});
                session.notice(new Notice(
                        "NOTICE",
                        "00000",
                        "migration " + id + " goes on",
                        "The rest of the statement is carried out online.",
                        "SHOW SLUICE MIGRATION " + id + " shows it."));
                trail.outcome(sent, "committed", "", "the migration goes on");
                return Optional.empty();
            }
            return result(wait, sent, wait.until(sent, id));
        } catch (MigrationException e) {
            session.notice(new Notice(
                    "WARNING",
                    "01000",
                    "cannot tell how far migration " + id + " is: " + e.error().message(),
                    "What was committed stays committed.",
                    "SHOW SLUICE MIGRATION " + id + " shows it."));
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private Optional<ServerError> result(CompletionWait wait, Sent sent, CompletionWait.End end)
            throws MigrationException, InterruptedException {
        return switch (end) {
            case CompletionWait.End.Complete complete -> {
                trail.outcome(sent, "complete", "", rows(complete.migration()));
                yield Optional.empty();
            }
            case CompletionWait.End.GoesOn on -> {
                trail.outcome(sent, "committed", "", "the migration goes on");
                yield Optional.empty();
            }
            case CompletionWait.End.Abandoned abandoned -> {
                trail.outcome(sent, "committed", "57014", "the client does not wait; the migration goes on");
                yield Optional.of(CompletionWait.abandoned(abandoned.migration()));
            }
            case CompletionWait.End.Cancelled cancelled -> {
                trail.outcome(sent, "cancelled", "57014", cancelled.migration().reason());
                yield Optional.of(CompletionWait.cancelled(cancelled.migration()));
            }
            case CompletionWait.End.Failed failed -> failed(wait, sent, failed.migration());
        };
    }

    private Optional<ServerError> failed(CompletionWait wait, Sent sent, Migration failed)
            throws MigrationException, InterruptedException {
        String sqlState = failed.sqlState().orElse("XX000");
        if (!sent.alone()) {
            trail.outcome(sent, "failed", sqlState, failed.reason());
            return Optional.of(CompletionWait.failedAfterCommit(failed));
        }
        migrations.command(
                sent.database(),
                failed.id(),
                new Migrations.Command.Cancel(),
                sent.who().user());
        Migration after = wait.settled(sent, failed.id(), UNDO_PATIENCE);
        boolean undone = after.state() == Migration.State.CANCELLED;
        trail.outcome(sent, undone ? "undone" : "failed", sqlState, failed.reason());
        return Optional.of(undone ? CompletionWait.undone(failed) : CompletionWait.failedAfterCommit(failed));
    }

    private static String rows(Migration migration) {
        return migration.rowsDone() > 0 ? migration.rowsDone() + " rows" : "";
    }
}
