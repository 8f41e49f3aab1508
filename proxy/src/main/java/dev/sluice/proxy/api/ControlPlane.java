package dev.sluice.proxy.api;

import dev.sluice.proxy.migration.DatabaseRef;
import dev.sluice.proxy.migration.Migration;
import dev.sluice.proxy.migration.MigrationException;
import dev.sluice.proxy.migration.Migrations;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** What the HTTP interface shows and commands. Thread-safe; may block. */
public interface ControlPlane {

    Migrations migrations();

    /**
     * Does what an operator wants, and puts it on record.
     *
     * @param operator who wants it, as far as that is known
     * @param client from where
     */
    Migration command(DatabaseRef database, long id, Migrations.Command command, String operator, String client)
            throws MigrationException;

    /** The databases that this gateway knows of: those of the configuration, and those that clients have named. */
    List<DatabaseRef> databases();

    Path auditFile();

    /** What the policy makes of each rule, and behind that what it makes of it in some places only. */
    List<RuleRow> policies();

    PolicyState policyState();

    /** What holds backfills back. */
    List<ThrottleRow> throttle();

    /**
     * @param decidedBy the line of the policy that says so, empty for the rule's default
     * @param scope where it holds, empty for everywhere
     */
    record RuleRow(String rule, String action, String decidedBy, String scope) {}

    /**
     * Which policy holds.
     *
     * @param source the file that it is from
     * @param since when it was taken
     * @param refused why a later one was not taken, with file and line
     */
    record PolicyState(String source, Instant since, Optional<String> refused) {}

    /**
     * The throttle of one upstream.
     *
     * @param go whether backfills may work
     * @param pressure 0: nothing holds a backfill back; 1: it stands
     * @param share the share of their time that backfills may work
     * @param atWork backfills at work through this gateway
     * @param elsewhere and through others
     * @param reason the deciding signal with its value and limit, or that this is not the time of day; empty when nothing
     *     holds them back
     * @param deciding that signal
     * @param signals what each says
     * @param delayed clients' own backfills that wait right now, those first that have waited longest
     */
    record ThrottleRow(
            String upstream,
            boolean go,
            double pressure,
            double share,
            int atWork,
            int elsewhere,
            Optional<String> reason,
            Optional<SignalRow> deciding,
            List<SignalRow> signals,
            List<DelayedRow> delayed) {
        public ThrottleRow {
            signals = List.copyOf(signals);
            delayed = List.copyOf(delayed);
        }
    }

    /**
     * A client's session whose own backfill waits.
     *
     * @param session the gateway's number of it
     * @param rule the entry of the policy that its statement fell under
     * @param waiting for how long by now
     * @param reason the signal that decides, with value and limit, or the entry's own limit
     */
    record DelayedRow(long session, String rule, Duration waiting, String reason) {}

    /**
     * One signal.
     *
     * @param of which standby, slot or gateway; may be empty
     * @param value empty when it cannot be read
     * @param stopAt infinite for one that only slows
     * @param text all of it in words
     */
    record SignalRow(
            String signal,
            String of,
            OptionalDouble value,
            String unit,
            double slowAbove,
            double stopAt,
            double pressure,
            String text) {}
}
