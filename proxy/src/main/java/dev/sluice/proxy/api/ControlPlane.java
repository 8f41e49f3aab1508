package dev.sluice.proxy.api;

import dev.sluice.proxy.migration.DatabaseRef;
import dev.sluice.proxy.migration.Migrations;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** What the HTTP interface shows and commands. Thread-safe; may block. */
public interface ControlPlane {

    Migrations migrations();

    /** The databases that this gateway knows of: those of the configuration, and those that clients have named. */
    List<DatabaseRef> databases();

    Path auditFile();

    /** What the policy makes of each rule. */
    List<RuleRow> policies();

    /** What holds backfills back. */
    List<ThrottleRow> throttle();

    /** @param decidedBy the line of the policy that says so, empty for the rule's default */
    record RuleRow(String rule, String action, String decidedBy) {}

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
            List<SignalRow> signals) {
        public ThrottleRow {
            signals = List.copyOf(signals);
        }
    }

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
