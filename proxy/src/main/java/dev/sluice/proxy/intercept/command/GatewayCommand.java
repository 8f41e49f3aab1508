package dev.sluice.proxy.intercept.command;

import dev.sluice.proxy.migration.Migrations;
import java.util.OptionalLong;

/** What a client tells or asks the gateway itself. */
public sealed interface GatewayCommand {

    /**
     * SHOW SLUICE.
     *
     * @param full all columns
     * @param migration the number behind MIGRATION
     */
    record Show(Topic topic, boolean full, OptionalLong migration) implements GatewayCommand {}

    /** ALTER SLUICE MIGRATION. {@code verb} in upper case. */
    record Alter(long migration, String verb, Migrations.Command command) implements GatewayCommand {}

    /** What can be shown, with what it is, for HELP. */
    enum Topic {
        MIGRATIONS("migrations of this database: your own, all of them for an operator"),
        MIGRATION("one migration: SHOW SLUICE MIGRATION 42"),
        APPROVALS("statements that wait for an approval"),
        AUDIT("the last records of the audit trail"),
        POLICIES("the rules and what each does here"),
        THROTTLE("what slows backfills down now"),
        SESSIONS("who is connected through this gateway"),
        CONFIG("how this gateway is configured"),
        VERSION("the version of this gateway"),
        HELP("these lines");

        private final String purpose;

        Topic(String purpose) {
            this.purpose = purpose;
        }

        String purpose() {
            return purpose;
        }
    }
}
