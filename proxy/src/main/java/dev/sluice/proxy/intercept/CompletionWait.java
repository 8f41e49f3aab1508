package dev.sluice.proxy.intercept;

import dev.sluice.proxy.intercept.command.MigrationTable;
import dev.sluice.proxy.migration.Migration;
import dev.sluice.proxy.migration.MigrationException;
import dev.sluice.proxy.migration.Migrations;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.HeldSession.Notice;
import dev.sluice.proxy.session.ServerError;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Holds an answer until the migration behind it is complete, and tells the client how far it is. Serves one session's
 * answer; not thread-safe.
 */
final class CompletionWait {

    /** How soon a client that has gone, or has cancelled, is seen. */
    private static final Duration SLICE = Duration.ofMillis(400);

    /** On MySQL a session that waits longer shows in the server's list of sessions, again and again for a moment. */
    private static final Duration OUT_OF_SIGHT = Duration.ofSeconds(1);

    private static final Duration IN_SIGHT = Duration.ofMillis(200);

    private final Migrations migrations;
    private final InterceptorSettings settings;
    private final HeldSession session;
    private final long startedAt = System.nanoTime();
    private long toldAt = startedAt;
    private long blockedSince;
    private boolean told;

    CompletionWait(Migrations migrations, InterceptorSettings settings, HeldSession session) {
        this.migrations = migrations;
        this.settings = settings;
        this.session = session;
    }

    /** How a wait ended. */
    sealed interface End {
        record Complete(Migration migration) implements End {}

        record Failed(Migration migration) implements End {}

        record Cancelled(Migration migration) implements End {}

        /** The answer does not wait any longer; the client was told why. */
        record GoesOn(Migration migration) implements End {}

        /** The client has gone or does not want to wait. */
        record Abandoned(Migration migration) implements End {}
    }

    End until(Sent sent, long id) throws MigrationException, InterruptedException {
        blockedSince = 0;
        boolean waited = false;
        while (true) {
            Migration now = migrations.await(sent.database(), id, waited ? Duration.ZERO : SLICE, progress -> {});
            Optional<End> end = ended(now);
            if (end.isPresent()) {
                return end.get();
            }
            tell(now);
            waited = since(startedAt).compareTo(OUT_OF_SIGHT) > 0 && session.waitsInSight(words(now), IN_SIGHT);
        }
    }

    /** Waits for what an operator or the gateway itself has asked for, for a short time. */
    Migration settled(Sent sent, long id, Duration patience) throws MigrationException, InterruptedException {
        return migrations.await(sent.database(), id, patience, progress -> {});
    }

    private Optional<End> ended(Migration now) {
        if (now.state() == Migration.State.COMPLETE) {
            if (told) {
                notice("NOTICE", "migration " + now.id() + " is complete" + rows(now) + " in " + elapsed(), "");
            }
            return Optional.of(new End.Complete(now));
        } else if (now.state() == Migration.State.FAILED) {
            return Optional.of(new End.Failed(now));
        } else if (now.state() == Migration.State.CANCELLED) {
            return Optional.of(new End.Cancelled(now));
        } else if (session.abandoned()) {
            return Optional.of(new End.Abandoned(now));
        } else if (since(startedAt).compareTo(settings.completionTimeout()) >= 0) {
            goesOn(now, "is not complete after " + MigrationTable.words(settings.completionTimeout()) + " and goes on");
            return Optional.of(new End.GoesOn(now));
        } else if (blockedForTooLong(now)) {
            goesOn(now, "is " + now.reason() + " and goes on once that has ended");
            return Optional.of(new End.GoesOn(now));
        }
        return Optional.empty();
    }

    /** A migration tool may itself hold the transaction that the migration waits for, and wait for this answer. */
    private boolean blockedForTooLong(Migration now) {
        if (!now.blocked()) {
            blockedSince = 0;
            return false;
        }
        if (blockedSince == 0) {
            blockedSince = System.nanoTime();
        }
        return since(blockedSince).compareTo(settings.blockedPatience()) >= 0;
    }

    private void goesOn(Migration now, String what) {
        session.notice(new Notice(
                "WARNING",
                "01000",
                "migration " + now.id() + " " + what,
                "",
                "SHOW SLUICE MIGRATION " + now.id() + " shows it."));
    }

    private void tell(Migration now) {
        if (since(toldAt).compareTo(settings.progressEvery()) < 0) {
            return;
        }
        toldAt = System.nanoTime();
        told = true;
        notice("NOTICE", words(now), now.reason());
    }

    private static String words(Migration now) {
        StringBuilder words =
                new StringBuilder("migration " + now.id() + ": " + now.phase().word());
        if (now.state() != Migration.State.RUNNING) {
            words.append(", ").append(now.state().word());
        }
        if (now.rowsTotal() > 0) {
            words.append(String.format(Locale.ROOT, ", %,d of %,d rows", now.rowsDone(), now.rowsTotal()));
            words.append(String.format(Locale.ROOT, ", %,.0f rows/s", now.rowsPerSecond()));
        }
        MigrationTable.eta(now).ifPresent(eta -> words.append(", eta ").append(MigrationTable.words(eta)));
        return words.toString();
    }

    private void notice(String severity, String message, String detail) {
        session.notice(new Notice(severity, "00000", message, detail, ""));
    }

    private static String rows(Migration migration) {
        return migration.rowsDone() > 0 ? String.format(Locale.ROOT, ", %,d rows", migration.rowsDone()) : "";
    }

    private String elapsed() {
        return MigrationTable.words(since(startedAt));
    }

    private static Duration since(long nanoTime) {
        return Duration.ofNanos(System.nanoTime() - nanoTime);
    }

    /** The client does not wait any longer, but what was committed goes on. */
    static ServerError abandoned(Migration migration) {
        return ServerError.of(
                "57014",
                1317,
                "canceling the wait due to user request; migration " + migration.id() + " goes on",
                "The statement is committed; the migration " + migration.id() + " carries on with the rest of it.",
                "ALTER SLUICE MIGRATION " + migration.id() + " CANCEL undoes it; SHOW SLUICE MIGRATION "
                        + migration.id() + " shows it.");
    }

    /** The migration was taken back while the client waited. */
    static ServerError cancelled(Migration migration) {
        return ServerError.of(
                "57014",
                1317,
                "migration " + migration.id() + " was cancelled",
                "The table is as it was before the statement. " + migration.reason(),
                "");
    }

    /** The migration failed and was undone: the statement has had no effect. */
    static ServerError undone(Migration failed) {
        return ServerError.of(
                        failed.sqlState().orElse("XX000"),
                        MySqlCodes.of(message(failed)),
                        failed.reason().isEmpty() ? "migration " + failed.id() + " failed" : message(failed),
                        detail(failed) + "It failed in phase " + failed.phase().word() + " of migration " + failed.id()
                                + "; the table is as it was before the statement.",
                        "")
                .about(failed.about());
    }

    /** The migration failed and its transaction is committed. */
    static ServerError failedAfterCommit(Migration failed) {
        return ServerError.of(
                        failed.sqlState().orElse("XX000"),
                        MySqlCodes.of(message(failed)),
                        "the transaction is committed, but migration " + failed.id() + " of " + failed.table()
                                + " failed: " + message(failed),
                        detail(failed) + "It failed in phase " + failed.phase().word()
                                + ". The table can be used as it is.",
                        "Put right what it failed on and send ALTER SLUICE MIGRATION " + failed.id()
                                + " RETRY, or take it back with ALTER SLUICE MIGRATION " + failed.id() + " CANCEL.")
                .about(failed.about());
    }

    /** The server's message, which is the reason's first line. */
    static String message(Migration failed) {
        return failed.reason().lines().findFirst().orElse("");
    }

    /** What the server said beside it, in front of what the gateway says. */
    private static String detail(Migration failed) {
        return failed.reason().lines().skip(1).map(line -> line + "\n").collect(Collectors.joining());
    }
}
