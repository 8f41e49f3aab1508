package dev.sluice.proxy.audit;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What the audit trail records. Statements come in as sent; secrets in them are masked when they are written. */
public sealed interface AuditEvent {

    /**
     * Who did it.
     *
     * @param session the gateway's number of the session, 0 for what no session did
     * @param user the user that the client authenticated as
     * @param role the role that the statement runs under
     * @param client address and port
     */
    record Who(
            long session,
            String upstream,
            String database,
            String user,
            String role,
            String client,
            String application) {

        /** The gateway itself. */
        public static final Who GATEWAY = new Who(0, "", "", "", "", "", "");
    }

    /**
     * A schema change that is about to be sent, or that is refused. Written before anything of it happens.
     *
     * @param id ties the records of one statement together
     * @param sent what is sent in its place, empty when it goes as it is or not at all
     * @param migration the migration that carries it out
     */
    record Attempt(
            String id,
            Who who,
            String statement,
            List<String> sent,
            String verdict,
            List<String> rules,
            String action,
            String why,
            Optional<String> ticket,
            Optional<Long> migration)
            implements AuditEvent {
        public Attempt {
            sent = List.copyOf(sent);
            rules = List.copyOf(rules);
        }
    }

    /**
     * How an attempt went.
     *
     * @param result {@code done}, {@code failed}, {@code committed}, {@code refused}
     * @param sqlState of the error, empty on success
     */
    record Outcome(String id, Who who, String result, String sqlState, String message, Duration took)
            implements AuditEvent {}

    /** A migration reached an end, or a state that needs somebody. */
    record MigrationEnd(
            String upstream,
            String database,
            long migration,
            String table,
            String requestedBy,
            String state,
            String sqlState,
            String message,
            List<PhaseTimes> phases)
            implements AuditEvent {
        public MigrationEnd {
            phases = List.copyOf(phases);
        }
    }

    /** One phase of a migration: when it ran and what it did. */
    record PhaseTimes(String phase, Instant from, Instant until, long rows) {}

    /** What an operator told the gateway to do, and what became of it. */
    record Operation(Who who, String command, Optional<Long> migration, String reason, String result, String sqlState)
            implements AuditEvent {}

    /**
     * The signals of a server stopped the backfills there, or let them go on.
     *
     * @param change {@code stopped} or {@code went on}
     * @param signal the one that decided
     * @param reading its value and limits
     * @param migrations those that were at work, as {@code database#number}
     */
    record Throttled(String upstream, String change, String signal, String reading, List<String> migrations)
            implements AuditEvent {
        public Throttled {
            migrations = List.copyOf(migrations);
        }
    }

    /** What happened to the trail itself. */
    record Note(String text) implements AuditEvent {}
}
