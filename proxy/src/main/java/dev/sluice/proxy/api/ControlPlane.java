package dev.sluice.proxy.api;

import dev.sluice.proxy.migration.DatabaseRef;
import dev.sluice.proxy.migration.Migrations;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
     * @param pressure 0: nothing holds a backfill back; 1: it stands
     * @param reason the deciding signal with its value and limit, empty when there is none
     * @param signals each signal's latest value, in words
     */
    record ThrottleRow(String upstream, double pressure, Optional<String> reason, Map<String, String> signals) {
        public ThrottleRow {
            signals = Map.copyOf(signals);
        }

        boolean go() {
            return pressure < 1.0;
        }
    }
}
