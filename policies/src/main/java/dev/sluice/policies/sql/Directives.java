package dev.sluice.policies.sql;

import java.util.Optional;

/**
 * What {@code /* sluice: … *}{@code /} in a statement asks for.
 *
 * @param backfill the expression that fills existing rows; empty text for the bare mark {@code backfill} on a statement
 *     that writes rows
 * @param completion whether the answer waits for the migration; empty: the session's setting holds
 * @param ticket a reference for the audit trail
 */
public record Directives(Optional<String> backfill, Optional<Completion> completion, Optional<String> ticket) {

    public static final Directives NONE = new Directives(Optional.empty(), Optional.empty(), Optional.empty());

    /** When a statement that is carried out in phases is answered. */
    public enum Completion {
        /** Once the migration is complete. */
        WAIT,
        /** After the expand phase. */
        RETURN
    }
}
