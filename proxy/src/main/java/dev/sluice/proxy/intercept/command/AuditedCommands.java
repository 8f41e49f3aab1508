package dev.sluice.proxy.intercept.command;

import dev.sluice.proxy.audit.AuditEvent;
import dev.sluice.proxy.audit.AuditException;
import dev.sluice.proxy.audit.AuditLog;
import dev.sluice.proxy.migration.DatabaseRef;
import dev.sluice.proxy.migration.Migration;
import dev.sluice.proxy.migration.MigrationException;
import dev.sluice.proxy.migration.Migrations;
import dev.sluice.proxy.session.ServerError;
import java.util.Optional;

/**
 * What operators want done, by whichever way they say so: on record before it is done and after. Thread-safe; blocks.
 */
public final class AuditedCommands {

    private final Migrations migrations;
    private final AuditLog audit;

    public AuditedCommands(Migrations migrations, AuditLog audit) {
        this.migrations = migrations;
        this.audit = audit;
    }

    /**
     * @param who {@code user} is the operator
     * @param text the command as it was given
     * @throws MigrationException it cannot be done now, or not be put on record
     */
    public Migration run(AuditEvent.Who who, String text, DatabaseRef database, long id, Migrations.Command command)
            throws MigrationException {
        String reason = command instanceof Migrations.Command.Approve approve ? approve.reason() : "";
        append(operation(who, text, id, reason, "asked", ""));
        try {
            Migration after = migrations.command(database, id, command, who.user());
            audit.appendOrKeep(operation(who, text, id, reason, after.state().word(), ""));
            return after;
        } catch (MigrationException e) {
            String why = e.error().message();
            audit.appendOrKeep(operation(who, text, id, why, "failed", e.error().sqlState()));
            throw e;
        }
    }

    /** Puts on record that somebody wanted what they may not. */
    void refused(AuditEvent.Who who, String text, long id, ServerError error) throws MigrationException {
        append(operation(who, text, id, error.message(), "refused", error.sqlState()));
    }

    private void append(AuditEvent.Operation operation) throws MigrationException {
        try {
            audit.append(operation);
        } catch (AuditException e) {
            throw new MigrationException(ServerError.of(
                    e.sqlState(),
                    1227,
                    String.valueOf(e.getMessage()),
                    "What an operator does must be on record.",
                    ""));
        }
    }

    private static AuditEvent.Operation operation(
            AuditEvent.Who who, String text, long id, String reason, String result, String sqlState) {
        return new AuditEvent.Operation(who, text, Optional.of(id), reason, result, sqlState);
    }
}
